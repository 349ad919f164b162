// Stand-in renderer: values in messages.
#include "standin/value.hpp"

#include <algorithm>

namespace octane::standin {
namespace {

constexpr std::array<const char*, 4> kAxes{"x", "y", "z", "w"};

enum class Family { none, boolean, whole, real, text, matrix };

Family family(AttributeType type) {
    switch (type) {
        case AttributeType::boolean: return Family::boolean;
        case AttributeType::int1:
        case AttributeType::int2:
        case AttributeType::int3:
        case AttributeType::int4:
        case AttributeType::byte:
        case AttributeType::long1:
        case AttributeType::long2: return Family::whole;
        case AttributeType::float1:
        case AttributeType::float2:
        case AttributeType::float3:
        case AttributeType::float4: return Family::real;
        case AttributeType::string:
        case AttributeType::filename: return Family::text;
        case AttributeType::matrix: return Family::matrix;
        case AttributeType::unknown: break;
    }
    return Family::none;
}

AttributeType type_of_message(const std::string& name) {
    if (name == "int32_2") return AttributeType::int2;
    if (name == "int32_3") return AttributeType::int3;
    if (name == "int32_4") return AttributeType::int4;
    if (name == "int64_2") return AttributeType::long2;
    if (name == "float_2") return AttributeType::float2;
    if (name == "float_3") return AttributeType::float3;
    if (name == "float_4") return AttributeType::float4;
    if (name == "MatrixF") return AttributeType::matrix;
    if (name == "ApiFilePath") return AttributeType::filename;
    return AttributeType::unknown;
}

void write_part(Message& part, const Value& value) {
    if (field(part, "fileName") != nullptr) {
        put(part, "fileName", value.text);
    } else if (field(part, "m") != nullptr) {
        for (std::size_t row = 0; row < 3; ++row) {
            Message& line = add(part, "m");
            for (std::size_t i = 0; i < 4; ++i) put(line, kAxes[i], value.real[row * 4 + i]);
        }
    } else {
        for (std::size_t i = 0; i < 4 && field(part, kAxes[i]) != nullptr; ++i) {
            if (family(value.type) == Family::real) {
                put(part, kAxes[i], value.real[i]);
            } else {
                put(part, kAxes[i], value.whole[i]);
            }
        }
    }
}

Value read_part(const Message& part, AttributeType type) {
    Value value;
    value.type = type;
    if (type == AttributeType::filename) {
        value.text = text(part, "fileName");
    } else if (type == AttributeType::matrix) {
        const auto* rows = field(part, "m");
        const int count = std::min(part.GetReflection()->FieldSize(part, rows), 3);
        for (int row = 0; row < count; ++row)
            for (std::size_t i = 0; i < 4; ++i)
                value.real[static_cast<std::size_t>(row) * 4 + i] =
                    static_cast<float>(number(part.GetReflection()->GetRepeatedMessage(part, rows, row), kAxes[i]));
    } else {
        for (std::size_t i = 0; i < 4 && field(part, kAxes[i]) != nullptr; ++i) {
            if (family(type) == Family::real) {
                value.real[i] = static_cast<float>(number(part, kAxes[i]));
            } else {
                value.whole[i] = integer(part, kAxes[i]);
            }
        }
    }
    return value;
}

}  // namespace

AttributeType from_type_id(int type_id) {
    switch (type_id) {
        case 1: return AttributeType::boolean;
        case 2: return AttributeType::byte;
        case 3: return AttributeType::int1;
        case 4: return AttributeType::int2;
        case 5: return AttributeType::int3;
        case 6: return AttributeType::int4;
        case 7: return AttributeType::long1;
        case 8: return AttributeType::long2;
        case 9: return AttributeType::float1;
        case 90: return AttributeType::float2;
        case 11: return AttributeType::float3;
        case 12: return AttributeType::float4;
        case 13: return AttributeType::matrix;
        case 14: return AttributeType::string;
        case 15: return AttributeType::filename;
        default: return AttributeType::unknown;
    }
}

AttributeType type_of(const FieldDescriptor& f) {
    switch (f.cpp_type()) {
        case FieldDescriptor::CPPTYPE_BOOL: return AttributeType::boolean;
        case FieldDescriptor::CPPTYPE_INT32: return AttributeType::int1;
        case FieldDescriptor::CPPTYPE_INT64: return AttributeType::long1;
        case FieldDescriptor::CPPTYPE_FLOAT: return AttributeType::float1;
        case FieldDescriptor::CPPTYPE_STRING: return AttributeType::string;
        case FieldDescriptor::CPPTYPE_MESSAGE: return type_of_message(f.message_type()->name());
        default: return AttributeType::unknown;
    }
}

bool same_family(AttributeType a, AttributeType b) {
    return family(a) == family(b) && family(a) != Family::none;
}

void write_value(Message& message, const FieldDescriptor& f, const Value& value) {
    switch (f.cpp_type()) {
        case FieldDescriptor::CPPTYPE_MESSAGE: return write_part(sub(message, f.name()), value);
        case FieldDescriptor::CPPTYPE_STRING: return put(message, f.name(), value.text);
        case FieldDescriptor::CPPTYPE_FLOAT: return put(message, f.name(), value.real[0]);
        default: return put(message, f.name(), value.whole[0]);
    }
}

Value read_value(const Message& message, const FieldDescriptor& f) {
    const AttributeType type = type_of(f);
    Value value;
    value.type = type;
    switch (f.cpp_type()) {
        case FieldDescriptor::CPPTYPE_MESSAGE: return read_part(message.GetReflection()->GetMessage(message, &f), type);
        case FieldDescriptor::CPPTYPE_STRING: value.text = text(message, f.name()); break;
        case FieldDescriptor::CPPTYPE_FLOAT: value.real[0] = static_cast<float>(number(message, f.name())); break;
        default: value.whole[0] = integer(message, f.name());
    }
    return value;
}

const FieldDescriptor* value_arm(const Message& message, AttributeType type) {
    const auto* oneof = message.GetDescriptor()->FindOneofByName("value");
    if (oneof == nullptr) return nullptr;
    if (type == AttributeType::byte) type = AttributeType::int1;
    const FieldDescriptor* of_text = nullptr;
    for (int i = 0; i < oneof->field_count(); ++i) {
        if (type_of(*oneof->field(i)) == type) return oneof->field(i);
        if (oneof->field(i)->name() == "string_value") of_text = oneof->field(i);
    }
    return type == AttributeType::filename ? of_text : nullptr;
}

const FieldDescriptor* value_arm_set(const Message& message, const std::string& oneof) {
    const auto* found = message.GetDescriptor()->FindOneofByName(oneof);
    return found == nullptr ? nullptr : message.GetReflection()->GetOneofFieldDescriptor(message, found);
}

}  // namespace octane::standin
