// Stand-in renderer: from the node graph to a view.
#include <algorithm>
#include <cmath>

#include "standin/view.hpp"

namespace octane::standin {
namespace {

constexpr std::uint32_t kLongestSide = 16384;
constexpr std::uint32_t kMostPixels = 1U << 26;

class Reader {
  public:
    Reader(const Scene& scene, const Item* from) : scene_(scene), from_(from) {}

    const Value* value(std::initializer_list<const char*> pins) const { return scene_.value_of(scene_.follow(from_, pins)); }
    float real(std::initializer_list<const char*> pins, float otherwise) const {
        const Value* found = value(pins);
        return found == nullptr ? otherwise : found->real[0];
    }
    Vec3 vector(std::initializer_list<const char*> pins, Vec3 otherwise) const {
        const Value* found = value(pins);
        return found == nullptr ? otherwise : Vec3{found->real[0], found->real[1], found->real[2]};
    }
    std::int64_t whole(std::initializer_list<const char*> pins, std::int64_t otherwise) const {
        const Value* found = value(pins);
        return found == nullptr ? otherwise : found->whole[0];
    }
    Vec3 texture(std::initializer_list<const char*> pins, Vec3 otherwise) const {
        const Value* found = value(pins);
        if (found == nullptr) return otherwise;
        if (found->type == AttributeType::float1) return {found->real[0], found->real[0], found->real[0]};
        return {found->real[0], found->real[1], found->real[2]};
    }

  private:
    const Scene& scene_;
    const Item* from_;
};

// The mesh at the end of placements and groups; nullptr if there is none.
const Item* find_mesh(const Scene& scene, const Item* from, int depth) {
    static constexpr int kMesh = 1;
    static constexpr int kDeepest = 32;
    if (from == nullptr || depth > kDeepest) return nullptr;
    if (from->type == kMesh) return from;
    for (const Pin& pin : from->pins) {
        const Item* next = scene.item(pin.connected);
        if (next == nullptr || next->out_type != from->out_type) continue;
        if (const Item* mesh = find_mesh(scene, next, depth + 1)) return mesh;
    }
    return nullptr;
}

void read_material(const Scene& scene, const Item& mesh, View& view) {
    const Item* material = mesh.pins.empty() ? nullptr : scene.item(mesh.pins.front().connected);
    if (material == nullptr) return;
    const Reader reader(scene, material);
    view.diffuse = reader.texture({"P_DIFFUSE"}, reader.texture({"P_ALBEDO"}, view.diffuse));
}

void read_environment(const Scene& scene, const Item* environment, View& view) {
    const Reader reader(scene, environment);
    view.is_daylight = scene.follow(environment, {"P_SUN_DIR"}) != nullptr;
    view.sky_power = environment == nullptr ? 0 : reader.real({"P_POWER"}, 1);
    if (view.is_daylight) {
        view.sun = reader.vector({"P_SUN_DIR"}, view.sun);
        view.turbidity = reader.real({"P_TURBIDITY"}, view.turbidity);
        view.sun_power = reader.real({"P_SUN_INTENSITY"}, 1);
    } else {
        view.constant_sky = reader.texture({"P_TEXTURE"}, view.constant_sky);
    }
}

}  // namespace

bool read_camera(const Scene& scene, const Item* render_target, Camera& camera) {
    const Item* node = scene.follow(render_target, {"P_CAMERA"});
    if (node == nullptr) return false;
    const Reader reader(scene, node);
    camera.position = reader.vector({"P_POSITION"}, camera.position);
    camera.target = reader.vector({"P_TARGET"}, camera.target);
    camera.up = reader.vector({"P_UP"}, camera.up);
    camera.fov = reader.real({"P_FOV"}, camera.fov);
    camera.aperture_radius = std::max(0.0F, reader.real({"P_APERTURE"}, 0) * 0.01F);
    camera.focal_depth = reader.whole({"P_AUTOFOCUS"}, 1) != 0 ? 0 : std::max(0.0F, reader.real({"P_FOCAL_DEPTH"}, 0));
    camera.is_orthographic = reader.whole({"P_ORTHOGRAPHIC"}, 0) != 0;
    camera.scale = reader.real({"P_SCALE"}, 1);
    return true;
}

View view_of(const Scene& scene, const Item& render_target, const ViewSettings& settings) {
    const Reader reader(scene, &render_target);
    View view;
    view.settings = settings;
    read_camera(scene, &render_target, view.camera);
    if (const Value* size = reader.value({"P_FILM_SETTINGS", "P_RESOLUTION"})) {
        view.width = static_cast<std::uint32_t>(std::clamp<std::int64_t>(size->whole[0], 1, kLongestSide));
        view.height = static_cast<std::uint32_t>(
            std::clamp<std::int64_t>(size->whole[1], 1, std::min(kLongestSide, kMostPixels / view.width)));
    }
    view.max_samples =
        static_cast<std::uint32_t>(std::clamp<std::int64_t>(reader.whole({"P_KERNEL", "P_MAX_SAMPLES"}, 500), 1, 1000000));
    view.diffuse_depth = static_cast<int>(std::clamp<std::int64_t>(reader.whole({"P_KERNEL", "P_DIFFUSE_DEPTH"}, 2), 1, 8));
    if (const Item* mesh = find_mesh(scene, scene.follow(&render_target, {"P_MESH"}), 0)) {
        view.has_mesh = true;
        read_material(scene, *mesh, view);
    }
    read_environment(scene, scene.follow(&render_target, {"P_ENVIRONMENT"}), view);
    view.exposure = reader.real({"P_IMAGER", "P_EXPOSURE"}, 1);
    view.gamma = std::max(0.1F, reader.real({"P_IMAGER", "P_GAMMA"}, 1));
    return view;
}

}  // namespace octane::standin
