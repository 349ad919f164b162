// Stand-in renderer: values behind pins. beta2 has one method for all types; alpha5 has an overload for each type, told apart by
// a number at the end of the name, so here the type of the field "value" or "result" decides.
#include <string>

#include "standin/fields.hpp"
#include "standin/pin_access.hpp"
#include "standin/services.hpp"

namespace octane::standin {
namespace {

Attribute* value_attribute(const Stage& stage, const Item& node, const Message& request, Item*& holder) {
    const auto pin = pin_of(node, request);
    holder = pin ? stage.scene.item(node.pins[*pin].connected) : nullptr;
    if (holder == nullptr) return nullptr;
    Attribute* value = holder->attribute(stage.schema.number("AttributeId", "A_VALUE"));
    return value != nullptr ? value : holder->attribute(stage.schema.number("AttributeId", "A_TRANSFORM"));
}

void get_generic(const Stage& stage, const Message& request, Message& reply) {
    Item* holder = nullptr;
    const Attribute* attribute = value_attribute(stage, node_of(stage, request), request, holder);
    if (attribute == nullptr) return;
    AttributeType type = from_type_id(static_cast<int>(integer(request, "expected_type")));
    if (type == AttributeType::unknown) type = attribute->spec.type;
    const auto* arm = same_family(type, attribute->spec.type) ? value_arm(reply, type) : nullptr;
    if (arm != nullptr) write_value(reply, *arm, attribute->value);
}

void set_generic(const Stage& stage, const Message& request, Message& reply) {
    Item* holder = nullptr;
    Attribute* attribute = value_attribute(stage, node_of(stage, request), request, holder);
    const auto* arm = value_arm_set(request);
    const bool is_set =
        attribute != nullptr && arm != nullptr && stage.scene.set_value(*holder, *attribute, read_value(request, *arm));
    put(reply, "success", is_set);
    if (!is_set)
        put(reply, "error_message",
            attribute == nullptr ? "nothing with a value is connected to the pin" : "the value has another type");
}

void get_typed(const Stage& stage, const Message& request, Message& reply) {
    Item* holder = nullptr;
    const Attribute* attribute = value_attribute(stage, node_of(stage, request), request, holder);
    const auto* out = field(reply, "value") != nullptr ? field(reply, "value") : field(reply, "result");
    if (attribute != nullptr && same_family(type_of(*out), attribute->spec.type)) write_value(reply, *out, attribute->value);
}

void set_typed(const Stage& stage, const Message& request, Message&) {
    Item* holder = nullptr;
    Attribute* attribute = value_attribute(stage, node_of(stage, request), request, holder);
    if (attribute != nullptr) stage.scene.set_value(*holder, *attribute, read_value(request, *field(request, "value")));
}

void add_alpha5(Stage& stage) {
    const auto get = [&stage](const Message& request, Message& reply) { get_typed(stage, request, reply); };
    const auto set = [&stage](const Message& request, Message& reply) { set_typed(stage, request, reply); };
    static constexpr int kTypes = 12;  // the series by name goes on from there
    for (int i = 0; i < 2 * kTypes; ++i) {
        const std::string number = i == 0 ? "" : std::to_string(i);
        stage.methods.on("ApiNode", "getPinValue" + number, get);
        stage.methods.on("ApiNode", "setPinValue" + number, set);
        if (i >= kTypes) continue;
        stage.methods.on("ApiNode", "getPinValueIx" + number, get);
        stage.methods.on("ApiNode", "setPinValueIx" + number, set);
    }
    for (const char* type :
         {"Bool", "Float", "Float2", "Float3", "Float4", "Int", "Int2", "Int3", "Int4", "Matrix", "String", "FilePath"})
        for (const char* end : {"", "Ix"}) stage.methods.on("ApiNode", std::string("getPin") + type + end, get);
    // The overloads by name end in 1, which for instance makes getPinFloat's one getPinFloat1 and getPinFloat2's getPinFloat21.
    for (const char* type :
         {"Bool", "Float", "Float2", "Float3", "Float4", "Int", "Int2", "Int3", "Int4", "Matrix", "String", "FilePath"})
        stage.methods.on("ApiNode", std::string("getPin") + type + "1", get);
}

}  // namespace

void add_pin_value_methods(Stage& stage) {
    for (const char* name : {"getPinValueByPinID", "getPinValueByName", "getPinValueByIx"})
        stage.methods.on("ApiNode", name,
                         [&stage](const Message& request, Message& reply) { get_generic(stage, request, reply); });
    add_alpha5(stage);
    // 2026.2 is said to have these methods in its interface and not behind it.
    if (stage.schema.release() == Release::v2026_2) return;
    for (const char* name : {"setPinValueByPinID", "setPinValueByName", "setPinValueByIx"})
        stage.methods.on("ApiNode", name,
                         [&stage](const Message& request, Message& reply) { set_generic(stage, request, reply); });
}

}  // namespace octane::standin
