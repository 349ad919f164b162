// Stand-in renderer: ApiInfo.
#include "standin/fields.hpp"
#include "standin/services.hpp"

namespace octane::standin {
namespace {

// major × 1 000 000 + minor × 10 000 + patch × 100 + revision
struct Version {
    int number;
    const char* name;
};

Version version_of(Release release) {
    switch (release) {
        case Release::alpha5: return {15000005, "Octane stand-in 2026.1 Alpha 5"};
        case Release::beta2: return {15000008, "Octane stand-in 2026.1 Beta 2"};
        case Release::v2026_2: break;
    }
    return {15010000, "Octane stand-in 2026.2"};
}

const NodeType& type_of_request(const Stage& stage, const Message& request, const char* name) {
    const auto id = static_cast<int>(integer(request, name));
    const NodeType* type = stage.scene.types().find(id);
    if (type == nullptr) invalid_argument("the stand-in does not know node type " + std::to_string(id));
    return *type;
}

void add_names(Stage& stage) {
    const struct {
        const char* method;
        const char* field;
        const char* type;
    } kNames[] = {
        {"getAttributeTypeName", "type", "AttributeType"},
        {"getPinTypeName", "type", "NodePinType"},
        {"getGraphTypeName", "type", "NodeGraphType"},
        {"getNodeTypeName", "type", "NodeType"},
        {"getAttributeName", "id", "AttributeId"},
        {"getAttributeIdName", "id", "AttributeId"},
        {"getPinName", "id", "PinId"},
        {"getPinIdName", "id", "PinId"},
        {"renderPassName", "id", "RenderPassId"},
    };
    for (const auto& entry : kNames)
        stage.methods.on("ApiInfo", entry.method, [&stage, entry](const Message& request, Message& reply) {
            put(reply, "result", stage.schema.name(entry.type, static_cast<int>(integer(request, entry.field))));
        });
    stage.methods.on("ApiInfo", "getPinTypeColor", [](const Message& request, Message& reply) {
        put(reply, "result", NodeTypes::color_of_pin_type(static_cast<int>(integer(request, "type"))));
    });
}

void add_types(Stage& stage) {
    stage.methods.on("ApiInfo", "getNodeTypes", [&stage](const Message&, Message& reply) {
        for (const auto& [id, type] : stage.scene.types().all()) append_integer(sub(reply, "nodesTypes"), "data", id);
        put(reply, "size", stage.scene.types().all().size());
    });
    stage.methods.on("ApiInfo", "nodeInfo", [&stage](const Message& request, Message& reply) {
        put_node_info(sub(reply, "result"), type_of_request(stage, request, "type"));
    });
    stage.methods.on("ApiInfo", "nodePinInfo", [&stage](const Message& request, Message& reply) {
        const NodeType& type = type_of_request(stage, request, "nodeType");
        const auto index = static_cast<std::size_t>(integer(request, "pinIx"));
        if (index >= type.pins.size()) invalid_argument("the node type has no pin " + std::to_string(index));
        put_ref(reply, "result", stage.scene.make_pin_info(type.pins[index]).handle, ObjectType::pin_info);
    });
    stage.methods.on("ApiInfo", "attributeInfo", [&stage](const Message& request, Message& reply) {
        const NodeType& type = type_of_request(stage, request, "type");
        for (const AttributeSpec& spec : type.attributes)
            if (spec.id == integer(request, "attrId")) return put_attribute_info(sub(reply, "result"), spec);
        invalid_argument("the node type has no such attribute");
    });
    stage.methods.on("ApiInfo", "attributeInfo1", [&stage](const Message& request, Message& reply) {
        const NodeType& type = type_of_request(stage, request, "type");
        const auto index = static_cast<std::size_t>(integer(request, "attrIx"));
        if (index >= type.attributes.size()) invalid_argument("the node type has no attribute " + std::to_string(index));
        put_attribute_info(sub(reply, "result"), type.attributes[index]);
    });
    stage.methods.on("ApiInfo", "getCompatibleTypes", [&stage](const Message& request, Message& reply) {
        const auto types = stage.scene.types().compatible_with(static_cast<int>(integer(request, "outType")));
        Message& nodes = sub(reply, "compatNodes");
        for (const int id : types) append_integer(nodes, "data", id);
        put(reply, "compatNodesSize", types.size());
        sub(reply, "compatGraphs");
    });
    stage.methods.on("ApiInfo", "getAllRenderPassIds", [](const Message&, Message& reply) {
        for (const int pass : {kBeautyPass, kNormalPass}) append_integer(sub(reply, "result"), "data", pass);
        put(reply, "length", 2);
    });
}

}  // namespace

void add_info_methods(Stage& stage) {
    const Version version = version_of(stage.schema.release());
    stage.methods.on("ApiInfo", "octaneVersion",
                     [version](const Message&, Message& reply) { put(reply, "result", version.number); });
    stage.methods.on("ApiInfo", "octaneName", [version](const Message&, Message& reply) { put(reply, "result", version.name); });
    for (const char* no : {"isDemoVersion", "isSubscriptionVersion"})
        stage.methods.on("ApiInfo", no, [](const Message&, Message& reply) { put(reply, "result", false); });
    stage.methods.on("ApiInfo", "tierIdx", [](const Message&, Message& reply) { put(reply, "result", 0); });
    add_names(stage);
    add_types(stage);
}

}  // namespace octane::standin
