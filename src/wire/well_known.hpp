// Room: wire. The messages of google.protobuf that have a JSON form of their own: time stamps, durations, field masks.
//
// Wrappers, Struct, Value and ListValue need no code here: they are ordinary fields and maps seen through a thinner coat, which
// the two translators take off themselves. So do they with Any, once its type is found. Pure functions, callable from any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace google::protobuf {
class Descriptor;
class DescriptorPool;
class EnumDescriptor;
}  // namespace google::protobuf

namespace octane::wire {

class Reader;

enum class WellKnown : std::uint8_t { none, timestamp, duration, field_mask, wrapper, structure, value, list, any };

// Messages of google.protobuf that are not shaped as Google's are none of these.
WellKnown well_known(const google::protobuf::Descriptor& message);

// google.protobuf.NullValue, whose only value is JSON's null.
bool is_null_value(const google::protobuf::EnumDescriptor& type);

// The name in an Any's "type.googleapis.com/pkg.Message": what follows the last slash. Empty if there is no slash.
std::string_view type_name_in(std::string_view type_url);

// The type that an Any holds; null if the pool has none of that name. Whose host the URL names does not matter.
const google::protobuf::Descriptor* find_held_type(const google::protobuf::DescriptorPool& pool, std::string_view type_url);

// For timestamp, duration and field_mask: appends the message's wire bytes; false, and `out` as before, if the text is none.
bool append_well_known(WellKnown kind, std::string_view text, std::string& out);

// What append_well_known takes, for error messages.
std::string_view describe_well_known(WellKnown kind);

// For timestamp, duration and field_mask: appends the quoted text; false if the bytes are malformed or out of range.
bool append_well_known_json(WellKnown kind, Reader message, std::string& out);

}  // namespace octane::wire
