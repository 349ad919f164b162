// Stand-in renderer: reading and setting attribute values and arrays of ApiItem, under both releases' names.
//
// A missing attribute, or an expected type of another family, is answered with an unset one-of.
#include <algorithm>
#include <string>

#include "standin/fields.hpp"
#include "standin/services.hpp"

namespace octane::standin {
namespace {

// By attribute_id, name or index, whichever the request's message has.
Attribute* attribute_of(const Stage& stage, Item& item, const Message& request) {
    if (field(request, "attribute_id") != nullptr) return item.attribute(static_cast<int>(integer(request, "attribute_id")));
    if (field(request, "name") != nullptr) {
        const std::string name = text(request, "name");
        return item.attribute(
            std::max(stage.schema.number("AttributeId", name), stage.schema.number("AttributeId", "A_" + name)));
    }
    const auto index = static_cast<std::size_t>(integer(request, "index"));
    return index < item.attributes.size() ? &item.attributes[index] : nullptr;
}

void get_value(const Stage& stage, const Message& request, Message& reply) {
    Item& item = item_of(stage, request);
    const Attribute* attribute = attribute_of(stage, item, request);
    if (attribute == nullptr || attribute->spec.is_array) return;
    AttributeType type = from_type_id(static_cast<int>(integer(request, "expected_type")));
    if (type == AttributeType::unknown) type = attribute->spec.type;
    const auto* arm = same_family(type, attribute->spec.type) ? value_arm(reply, type) : nullptr;
    if (arm != nullptr) write_value(reply, *arm, attribute->value);
}

void put_outcome(Message& reply, const std::string& error) {
    put(reply, "success", error.empty());
    if (!error.empty()) put(reply, "error_message", error);
}

void set_value(const Stage& stage, const Message& request, Message& reply) {
    Item& item = item_of(stage, request);
    Attribute* attribute = attribute_of(stage, item, request);
    const auto* arm = value_arm_set(request);
    if (attribute == nullptr || attribute->spec.is_array) return put_outcome(reply, "the item has no such attribute");
    if (arm == nullptr) return put_outcome(reply, "no value given");
    const bool is_set = stage.scene.set_value(item, *attribute, read_value(request, *arm));
    put_outcome(reply, is_set ? "" : "the attribute has another type");
}

void get_array(const Stage& stage, const Message& request, Message& reply) {
    Item& item = item_of(stage, request);
    const Attribute* attribute = attribute_of(stage, item, request);
    if (attribute == nullptr || !attribute->spec.is_array || attribute->array_arm.empty()) return;
    sub(reply, attribute->array_arm).ParseFromString(attribute->array);
}

void set_array(const Stage& stage, const Message& request, Message& reply) {
    Item& item = item_of(stage, request);
    Attribute* attribute = attribute_of(stage, item, request);
    const auto* arm = value_arm_set(request, "array_value");
    if (attribute == nullptr || !attribute->spec.is_array) return put_outcome(reply, "the item has no such array");
    if (arm == nullptr) return put_outcome(reply, "no array given");
    if (!attribute->array_arm.empty() && attribute->array_arm != arm->name())
        return put_outcome(reply, "the array has another type");
    attribute->array_arm = arm->name();
    attribute->array = part(request, arm->name())->SerializeAsString();
    stage.scene.mark_edited();
    put_outcome(reply, "");
}

}  // namespace

void add_value_methods(Stage& stage) {
    const auto get = [&stage](const Message& request, Message& reply) { get_value(stage, request, reply); };
    const auto set = [&stage](const Message& request, Message& reply) { set_value(stage, request, reply); };
    for (const char* name : {"getByAttrID", "getByName", "getByIx", "getValueByAttrID", "getValueByName", "getValueByIx"})
        stage.methods.on("ApiItem", name, get);
    for (const char* name : {"setByAttrID", "setByName", "setByIx", "setValueByAttrID", "setValueByName", "setValueByIx"})
        stage.methods.on("ApiItem", name, set);
    for (const char* name : {"getArrayByAttrID", "getArrayByName", "getArrayByIx"})
        stage.methods.on("ApiItem", name, [&stage](const Message& request, Message& reply) { get_array(stage, request, reply); });
    for (const char* name : {"setArrayByAttrID", "setArrayByName", "setArrayByIx"})
        stage.methods.on("ApiItem", name, [&stage](const Message& request, Message& reply) { set_array(stage, request, reply); });
}

}  // namespace octane::standin
