// Stand-in renderer: ApiItem's questions about attributes.
#include <cstddef>
#include <string>

#include "standin/fields.hpp"
#include "standin/services.hpp"

namespace octane::standin {
namespace {

Attribute* by_id(Item& item, const Message& request) {
    return item.attribute(static_cast<int>(integer(request, "id")));
}

Attribute& by_index(Item& item, const Message& request) {
    const auto index = static_cast<std::size_t>(integer(request, "index"));
    if (index >= item.attributes.size()) invalid_argument("the item has no attribute " + std::to_string(index));
    return item.attributes[index];
}

void add_questions_by_id(Stage& stage) {
    Methods& methods = stage.methods;
    methods.on("ApiItem", "hasAttr", [&stage](const Message& request, Message& reply) {
        put(reply, "result", by_id(item_of(stage, request), request) != nullptr);
    });
    methods.on("ApiItem", "attrType", [&stage](const Message& request, Message& reply) {
        const Attribute* found = by_id(item_of(stage, request), request);
        put(reply, "result", found == nullptr ? 0 : static_cast<int>(found->spec.type));
    });
    methods.on("ApiItem", "attrName", [&stage](const Message& request, Message& reply) {
        const Attribute* found = by_id(item_of(stage, request), request);
        if (found != nullptr) put(reply, "result", stage.schema.name("AttributeId", found->spec.id));
    });
    methods.on("ApiItem", "attrInfo", [&stage](const Message& request, Message& reply) {
        const Attribute* found = by_id(item_of(stage, request), request);
        Message& info = sub(reply, "result");
        if (found != nullptr) put_attribute_info(info, found->spec);
    });
    methods.on("ApiItem", "findAttr", [&stage](const Message& request, Message& reply) {
        Item& item = item_of(stage, request);
        const Attribute* found = by_id(item, request);
        put(reply, "result", found != nullptr);
        if (found != nullptr) put(reply, "foundIndex", found - item.attributes.data());
    });
    for (const char* method : {"isAnimated", "isDirtyAttr"})
        methods.on("ApiItem", method, [&stage](const Message& request, Message& reply) {
            item_of(stage, request);
            put(reply, "result", false);
        });
    methods.on("ApiItem", "clearAttr", [&stage](const Message& request, Message&) {
        Item& item = item_of(stage, request);
        if (Attribute* found = by_id(item, request)) stage.scene.set_value(item, *found, found->spec.default_value);
    });
}

void add_questions_by_index(Stage& stage) {
    Methods& methods = stage.methods;
    methods.on("ApiItem", "attrCount", [&stage](const Message& request, Message& reply) {
        put(reply, "result", item_of(stage, request).attributes.size());
    });
    methods.on("ApiItem", "attrIdIx", [&stage](const Message& request, Message& reply) {
        put(reply, "result", by_index(item_of(stage, request), request).spec.id);
    });
    methods.on("ApiItem", "attrNameIx", [&stage](const Message& request, Message& reply) {
        put(reply, "result", stage.schema.name("AttributeId", by_index(item_of(stage, request), request).spec.id));
    });
    methods.on("ApiItem", "attrTypeIx", [&stage](const Message& request, Message& reply) {
        put(reply, "result", static_cast<int>(by_index(item_of(stage, request), request).spec.type));
    });
    methods.on("ApiItem", "attrInfoIx", [&stage](const Message& request, Message& reply) {
        put_attribute_info(sub(reply, "result"), by_index(item_of(stage, request), request).spec);
    });
}

}  // namespace

void add_attribute_methods(Stage& stage) {
    add_questions_by_id(stage);
    add_questions_by_index(stage);
}

}  // namespace octane::standin
