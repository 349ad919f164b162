#include "standin/scene.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <set>
#include <vector>

#include "standin/teapot.hpp"
#include "standin/vector_math.hpp"
#include "standin/view.hpp"

namespace octane::standin {
namespace {

struct Stagehand {
    explicit Stagehand(Release release = Release::beta2) : schema(release), scene(schema, 640, 320, 77) {
        scene.load_teapot("a.orbx");
    }
    Item& target() { return *scene.item(scene.render_target()); }
    int type(const char* name) { return schema.number("NodeType", name); }

    Schema schema;
    Scene scene;
};

TEST_CASE("the teapot project has the pins of the real one in their order") {
    for (const Release release : {Release::alpha5, Release::beta2}) {
        Stagehand s(release);
        CHECK(s.scene.teapot() == 1000000);
        CHECK(s.scene.item(s.scene.teapot())->name == "teapot.obj");
        CHECK(s.scene.item(s.scene.root())->owned == std::vector<Handle>{s.scene.teapot(), s.scene.render_target()});
        const int target_pins[] = {19, 43, 303, 111, 311, 307, 89, 147, 158, 617, 78, 136};
        REQUIRE(s.target().pins.size() == std::size(target_pins));
        for (std::size_t i = 0; i < std::size(target_pins); ++i) CHECK(s.target().pins[i].spec.id == target_pins[i]);
        const Item* camera = s.scene.follow(&s.target(), {"P_CAMERA"});
        REQUIRE(camera != nullptr);
        CHECK(camera->type == 13);
        CHECK(camera->pin_index(53) == 4);
        CHECK(camera->pin_index(8) == 14);
        CHECK(camera->pin_index(133) == 20);
        CHECK(camera->pin_index(235) == 21);
        CHECK(camera->pin_index(248) == 22);
        CHECK(s.scene.follow(&s.target(), {"P_MESH"})->handle == s.scene.teapot());
        CHECK(s.scene.follow(&s.target(), {"P_VISIBLE_ENVIRONMENT"}) == nullptr);
    }
}

TEST_CASE("every default node of a known type is itself a known type with a fitting output") {
    for (const Release release : {Release::alpha5, Release::beta2}) {
        const Schema schema(release);
        const NodeTypes types(schema);
        CHECK(types.all().size() > 25);
        for (const auto& [id, type] : types.all())
            for (const PinSpec& pin : type.pins) {
                INFO(type.default_name, " ", pin.name);
                CHECK(pin.type > 0);
                if (pin.default_node == 0) continue;
                REQUIRE(types.find(pin.default_node) != nullptr);
                CHECK(types.find(pin.default_node)->out_type == pin.type);
            }
    }
}

TEST_CASE("loading and resetting give new handles and leave none of the old ones valid") {
    Stagehand s;
    const auto before = s.scene.objects().handles();
    s.scene.load_teapot("b.orbx");
    CHECK(s.scene.project_path() == "b.orbx");
    std::set<Handle> after;
    for (const Handle handle : s.scene.objects().handles()) after.insert(handle);
    for (const Handle handle : before) CHECK_FALSE(after.contains(handle));
    s.scene.reset();
    CHECK(s.scene.objects().size() == 1);
    CHECK_FALSE(after.contains(s.scene.root()));
    CHECK(s.scene.item(s.scene.teapot()) == nullptr);
}

TEST_CASE("an edit waits to be taken, and setting the same value is none") {
    Stagehand s;
    CHECK_FALSE(s.scene.take_edits());
    Item* color = s.scene.follow(s.scene.follow(&s.target(), {"P_MESH"}), {});
    color = s.scene.item(s.scene.item(color->pins[0].connected)->pins[0].connected);
    Attribute* value = color->attribute(185);
    REQUIRE(value != nullptr);
    CHECK(s.scene.set_value(*color, *value, Value::floats(AttributeType::float3, {0.7F, 0.7F, 0.7F, 0})));
    CHECK_FALSE(s.scene.take_edits());
    CHECK(s.scene.set_value(*color, *value, Value::floats(AttributeType::float3, {1, 0, 0, 0})));
    CHECK(s.scene.take_edits());
    CHECK_FALSE(s.scene.take_edits());
    CHECK_FALSE(s.scene.set_value(*color, *value, Value::of(true)));
    CHECK(view_of(s.scene, s.target(), {}).diffuse == Vec3{1, 0, 0});
}

TEST_CASE("a view has the size, samples and camera of the render target") {
    Stagehand s;
    const View view = view_of(s.scene, s.target(), {});
    CHECK(view.width == 640);
    CHECK(view.height == 320);
    CHECK(view.max_samples == 77);
    CHECK(view.has_mesh);
    CHECK(view.is_daylight);
    CHECK(view.camera.position == Vec3{1.1445F, 11.985F, 20.6075F});
    CHECK(view.camera.fov == doctest::Approx(39.5978));
    CHECK(view.sun[1] > 0.3F);
    s.scene.destroy(s.scene.teapot());
    CHECK_FALSE(view_of(s.scene, s.target(), {}).has_mesh);
}

TEST_CASE("the sun follows the hour") {
    Stagehand s;
    const Vec3 morning = view_of(s.scene, s.target(), {}).sun;
    Item* hour = s.scene.follow(&s.target(), {"P_ENVIRONMENT", "P_SUN_DIR", "P_HOUR"});
    s.scene.set_value(*hour, *hour->attribute(185), Value::floats(AttributeType::float4, {22, 0, 0, 0}));
    const Vec3 night = view_of(s.scene, s.target(), {}).sun;
    CHECK(morning[1] > 0);
    CHECK(night[1] < 0);
}

TEST_CASE("connecting checks types and cycles and destroys the internal node it replaces") {
    Stagehand s;
    Item* group = s.scene.create_node(s.type("NT_GEO_GROUP"), s.scene.root(), false);
    s.scene.set_value(*group, *group->attribute(113), Value::ints(AttributeType::int1, {2, 0, 0, 0}));
    REQUIRE(group->pins.size() == 2);
    s.scene.connect(*group, 0, s.scene.teapot(), true);
    CHECK(group->pins[0].connected == s.scene.teapot());
    s.scene.connect(*group, 1, s.scene.render_target(), true);
    CHECK(group->pins[1].connected == 0);
    CHECK_FALSE(s.scene.can_connect(*group, 1, *group, true));
    CHECK(s.scene.destinations(s.scene.teapot()).size() == 2);

    const Handle old_camera = s.target().pins[0].connected;
    Item* camera = s.scene.create_node(s.type("NT_CAM_THINLENS"), s.scene.root(), true);
    s.scene.connect(s.target(), 0, camera->handle, true);
    CHECK(s.target().pins[0].connected == camera->handle);
    CHECK(s.scene.item(old_camera) == nullptr);
}

TEST_CASE("a copied tree is a tree of its own") {
    Stagehand s;
    const Item* copy = s.scene.copy_tree(s.target(), s.scene.root());
    REQUIRE(copy != nullptr);
    CHECK(copy->handle != s.scene.render_target());
    const Item* camera = s.scene.item(copy->pins[0].connected);
    REQUIRE(camera != nullptr);
    CHECK(camera->owner_node == copy->handle);
    CHECK(camera->handle != s.target().pins[0].connected);
    s.scene.destroy(copy->handle);
    CHECK(s.scene.item(s.target().pins[0].connected) != nullptr);
}

TEST_CASE("grouping moves items into a graph and ungrouping brings them back") {
    Stagehand s;
    const Item* graph = s.scene.group({s.scene.teapot()}, s.scene.root());
    REQUIRE(graph != nullptr);
    CHECK(graph->owned == std::vector<Handle>{s.scene.teapot()});
    CHECK(s.scene.item(s.scene.teapot())->owner_graph == graph->handle);
    const Handle gone = graph->handle;
    CHECK(s.scene.ungroup(*s.scene.item(gone)) == std::vector<Handle>{s.scene.teapot()});
    CHECK(s.scene.item(gone) == nullptr);
    CHECK(s.scene.item(s.scene.teapot())->owner_graph == s.scene.root());
}

TEST_CASE("a crowd brings the scene to its size without a trace in the picture") {
    Stagehand s;
    const std::size_t own = s.scene.node_count();
    s.scene.set_least_nodes(500);
    s.scene.load_teapot("a.orbx");
    CHECK(s.scene.node_count() >= 500);
    CHECK(s.scene.node_count() < 510);
    CHECK(own < 500);
    CHECK_FALSE(s.scene.take_edits());
    const auto& owned = s.scene.item(s.scene.root())->owned;
    CHECK(owned.front() == s.scene.teapot());
    for (const auto& [node, pin] : s.scene.destinations(s.scene.teapot()))
        CHECK((node == s.scene.render_target() || s.scene.destinations(node).empty()));
}

TEST_CASE("a saved scene comes back under new handles with its values and connections") {
    Stagehand s;
    Item* fov = s.scene.follow(&s.target(), {"P_CAMERA", "P_FOV"});
    s.scene.set_value(*fov, *fov->attribute(185), Value::floats(AttributeType::float4, {60, 0, 0, 0}));
    CHECK(s.scene.is_modified());
    const SavedScene saved = s.scene.snapshot();
    const std::size_t nodes = s.scene.node_count();
    const auto before = s.scene.objects().handles();
    s.scene.restore(saved, "b.orbx");
    CHECK_FALSE(s.scene.is_modified());
    CHECK(s.scene.node_count() == nodes);
    for (const Handle handle : before) CHECK(s.scene.item(handle) == nullptr);
    CHECK(s.scene.value_of(s.scene.follow(&s.target(), {"P_CAMERA", "P_FOV"}))->real[0] == 60);
    CHECK(s.scene.follow(&s.target(), {"P_MESH"})->handle == s.scene.teapot());
    CHECK(s.scene.item(s.scene.root())->owned == std::vector<Handle>{s.scene.teapot(), s.scene.render_target()});
}

TEST_CASE("the teapot has 4032 faces, stands on the ground and has normals that point outwards") {
    const TeapotMesh& mesh = teapot_mesh();
    CHECK(mesh.face_count() == 4032);
    CHECK(mesh.normals.size() == mesh.positions.size());
    float least = 1e9F;
    float most = -1e9F;
    for (const auto& p : mesh.positions) {
        least = std::min(least, p[1]);
        most = std::max(most, p[1]);
    }
    CHECK(least == doctest::Approx(0.15));
    CHECK(most == doctest::Approx(3.15));
    for (const std::uint32_t index : mesh.indices) REQUIRE(index < mesh.positions.size());
    for (const Vec3& n : mesh.normals) REQUIRE(length(n) == doctest::Approx(1));
    // Handle and spout included, a normal and the winding of the face beside it agree.
    for (std::size_t face = 0; face < mesh.face_count(); ++face) {
        const auto corner = [&](std::size_t i) { return mesh.positions[mesh.indices[face * 4 + i]]; };
        const Vec3 wound = cross(corner(2) - corner(0), corner(3) - corner(1));
        if (length(wound) < 1e-4F) continue;
        REQUIRE(dot(wound, mesh.normals[mesh.indices[face * 4]]) > 0);
    }
    // The body is round: its normals look away from the axis.
    for (std::size_t i = 0; i < mesh.positions.size(); ++i)
        if (mesh.positions[i][1] > 0.5F && mesh.positions[i][1] < 1.2F && std::abs(mesh.positions[i][0]) < 1.0F)
            REQUIRE(mesh.normals[i][0] * mesh.positions[i][0] + mesh.normals[i][2] * mesh.positions[i][2] > 0);
}

}  // namespace
}  // namespace octane::standin
