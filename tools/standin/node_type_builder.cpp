// Stand-in renderer: names to numbers for node types.
#include "standin/node_type_builder.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "standin/node_types.hpp"

namespace octane::standin {
namespace {

// "P_SENSOR_WIDTH" is called "sensorWidth" by the interface.
std::string static_name(const std::string& pin) {
    std::string out;
    bool is_upper = false;
    for (const char c : pin.substr(2)) {
        if (c == '_') {
            is_upper = true;
            continue;
        }
        out += static_cast<char>(is_upper ? c : std::tolower(static_cast<unsigned char>(c)));
        is_upper = false;
    }
    return out;
}

template <class To, class From>
std::array<To, 4> four(std::initializer_list<From> values) {
    std::array<To, 4> out{};
    std::transform(values.begin(), values.end(), out.begin(), [](From v) { return static_cast<To>(v); });
    return out;
}

}  // namespace

NodeTypeBuilder& NodeTypeBuilder::type(const std::string& name, const std::string& out_type, const std::string& default_name,
                                       const std::string& category) {
    const int id = schema_.number("NodeType", name);
    current_ = nullptr;
    group_.clear();
    if (id < 0) return *this;
    current_ = &types_[id];
    current_->id = id;
    current_->out_type = schema_.number("NodePinType", out_type);
    current_->color = NodeTypes::color_of_pin_type(current_->out_type);
    current_->default_name = default_name;
    current_->category = category;
    return *this;
}

NodeTypeBuilder& NodeTypeBuilder::attribute(const std::string& name, Value default_value, const std::string& description,
                                            bool is_array) {
    const int id = schema_.number("AttributeId", name);
    if (current_ != nullptr && id >= 0)
        current_->attributes.push_back({id, default_value.type, description, std::move(default_value), is_array});
    return *this;
}

NodeTypeBuilder& NodeTypeBuilder::group(std::string name) {
    group_ = std::move(name);
    return *this;
}

PinSpec* NodeTypeBuilder::pin(const std::string& name, const std::string& pin_type, const std::string& label,
                              const std::string& default_node) {
    const int id = schema_.number("PinId", name);
    if (current_ == nullptr || id < 0) return nullptr;
    PinSpec spec;
    spec.id = id;
    spec.type = schema_.number("NodePinType", pin_type);
    spec.name = static_name(name);
    spec.label = label;
    spec.group = group_;
    if (!default_node.empty()) spec.default_node = std::max(0, schema_.number("NodeType", default_node));
    current_->pins.push_back(std::move(spec));
    return &current_->pins.back();
}

NodeTypeBuilder& NodeTypeBuilder::node(const std::string& name, const std::string& pin_type, const std::string& label,
                                       const std::string& default_node) {
    pin(name, pin_type, label, default_node);
    return *this;
}

NodeTypeBuilder& NodeTypeBuilder::toggle(const std::string& name, const std::string& label, bool value) {
    if (auto* spec = pin(name, "PT_BOOL", label, "NT_BOOL")) spec->default_value = Value::of(value);
    return *this;
}

NodeTypeBuilder& NodeTypeBuilder::words(const std::string& name, const std::string& label, const std::string& value) {
    if (auto* spec = pin(name, "PT_STRING", label, "NT_STRING")) spec->default_value = Value::words(AttributeType::string, value);
    return *this;
}

NodeTypeBuilder& NodeTypeBuilder::real(const std::string& name, const std::string& label, std::initializer_list<float> value,
                                       float least, float most) {
    if (auto* spec = pin(name, "PT_FLOAT", label, "NT_FLOAT")) {
        spec->default_value = Value::floats(AttributeType::float4, four<float>(value));
        spec->dimensions = static_cast<int>(value.size());
        spec->least = least;
        spec->most = most;
    }
    return *this;
}

NodeTypeBuilder& NodeTypeBuilder::whole(const std::string& name, const std::string& label, std::initializer_list<int> value,
                                        int least, int most) {
    if (auto* spec = pin(name, "PT_INT", label, "NT_INT")) {
        spec->default_value = Value::ints(AttributeType::int4, four<std::int64_t>(value));
        spec->dimensions = static_cast<int>(value.size());
        spec->least = static_cast<float>(least);
        spec->most = static_cast<float>(most);
    }
    return *this;
}

NodeTypeBuilder& NodeTypeBuilder::resolution(const std::string& name, const std::string& label, int width, int height) {
    if (auto* spec = pin(name, "PT_INT", label, "NT_IMAGE_RESOLUTION")) {
        spec->default_value = Value::ints(AttributeType::int3, {width, height, 0, 0});
        spec->dimensions = 2;
        spec->least = 1;
        spec->most = 16384;
    }
    return *this;
}

NodeTypeBuilder& NodeTypeBuilder::choice(const std::string& name, const std::string& label, int value,
                                         std::vector<std::pair<int, std::string>> choices) {
    if (auto* spec = pin(name, "PT_ENUM", label, "NT_ENUM")) {
        spec->default_value = Value::ints(AttributeType::int1, {value, 0, 0, 0});
        spec->choices = std::move(choices);
    }
    return *this;
}

NodeTypeBuilder& NodeTypeBuilder::color(const std::string& name, const std::string& label, float red, float green, float blue) {
    if (auto* spec = pin(name, "PT_TEXTURE", label, "NT_TEX_RGB")) {
        spec->default_value = Value::floats(AttributeType::float3, {red, green, blue, 0});
        spec->dimensions = 3;
        spec->is_color = true;
    }
    return *this;
}

NodeTypeBuilder& NodeTypeBuilder::grey(const std::string& name, const std::string& label, float value) {
    if (auto* spec = pin(name, "PT_TEXTURE", label, "NT_TEX_FLOAT"))
        spec->default_value = Value::floats(AttributeType::float1, {value, 0, 0, 0});
    return *this;
}

}  // namespace octane::standin
