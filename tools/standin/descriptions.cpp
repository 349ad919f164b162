// Stand-in renderer: ApiNodeInfo, ApiNodePinInfo and ApiAttributeInfo.
#include <array>

#include "standin/fields.hpp"
#include "standin/services.hpp"

namespace octane::standin {
namespace {

void put_dimensions(Message& info, const PinSpec& spec) {
    static constexpr std::array<const char*, 4> kNames{"X", "Y", "Z", "W"};
    put(info, "isValid", true);
    put(info, "dimCount", spec.dimensions);
    put(info, "useSliders", true);
    put(info, "isColor", spec.is_color);
    const float step = spec.most - spec.least > 10 ? 1.0F : 0.001F;
    for (int i = 0; i < spec.dimensions; ++i) {
        Message& dimension = add(info, "dimInfos");
        if (spec.dimensions > 1) put(dimension, "name", kNames[static_cast<std::size_t>(i)]);
        put(dimension, "minValue", spec.least);
        put(dimension, "maxValue", spec.most);
        put(dimension, "sliderMinValue", spec.least);
        put(dimension, "sliderMaxValue", spec.most);
        put(dimension, "sliderStep", step);
    }
    write_value(info, *field(info, "defaultValue"), spec.default_value);
}

void put_choices(Message& info, const PinSpec& spec) {
    put(info, "isValid", true);
    put(info, "valueCount", spec.choices.size());
    put(info, "defaultValue", spec.default_value.whole[0]);
    for (const auto& [value, label] : spec.choices) {
        Message& added = add(info, "values");
        put(added, "value", value);
        put(added, "label", label);
    }
}

}  // namespace

void put_node_info(Message& info, const NodeType& type) {
    put(info, "type", type.id);
    put(info, "description", type.default_name + " (stand-in)");
    put(info, "outType", type.out_type);
    put(info, "nodeColor", type.color);
    put(info, "takesPinDefaultValue", type.pins.empty() && !type.attributes.empty());
    put(info, "isCreatableByApi", true);
    put(info, "category", type.category);
    put(info, "defaultName", type.default_name);
    put(info, "attributeInfoCount", type.attributes.size());
    put(info, "pinInfoCount", type.pins.size());
}

void put_pin_info(Message& info, const PinSpec& spec) {
    put(info, "id", spec.id);
    put(info, "type", spec.type);
    put(info, "staticName", spec.name);
    put(info, "staticLabel", spec.label);
    put(info, "description", spec.label);
    put(info, "groupName", spec.group);
    put(info, "pinColor", NodeTypes::color_of_pin_type(spec.type));
    put(info, "defaultNodeType", spec.default_node);
    static constexpr int kBool = 1, kFloat = 2, kInt = 3, kTexture = 5, kEnum = 16, kString = 23;
    switch (spec.type) {
        case kBool:
            put(sub(info, "boolInfo"), "isValid", true);
            put(sub(info, "boolInfo"), "defaultValue", spec.default_value.whole[0]);
            break;
        case kFloat: put_dimensions(sub(info, "floatInfo"), spec); break;
        case kInt: put_dimensions(sub(info, "intInfo"), spec); break;
        case kEnum: put_choices(sub(info, "enumInfo"), spec); break;
        case kString: put(sub(info, "stringInfo"), "isValid", true); break;
        case kTexture: {
            Message& texture = sub(info, "texInfo");
            put(texture, "isValid", true);
            put(texture, "minValue", spec.least);
            put(texture, "maxValue", spec.most);
            write_value(texture, *field(texture, "defaultValue"), spec.default_value);
            break;
        }
        default: break;
    }
}

void put_attribute_info(Message& info, const AttributeSpec& spec) {
    put(info, "id", spec.id);
    put(info, "type", static_cast<int>(spec.type));
    put(info, "isArray", spec.is_array);
    put(info, "description", spec.description);
    if (spec.type == AttributeType::string || spec.type == AttributeType::filename) {
        put(info, "defaultString", spec.default_value.text);
    } else if (spec.type >= AttributeType::float1 && spec.type <= AttributeType::float4) {
        write_value(info, *field(info, "defaultFloats"), spec.default_value);
    } else {
        write_value(info, *field(info, "defaultInts"), spec.default_value);
    }
}

}  // namespace octane::standin
