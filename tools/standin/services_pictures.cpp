// Stand-in renderer: ApiRenderEngine: what is under a pixel.
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "standin/fields.hpp"
#include "standin/services.hpp"

namespace octane::standin {
namespace {

float linear_from_srgb(std::uint8_t value) {
    const float v = static_cast<float>(value) / 255;
    return v <= 0.04045F ? v / 12.92F : std::pow((v + 0.055F) / 1.055F, 2.4F);
}

void pick(const Stage& stage, const Message& request, Message& reply) {
    const auto hit = stage.engine.renderer().pick(static_cast<std::uint32_t>(integer(request, "x")),
                                                  static_cast<std::uint32_t>(integer(request, "y")));
    if (!hit || !hit->is_mesh) return;
    put(reply, "result", 1);
    Message& found = sub(reply, "intersections");
    put_ref(found, "node", stage.scene.teapot(), ObjectType::node);
    put(found, "depth", hit->distance);
    put_xyz(sub(found, "position"), hit->position);
    put_xyz(sub(found, "geometricNormal"), hit->geometric_normal);
    put_xyz(sub(found, "smoothedNormal"), hit->smooth_normal);
}

void pick_white_point(const Stage& stage, std::int64_t x, std::int64_t y, Message& reply) {
    const auto frame = stage.publisher.newest();
    if (!frame || frame->pictures.empty()) return;
    const Picture& picture = frame->pictures.front();
    if (picture.type != ImageType::ldr_rgba || x < 0 || y < 0 || x >= picture.width || y >= picture.height) return;
    const std::uint8_t* pixel =
        picture.pixels.begin() + (static_cast<std::size_t>(y) * picture.pitch + static_cast<std::size_t>(x)) * 4;
    put(reply, "result", true);
    put_xyz(sub(reply, "whitePoint"), Vec3{linear_from_srgb(pixel[0]), linear_from_srgb(pixel[1]), linear_from_srgb(pixel[2])});
}

}  // namespace

void add_picture_methods(Stage& stage) {
    Methods& methods = stage.methods;
    methods.on("ApiRenderEngine", "pick", [&stage](const Message& request, Message& reply) { pick(stage, request, reply); });
    methods.on("ApiRenderEngine", "pickWhitePoint", [&stage](const Message& request, Message& reply) {
        pick_white_point(stage, integer(request, "x"), integer(request, "y"), reply);
    });
    methods.on("ApiRenderEngine", "pickImagerWhitePoint", [&stage](const Message& request, Message& reply) {
        if (const Message* at = part(request, "position")) pick_white_point(stage, integer(*at, "x"), integer(*at, "y"), reply);
    });
}

}  // namespace octane::standin
