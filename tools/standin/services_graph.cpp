// Stand-in renderer: ApiNodeGraph.
#include <algorithm>
#include <utility>
#include <vector>

#include "standin/fields.hpp"
#include "standin/services.hpp"

namespace octane::standin {
namespace {

// Items that a graph owns, with those of inner graphs if recurse.
std::vector<Handle> owned_items(const Scene& scene, const Item& graph, bool recurse) {
    std::vector<Handle> out = graph.owned;
    for (std::size_t i = 0; recurse && i < out.size(); ++i)
        if (const Item* inner = scene.item(out[i])) out.insert(out.end(), inner->owned.begin(), inner->owned.end());
    return out;
}

template <class Fits>
void put_matching(Stage& stage, const Message& request, Message& reply, Fits fits) {
    auto found = owned_items(stage.scene, graph_of(stage, request), integer(request, "recurse") != 0);
    std::erase_if(found, [&](Handle handle) { return !fits(*stage.scene.item(handle)); });
    put_ref(reply, "list", stage.scene.make_array(std::move(found), false).handle, ObjectType::item_array);
}

// The items in a repeated ObjectRef.
std::vector<Handle> listed(const Message& request, const char* name) {
    std::vector<Handle> out;
    const Message* list = part(request, name);
    if (list == nullptr) return out;
    const auto* data = field(*list, "data");
    for (int i = 0; i < list->GetReflection()->FieldSize(*list, data); ++i)
        out.push_back(static_cast<Handle>(integer(list->GetReflection()->GetRepeatedMessage(*list, data, i), "handle")));
    return out;
}

void add_graph_questions(Stage& stage) {
    Methods& methods = stage.methods;
    methods.on("ApiNodeGraph", "type1",
               [&stage](const Message& request, Message& reply) { put(reply, "result", graph_of(stage, request).type); });
    methods.on("ApiNodeGraph", "info1", [&stage](const Message& request, Message& reply) {
        const Item& graph = graph_of(stage, request);
        put(sub(reply, "result"), "type", graph.type);
        put(sub(reply, "result"), "description", "Node graph");
        put(sub(reply, "result"), "defaultName", "Node graph");
        put(sub(reply, "result"), "isCreatableByApi", true);
    });
    methods.on("ApiNodeGraph", "getOwnedItems", [&stage](const Message& request, Message& reply) {
        put_ref(reply, "list", stage.scene.make_array(graph_of(stage, request).owned, false).handle, ObjectType::item_array);
    });
    methods.on("ApiNodeGraph", "findNodes", [&stage](const Message& request, Message& reply) {
        put_matching(stage, request, reply,
                     [&](const Item& item) { return !item.is_graph && item.type == integer(request, "type"); });
    });
    methods.on("ApiNodeGraph", "findItemsByName", [&stage](const Message& request, Message& reply) {
        put_matching(stage, request, reply, [&](const Item& item) { return item.name == text(request, "name"); });
    });
    methods.on("ApiNodeGraph", "findFirstNode", [&stage](const Message& request, Message& reply) {
        const Item* found = nullptr;
        for (const Handle handle : owned_items(stage.scene, graph_of(stage, request), true)) {
            const Item* item = stage.scene.item(handle);
            if (found == nullptr && !item->is_graph && item->type == integer(request, "type")) found = item;
        }
        put_item(reply, "result", found, ObjectType::node);
    });
}

void add_edits(Stage& stage) {
    Methods& methods = stage.methods;
    methods.on("ApiNodeGraph", "create1", [&stage](const Message& request, Message& reply) {
        const Item& owner = graph_of(stage, request, "ownerGraph");
        put_item(reply, "result", stage.scene.create_graph(static_cast<int>(integer(request, "type")), owner.handle),
                 ObjectType::graph);
    });
    methods.on("ApiNodeGraph", "copyItemTree", [&stage](const Message& request, Message& reply) {
        const Item& graph = graph_of(stage, request);
        put_item(reply, "result", stage.scene.copy_tree(item_of(stage, request, "rootItem"), graph.handle));
    });
    methods.on("ApiNodeGraph", "copyFrom11", [&stage](const Message& request, Message& reply) {
        const Item& graph = graph_of(stage, request);
        put_item(reply, "result", stage.scene.copy_tree(item_of(stage, request, "sourceItem"), graph.handle));
    });
    methods.on("ApiNodeGraph", "copyFrom2", [&stage](const Message& request, Message& reply) {
        const Item& graph = graph_of(stage, request);
        std::vector<Handle> copies;
        for (const Handle handle : listed(request, "sourceItems")) {
            const Item* source = stage.scene.item(handle);
            if (source == nullptr) invalid_argument("invalid object reference");
            if (const Item* copy = stage.scene.copy_tree(*source, graph.handle)) copies.push_back(copy->handle);
        }
        put_ref(reply, "sourceItemCopies", stage.scene.make_array(std::move(copies), false).handle, ObjectType::item_array);
        put_ref(reply, "origItemCopies", stage.scene.make_array({}, false).handle, ObjectType::item_array);
    });
    methods.on("ApiNodeGraph", "groupItems", [&stage](const Message& request, Message& reply) {
        const Item& graph = graph_of(stage, request);
        put_item(reply, "result", stage.scene.group(listed(request, "items"), graph.handle), ObjectType::graph);
    });
    methods.on("ApiNodeGraph", "ungroup", [&stage](const Message& request, Message& reply) {
        Item& graph = graph_of(stage, request);
        if (graph.is_root) invalid_argument("the root node graph cannot be ungrouped");
        put_ref(reply, "ungroupedItems", stage.scene.make_array(stage.scene.ungroup(graph), false).handle,
                ObjectType::item_array);
    });
    methods.on("ApiNodeGraph", "clear", [&stage](const Message& request, Message&) {
        for (const Handle handle : std::vector<Handle>(graph_of(stage, request).owned)) stage.scene.destroy(handle);
    });
}

}  // namespace

void add_graph_methods(Stage& stage) {
    add_graph_questions(stage);
    add_edits(stage);
}

}  // namespace octane::standin
