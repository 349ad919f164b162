// Stand-in renderer: object references in requests and answers, with Octane's checks and words.
#include <algorithm>
#include <initializer_list>

#include "standin/fields.hpp"
#include "standin/services.hpp"

namespace octane::standin {
namespace {

struct Reference {
    Handle handle = 0;
    ObjectType type = ObjectType::none;
};

Reference reference(const Message& request, std::string_view name) {
    const Message* found = nullptr;
    if (!name.empty()) {
        found = part(request, name);
    } else {
        for (const char* usual : {"objectPtr", "item_ref", "nodePinInfoRef"})
            if (found == nullptr) found = part(request, usual);
    }
    if (found == nullptr) return {};
    return {static_cast<Handle>(integer(*found, "handle")), static_cast<ObjectType>(integer(*found, "type"))};
}

// The service decides how a handle is read; the type that was sent must be convertible to it. Type 0, which is also what was not
// sent, stands for the member's own kind.
void check_type(const Reference& ref, std::initializer_list<ObjectType> allowed, const char* wanted) {
    if (ref.type != ObjectType::none && std::find(allowed.begin(), allowed.end(), ref.type) == allowed.end())
        invalid_argument(std::string("Invalid object type for ") + wanted);
}

template <class T>
T& object(const Stage& stage, const Reference& ref, const char* wanted) {
    Object* found = stage.scene.objects().find(ref.handle);
    if (found == nullptr) invalid_argument("invalid object reference");
    auto* cast = dynamic_cast<T*>(found);
    if (cast == nullptr) invalid_argument(std::string("Invalid object type for ") + wanted);
    return *cast;
}

}  // namespace

void invalid_argument(const std::string& text) {
    throw CallError(grpc::StatusCode::INVALID_ARGUMENT, text);
}

Item& item_of(const Stage& stage, const Message& request, std::string_view name) {
    const Reference ref = reference(request, name);
    check_type(ref, {ObjectType::item, ObjectType::node, ObjectType::graph, ObjectType::root_graph, ObjectType::reference_graph},
               "ApiItem");
    return object<Item>(stage, ref, "ApiItem");
}

Item& node_of(const Stage& stage, const Message& request, std::string_view name) {
    const Reference ref = reference(request, name);
    check_type(ref, {ObjectType::item, ObjectType::node}, "ApiNode");
    Item& node = object<Item>(stage, ref, "ApiNode");
    if (node.is_graph) invalid_argument("Invalid object type for ApiNode");
    return node;
}

Item& graph_of(const Stage& stage, const Message& request, std::string_view name) {
    const Reference ref = reference(request, name);
    check_type(ref, {ObjectType::item, ObjectType::graph, ObjectType::root_graph, ObjectType::reference_graph}, "ApiNodeGraph");
    Item& graph = object<Item>(stage, ref, "ApiNodeGraph");
    if (!graph.is_graph) invalid_argument("Invalid object type for ApiNodeGraph");
    return graph;
}

Array& array_of(const Stage& stage, const Message& request, bool holds_nodes) {
    const Reference ref = reference(request, {});
    const char* wanted = holds_nodes ? "ApiNodeArray" : "ApiItemArray";
    check_type(ref, {holds_nodes ? ObjectType::node_array : ObjectType::item_array}, wanted);
    Array& array = object<Array>(stage, ref, wanted);
    if (array.holds_nodes != holds_nodes) invalid_argument(std::string("Invalid object type for ") + wanted);
    return array;
}

PinInfo& pin_info_of(const Stage& stage, const Message& request) {
    const Reference ref = reference(request, {});
    check_type(ref, {ObjectType::pin_info}, "ApiNodePinInfo");
    return object<PinInfo>(stage, ref, "ApiNodePinInfo");
}

LibraryEntry& library_entry_of(const Stage& stage, const Message& request, ObjectType type) {
    const Reference ref = reference(request, {});
    auto* entry = stage.scene.objects().find_as<LibraryEntry>(ref.handle);
    if ((ref.type != type && ref.type != ObjectType::none) || entry == nullptr || entry->type != static_cast<int>(type))
        invalid_argument("invalid pointer type");
    return *entry;
}

void put_ref(Message& reply, std::string_view name, Handle handle, ObjectType type) {
    Message& ref = sub(reply, name);
    if (handle == 0) return;
    put(ref, "handle", handle);
    put(ref, "type", static_cast<int>(type));
}

void put_item(Message& reply, std::string_view name, const Item* item, ObjectType type) {
    put_ref(reply, name, item == nullptr ? 0 : item->handle, type);
}

}  // namespace octane::standin
