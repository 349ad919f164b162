// Stand-in renderer: the methods it plays, grouped by file. Each add_… puts its handlers into the table.
#pragma once

#include <string>
#include <string_view>

#include "standin/engine.hpp"
#include "standin/methods.hpp"
#include "standin/options.hpp"
#include "standin/projects.hpp"
#include "standin/publisher.hpp"
#include "standin/scene.hpp"

namespace octane::standin {

struct Stage {
    const Options& options;
    const Schema& schema;
    Methods& methods;
    Scene& scene;
    Engine& engine;
    Publisher& publisher;
    Projects& projects;
};

void add_info_methods(Stage& stage);
void add_project_methods(Stage& stage);
void add_item_methods(Stage& stage);
void add_attribute_methods(Stage& stage);
void add_value_methods(Stage& stage);
void add_node_methods(Stage& stage);
void add_connection_methods(Stage& stage);
void add_pin_value_methods(Stage& stage);
void add_graph_methods(Stage& stage);
void add_array_methods(Stage& stage);
void add_render_methods(Stage& stage);
void add_render_setting_methods(Stage& stage);
void add_statistics_methods(Stage& stage);
void add_frame_methods(Stage& stage);
void add_picture_methods(Stage& stage);
void add_saving_methods(Stage& stage);
void add_camera_methods(Stage& stage);
void add_local_library_methods(Stage& stage);
void add_material_library_methods(Stage& stage);
void add_cloud_methods(Stage& stage);

// LiveLink.SetCamera and each message of StreamCamera: only the members that are present change anything.
void apply_camera(Engine& engine, const Message& camera_state);

// ObjectRef.ObjectType.
enum class ObjectType : int {
    none = 0,
    item = 16,
    node = 17,
    root_graph = 18,
    reference_graph = 19,
    graph = 20,
    item_array = 31,
    node_array = 34,
    pin_info = 44,
    local_category = 53,
    local_package = 54,
    category_array = 55,
    material_array = 56,
};

// The object of a call, by the first of the request's fields objectPtr, item_ref and nodePinInfoRef that it has, or by name.
// CallError INVALID_ARGUMENT with Octane's words if the handle is stale or the object of another kind.
Item& item_of(const Stage& stage, const Message& request, std::string_view field = {});
Item& node_of(const Stage& stage, const Message& request, std::string_view field = {});
Item& graph_of(const Stage& stage, const Message& request, std::string_view field = {});
Array& array_of(const Stage& stage, const Message& request, bool holds_nodes);
PinInfo& pin_info_of(const Stage& stage, const Message& request);
// An object of the libraries, with the words that Octane has for it: "invalid pointer type".
LibraryEntry& library_entry_of(const Stage& stage, const Message& request, ObjectType type);

// Sets an ObjectRef field; handle 0 leaves an empty reference.
void put_ref(Message& reply, std::string_view field, Handle handle, ObjectType type);
void put_item(Message& reply, std::string_view field, const Item* item, ObjectType type = ObjectType::item);

// ApiNodeInfo and ApiNodePinInfo.
void put_node_info(Message& info, const NodeType& type);
void put_pin_info(Message& info, const PinSpec& spec);
void put_attribute_info(Message& info, const AttributeSpec& spec);

[[noreturn]] void invalid_argument(const std::string& text);

}  // namespace octane::standin
