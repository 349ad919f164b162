// Stand-in renderer: attribute values, and their way into and out of the fields of messages.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <utility>

#include "standin/fields.hpp"

namespace octane::standin {

// The numbers of octaneapi.AttributeType.
enum class AttributeType : int {
    unknown = 0,
    boolean = 1,
    int1 = 2,
    int2 = 3,
    int3 = 4,
    int4 = 5,
    float1 = 6,
    float2 = 7,
    float3 = 8,
    float4 = 9,
    string = 10,
    filename = 11,
    byte = 12,
    matrix = 13,
    long1 = 14,
    long2 = 15,
};

struct Value {
    AttributeType type = AttributeType::unknown;
    std::array<std::int64_t, 4> whole{};
    std::array<float, 12> real{};
    std::string text;

    static Value of(bool value) { return {AttributeType::boolean, {value ? 1 : 0}, {}, {}}; }
    static Value ints(AttributeType type, std::array<std::int64_t, 4> v) { return {type, v, {}, {}}; }
    static Value floats(AttributeType type, std::array<float, 4> v) { return {type, {}, {v[0], v[1], v[2], v[3]}, {}}; }
    static Value identity() { return {AttributeType::matrix, {}, {1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0}, {}}; }
    static Value words(AttributeType type, std::string text) { return {type, {}, {}, std::move(text)}; }

    bool operator==(const Value&) const = default;
};

// The attribute type with that number in AttributeTypeId or PinTypeId, which differ from AttributeType.
AttributeType from_type_id(int type_id);
// The attribute type that a field can carry: bool, int32, int32_2 … MatrixF, string, ApiFilePath.
AttributeType type_of(const FieldDescriptor& field);
bool same_family(AttributeType a, AttributeType b);  // both whole numbers, both real, both text …

// Writes the value into a field of its family.
void write_value(Message& message, const FieldDescriptor& field, const Value& value);
// Reads a field; vectors become values of their length.
Value read_value(const Message& message, const FieldDescriptor& field);

// The member of the one-of "value" for that type; nullptr if the message has none.
const FieldDescriptor* value_arm(const Message& message, AttributeType type);
// The member of the one-of that is set; nullptr if none is.
const FieldDescriptor* value_arm_set(const Message& message, const std::string& oneof = "value");

}  // namespace octane::standin
