// Stand-in renderer: ApiItem without attributes.
#include <functional>
#include <utility>

#include "standin/fields.hpp"
#include "standin/services.hpp"

namespace octane::standin {
namespace {

using Answer = std::function<void(Item& item, const Message& request, Message& reply)>;

void on_item(Stage& stage, const char* method, Answer answer) {
    stage.methods.on("ApiItem", method, [&stage, answer = std::move(answer)](const Message& request, Message& reply) {
        answer(item_of(stage, request), request, reply);
    });
}

const Item* graph_above(const Stage& stage, const Item& item) {
    const Item* at = &item;
    for (int depth = 0; at != nullptr && at->owner_graph == 0 && at->owner_node != 0 && depth < 64; ++depth)
        at = stage.scene.item(at->owner_node);
    return at == nullptr ? nullptr : stage.scene.item(at->owner_graph);
}

void add_kind_methods(Stage& stage) {
    on_item(stage, "isGraph", [](Item& item, const Message&, Message& reply) { put(reply, "result", item.is_graph); });
    on_item(stage, "isNode", [](Item& item, const Message&, Message& reply) { put(reply, "result", !item.is_graph); });
    for (const char* linker : {"isLinker", "isInputLinker", "isOutputLinker"})
        on_item(stage, linker, [](Item&, const Message&, Message& reply) { put(reply, "result", false); });
    for (const char* method : {"toGraph", "toGraph1"})
        on_item(stage, method, [](Item& item, const Message&, Message& reply) {
            put_item(reply, "result", item.is_graph ? &item : nullptr, ObjectType::graph);
        });
    for (const char* method : {"toNode", "toNode1"})
        on_item(stage, method, [](Item& item, const Message&, Message& reply) {
            put_item(reply, "result", item.is_graph ? nullptr : &item, ObjectType::node);
        });
    on_item(stage, "outType", [](Item& item, const Message&, Message& reply) { put(reply, "result", item.out_type); });
    on_item(stage, "uniqueId", [](Item& item, const Message&, Message& reply) { put(reply, "result", item.unique_id); });
    on_item(stage, "persistentId", [](Item& item, const Message&, Message& reply) { put(reply, "result", item.unique_id); });
    on_item(stage, "version", [](Item&, const Message&, Message& reply) { put(reply, "result", 15000005); });
    on_item(stage, "time", [](Item&, const Message&, Message& reply) { sub(reply, "result"); });
}

void add_owner_methods(Stage& stage) {
    on_item(stage, "hasOwner", [](Item& item, const Message&, Message& reply) {
        put(reply, "result", item.owner_graph != 0 || item.owner_node != 0);
    });
    on_item(stage, "graphOwned", [](Item& item, const Message&, Message& reply) { put(reply, "result", item.owner_graph != 0); });
    on_item(stage, "pinOwned", [](Item& item, const Message&, Message& reply) { put(reply, "result", item.owner_node != 0); });
    on_item(stage, "graphOwner", [&stage](Item& item, const Message&, Message& reply) {
        put_item(reply, "result", stage.scene.item(item.owner_graph), ObjectType::graph);
    });
    on_item(stage, "pinOwner", [&stage](Item& item, const Message&, Message& reply) {
        put_item(reply, "result", stage.scene.item(item.owner_node), ObjectType::node);
        put(reply, "pinIx", item.owner_pin);
    });
    for (const char* method : {"rootGraph", "rootGraph1"})
        on_item(stage, method, [&stage](Item& item, const Message&, Message& reply) {
            const bool is_inside = item.is_root || graph_above(stage, item) != nullptr;
            put_ref(reply, "result", is_inside ? stage.scene.root() : 0, ObjectType::root_graph);
        });
}

void add_edit_methods(Stage& stage) {
    on_item(stage, "setName", [](Item& item, const Message& request, Message&) { item.name = text(request, "name"); });
    on_item(stage, "setPosition", [](Item& item, const Message& request, Message&) {
        if (const Message* to = part(request, "newPos"))
            item.position = {static_cast<float>(number(*to, "x")), static_cast<float>(number(*to, "y"))};
    });
    on_item(stage, "destroy", [&stage](Item& item, const Message&, Message&) {
        if (item.is_root) invalid_argument("the root node graph cannot be destroyed");
        stage.scene.destroy(item.handle);
    });
    on_item(stage, "evaluate", [](Item&, const Message&, Message&) {});
    on_item(stage, "select", [](Item&, const Message&, Message&) {});
    on_item(stage, "expand", [](Item& item, const Message&, Message&) { item.is_expanded = true; });
    on_item(stage, "collapse", [](Item& item, const Message&, Message& reply) {
        item.is_expanded = false;
        put(reply, "result", true);
    });
    on_item(stage, "deleteUnconnectedItems", [&stage](Item& item, const Message&, Message&) {
        const auto owned = item.owned;
        for (const Handle handle : owned) {
            const Item* inner = stage.scene.item(handle);
            if (inner == nullptr || inner->is_graph || inner->out_type == stage.schema.number("NodePinType", "PT_RENDERTARGET"))
                continue;
            if (stage.scene.destinations(handle).empty()) stage.scene.destroy(handle);
        }
    });
}

}  // namespace

void add_item_methods(Stage& stage) {
    on_item(stage, "name", [](Item& item, const Message&, Message& reply) { put(reply, "result", item.name); });
    on_item(stage, "position", [](Item& item, const Message&, Message& reply) {
        put(sub(reply, "result"), "x", item.position[0]);
        put(sub(reply, "result"), "y", item.position[1]);
    });
    add_kind_methods(stage);
    add_owner_methods(stage);
    add_edit_methods(stage);
}

}  // namespace octane::standin
