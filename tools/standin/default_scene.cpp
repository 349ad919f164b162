// Stand-in renderer: the teapot project, node for node, and the empty one.
#include <utility>

#include "standin/scene.hpp"
#include "standin/teapot.hpp"

namespace octane::standin {
namespace {

void set_array(Item& item, const Schema& schema, const char* attribute, const char* arm, const Message& array) {
    Attribute* found = item.attribute(schema.number("AttributeId", attribute));
    found->array = array.SerializeAsString();
    found->array_arm = arm;
}

void put_mesh(Item& mesh, const Schema& schema) {
    const TeapotMesh& teapot = teapot_mesh();
    const auto points = [&](const std::vector<std::array<float, 3>>& list) {
        auto array = schema.message("octaneapi.Float3ArrayT");
        for (const auto& point : list) put_xyz(add(*array, "data"), point);
        return array;
    };
    const auto numbers = [&](const std::vector<std::uint32_t>& list) {
        auto array = schema.message("octaneapi.IntArrayT");
        for (const std::uint32_t value : list) append_integer(*array, "data", value);
        return array;
    };
    const auto name = schema.message("octaneapi.StringArrayT");
    append_text(*name, "data", "cube");
    set_array(mesh, schema, "A_VERTICES", "float3_array", *points(teapot.positions));
    set_array(mesh, schema, "A_NORMALS", "float3_array", *points(teapot.normals));
    set_array(mesh, schema, "A_VERTICES_PER_POLY", "int_array", *numbers(std::vector<std::uint32_t>(teapot.face_count(), 4)));
    set_array(mesh, schema, "A_POLY_VERTEX_INDICES", "int_array", *numbers(teapot.indices));
    set_array(mesh, schema, "A_POLY_NORMAL_INDICES", "int_array", *numbers(teapot.indices));
    set_array(mesh, schema, "A_MATERIAL_NAMES", "string_array", *name);
    set_array(mesh, schema, "A_OBJECT_NAMES", "string_array", *name);
}

}  // namespace

Item& Scene::new_root(std::string name) {
    Item& root = new_item(0);
    root.is_graph = true;
    root.is_root = true;
    root.type = kStandardGraph;
    root.name = std::move(name);
    return root;
}

void Scene::discard(const std::vector<Handle>& old) {
    for (const Handle handle : old) objects_.free(handle);
}

void Scene::begin_again(std::string project_path) {
    teapot_ = 0;
    render_target_ = 0;
    project_path_ = std::move(project_path);
    has_edits_ = false;
}

void Scene::reset() {
    const auto old = objects_.handles();
    begin_again({});
    root_ = new_root("Scene").handle;
    mark_saved();
    discard(old);
}

void Scene::load_teapot(std::string project_path) {
    const auto old = objects_.handles();
    const auto edits = edits_;  // building the scene is not editing it
    begin_again(std::move(project_path));

    Item& mesh = new_item(0);
    teapot_ = mesh.handle;
    fill_node(mesh, *types_.find(schema_.number("NodeType", "NT_GEO_MESH")));
    mesh.name = "teapot.obj";
    mesh.position = {544, 35};
    mesh.attribute(schema_.number("AttributeId", "A_FILENAME"))->value =
        Value::words(AttributeType::filename, "assets\\teapot.obj");
    put_mesh(mesh, schema_);
    PinSpec material;
    material.type = schema_.number("NodePinType", "PT_MATERIAL");
    material.name = "cube";
    material.label = "cube";
    material.default_node = schema_.number("NodeType", "NT_MAT_DIFFUSE");
    mesh.pins.push_back({material, 0});
    create_internal(mesh, 0, material.default_node, true)->name = "cube";

    Item& target = new_item(0);
    render_target_ = target.handle;
    fill_node(target, *types_.find(schema_.number("NodeType", "NT_RENDERTARGET")));
    target.position = {595.33F, 94.67F};
    configure_empty_pins(target);
    connect(target, *target.pin_index(schema_.number("PinId", "P_MESH")), mesh.handle, false);
    *value_of(follow(&target, {"P_FILM_SETTINGS", "P_RESOLUTION"})) = Value::ints(AttributeType::int3, {width_, height_, 0, 0});
    *value_of(follow(&target, {"P_KERNEL", "P_MAX_SAMPLES"})) = Value::ints(AttributeType::int4, {samples_, 0, 0, 0});
    Item* hour = follow(&target, {"P_ENVIRONMENT", "P_SUN_DIR", "P_HOUR"});
    set_value(*hour, *hour->attribute(schema_.number("AttributeId", "A_VALUE")),
              Value::floats(AttributeType::float4, {10, 0, 0, 0}));

    Item& root = new_root("Scene");
    root_ = root.handle;
    for (Item* top : {&mesh, &target}) {
        top->owner_graph = root_;
        root.owned.push_back(top->handle);
    }
    add_crowd();
    has_edits_ = false;
    edits_ = edits;
    mark_saved();
    discard(old);
}

}  // namespace octane::standin
