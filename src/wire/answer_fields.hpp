// Room: wire. How the fields of an answer's message lie on the wire: what both readers of answers agree on.
#pragma once

#include <cstdint>
#include <vector>

#include "wire/reader.hpp"

namespace google::protobuf {
class Descriptor;
class FieldDescriptor;
}  // namespace google::protobuf

namespace octane::wire {

// The field that the reader stands on; null if the message lacks it or its wire type is not the field's, which makes it an
// unknown field by protobuf's rules, or if it is a packed run of no elements, which says nothing.
const google::protobuf::FieldDescriptor* known_field(const google::protobuf::Descriptor& message, const Reader& reader);

// Whether the reader stands on a value of this field, by the same rules; the field may be an extension.
bool is_value_of(const google::protobuf::FieldDescriptor& field, const Reader& reader);

// The default of a number, bool or enum as it would lie on the wire. Only proto2 knows others than 0.
std::uint64_t default_bits(const google::protobuf::FieldDescriptor& field);

// Whether the current value is a packed run of the field's elements.
bool is_packed_run(const google::protobuf::FieldDescriptor& field, const Reader& reader);

// Whether the current value is the default of a singular field without presence: the same as if it were not there.
bool holds_default(const google::protobuf::FieldDescriptor& field, Reader reader);

enum class FieldOrder : std::uint8_t {
    ascending,  // fields by declaration, singular ones once, no one-of set twice: what serializers write
    scattered,  // anything else that protobuf allows, extensions among it
    malformed,
};
// One look at the tags of this level. Cost: the number of fields, not of bytes.
FieldOrder find_order(const google::protobuf::Descriptor& message, Reader reader);

// For scattered messages: whether each field counts, by index. A one-of member does if it came last of its one-of, a field
// without presence if its last value is not the default.
std::vector<bool> find_set_fields(const google::protobuf::Descriptor& message, Reader reader);

// The extensions of proto2 that are set and that the message's pool knows, by number. A message set's are unknown fields here.
std::vector<const google::protobuf::FieldDescriptor*> find_set_extensions(const google::protobuf::Descriptor& message,
                                                                          Reader reader);

// Where the value of a singular field lies in its message: the last place counts, and parts of a sub-message are merged.
struct ValueParts {
    std::size_t count =
        0;         // places since another member of the same one-of was given; 0: it is not set, or the bytes are malformed
    Reader first;  // on the first of them
    Reader last;
};
ValueParts find_value_parts(const google::protobuf::FieldDescriptor& field, const Reader& message);

}  // namespace octane::wire
