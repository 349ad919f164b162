// Stand-in renderer: ApiNode: what is connected to pins, and connecting it.
//
// As Octane's notes say, connecting by id or name to a pin that holds an internal node silently does nothing; by index it works.
#include <utility>
#include <vector>

#include "standin/fields.hpp"
#include "standin/pin_access.hpp"
#include "standin/services.hpp"

namespace octane::standin {
namespace {

// The node that a request names in sourceNode; nullptr for the null reference, which disconnects.
Item* source_of(const Stage& stage, const Message& request, const char* name) {
    const Message* ref = part(request, name);
    if (ref == nullptr || integer(*ref, "handle") == 0) return nullptr;
    return &node_of(stage, request, name);
}

void connect(const Stage& stage, const Message& request, bool by_index) {
    Item& node = node_of(stage, request);
    const auto pin = pin_of(node, request);
    if (!pin) invalid_argument("the node has no such pin");
    const Item* source = source_of(stage, request, "sourceNode");
    const Item* before = stage.scene.item(node.pins[*pin].connected);
    const bool holds_internal = before != nullptr && before->owner_node == node.handle;
    if (source != nullptr && holds_internal && !by_index) return;
    stage.scene.connect(node, *pin, source == nullptr ? 0 : source->handle, integer(request, "doCycleCheck") != 0);
}

void add_connection_questions(Stage& stage) {
    for (const char* name : {"connectedNode", "connectedNode1", "connectedNodeIx", "inputNode", "inputNode1", "inputNodeIx"})
        stage.methods.on("ApiNode", name, [&stage](const Message& request, Message& reply) {
            const Item& node = node_of(stage, request);
            const auto pin = pin_of(node, request);
            put_item(reply, "result", pin ? stage.scene.item(node.pins[*pin].connected) : nullptr, ObjectType::node);
        });
    for (const char* name : {"ownedItem", "ownedItem1", "ownedItemIx"})
        stage.methods.on("ApiNode", name, [&stage](const Message& request, Message& reply) {
            const Item& node = node_of(stage, request);
            const auto pin = pin_of(node, request);
            const Item* fed_by = pin ? stage.scene.item(node.pins[*pin].connected) : nullptr;
            put_item(reply, "result", fed_by != nullptr && fed_by->owner_node == node.handle ? fed_by : nullptr);
        });
    for (const char* name : {"canConnectTo", "canConnectTo1", "canConnectToIx"})
        stage.methods.on("ApiNode", name, [&stage](const Message& request, Message& reply) {
            const Item& node = node_of(stage, request);
            const auto pin = pin_of(node, request);
            const Item* source = source_of(stage, request, "sourceNode");
            put(reply, "result",
                pin && source != nullptr && stage.scene.can_connect(node, *pin, *source, integer(request, "doCycleCheck") != 0));
        });
    stage.methods.on("ApiNode", "destinationNodes", [&stage](const Message& request, Message& reply) {
        std::vector<Handle> nodes;
        Message& names = sub(reply, "pinNames");
        for (const auto& [handle, pin] : stage.scene.destinations(node_of(stage, request).handle)) {
            nodes.push_back(handle);
            append_text(names, "data", stage.scene.item(handle)->pins[pin].spec.name);
        }
        put_ref(reply, "nodes", stage.scene.make_array(std::move(nodes), true).handle, ObjectType::node_array);
    });
}

void add_creation(Stage& stage) {
    for (const char* name : {"createInternal", "createInternal1", "createInternalIx"})
        stage.methods.on("ApiNode", name, [&stage](const Message& request, Message& reply) {
            Item& node = node_of(stage, request);
            const auto pin = pin_of(node, request);
            if (!pin) invalid_argument("the node has no such pin");
            const Item* made = stage.scene.create_internal(node, *pin, static_cast<int>(integer(request, "type")),
                                                           integer(request, "configurePins") != 0);
            put_item(reply, "result", made, ObjectType::node);
        });
}

}  // namespace

void add_connection_methods(Stage& stage) {
    for (const char* name : {"connectTo", "connectTo1"})
        stage.methods.on("ApiNode", name, [&stage](const Message& request, Message&) { connect(stage, request, false); });
    stage.methods.on("ApiNode", "connectToIx", [&stage](const Message& request, Message&) { connect(stage, request, true); });
    add_connection_questions(stage);
    add_creation(stage);
}

}  // namespace octane::standin
