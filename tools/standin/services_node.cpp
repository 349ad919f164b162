// Stand-in renderer: ApiNode: creation and the description of pins.
#include <functional>
#include <initializer_list>
#include <utility>

#include "standin/fields.hpp"
#include "standin/pin_access.hpp"
#include "standin/services.hpp"

namespace octane::standin {
namespace {

// One answer for the three spellings of a question about a pin. A pin that does not exist leaves the answer empty.
void on_pin(Stage& stage, std::initializer_list<const char*> names,
            std::function<void(const PinSpec& spec, Message& reply)> answer) {
    for (const char* name : names)
        stage.methods.on("ApiNode", name, [&stage, answer](const Message& request, Message& reply) {
            const Item& node = node_of(stage, request);
            if (const auto pin = pin_of(node, request)) answer(node.pins[*pin].spec, reply);
        });
}

void add_counts(Stage& stage) {
    stage.methods.on("ApiNode", "pinCount", [&stage](const Message& request, Message& reply) {
        put(reply, "result", node_of(stage, request).pins.size());
    });
    stage.methods.on("ApiNode", "staticPinCount", [&stage](const Message& request, Message& reply) {
        const NodeType* type = stage.scene.types().find(node_of(stage, request).type);
        put(reply, "result", type == nullptr ? 0 : type->pins.size());
    });
    stage.methods.on("ApiNode", "dynPinCount", [&stage](const Message& request, Message& reply) {
        const Item& node = node_of(stage, request);
        const NodeType* type = stage.scene.types().find(node.type);
        put(reply, "result", node.pins.size() - (type == nullptr ? 0 : type->pins.size()));
    });
    for (const char* name : {"hasPin", "hasPin1", "hasPinIx"})
        stage.methods.on("ApiNode", name, [&stage](const Message& request, Message& reply) {
            put(reply, "result", pin_of(node_of(stage, request), request).has_value());
        });
    for (const char* name : {"findPin", "findPin1"})
        stage.methods.on("ApiNode", name, [&stage](const Message& request, Message& reply) {
            const auto pin = pin_of(node_of(stage, request), request);
            put(reply, "result", pin.has_value());
            put(reply, "foundIndex", pin.value_or(0));
        });
}

void add_pin_facts(Stage& stage) {
    on_pin(stage, {"pinId", "pinIdIx"}, [](const PinSpec& spec, Message& reply) { put(reply, "result", spec.id); });
    on_pin(stage, {"pinName", "pinNameIx"}, [](const PinSpec& spec, Message& reply) { put(reply, "result", spec.name); });
    on_pin(stage, {"pinLabel", "pinLabel1", "pinLabelIx"},
           [](const PinSpec& spec, Message& reply) { put(reply, "result", spec.label); });
    on_pin(stage, {"pinType", "pinType1", "pinTypeIx"},
           [](const PinSpec& spec, Message& reply) { put(reply, "result", spec.type); });
    on_pin(stage, {"pinInfo", "pinInfo1", "pinInfoIx"}, [&stage](const PinSpec& spec, Message& reply) {
        put_ref(reply, "result", stage.scene.make_pin_info(spec).handle, ObjectType::pin_info);
    });
    on_pin(stage, {"isDirtyPin", "isDirtyPin1", "isDirtyPinIx"},
           [](const PinSpec&, Message& reply) { put(reply, "result", false); });
}

}  // namespace

void add_node_methods(Stage& stage) {
    stage.methods.on("ApiNode", "create", [&stage](const Message& request, Message& reply) {
        const Item& graph = graph_of(stage, request, "ownerGraph");
        put_item(reply, "result",
                 stage.scene.create_node(static_cast<int>(integer(request, "type")), graph.handle,
                                         integer(request, "configurePins") != 0),
                 ObjectType::node);
    });
    stage.methods.on("ApiNode", "type",
                     [&stage](const Message& request, Message& reply) { put(reply, "result", node_of(stage, request).type); });
    stage.methods.on("ApiNode", "info", [&stage](const Message& request, Message& reply) {
        const NodeType* type = stage.scene.types().find(node_of(stage, request).type);
        Message& info = sub(reply, "result");
        if (type != nullptr) put_node_info(info, *type);
    });
    stage.methods.on("ApiNode", "configureEmptyPins",
                     [&stage](const Message& request, Message&) { stage.scene.configure_empty_pins(node_of(stage, request)); });
    add_counts(stage);
    add_pin_facts(stage);
}

}  // namespace octane::standin
