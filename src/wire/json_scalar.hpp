// Room: wire. One JSON scalar becomes the wire value of one field: ranges, spellings and the words for what does not fit.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace google::protobuf {
class FieldDescriptor;
}

namespace octane::wire {

// A scalar as the parser gave it; `text` is borrowed for the duration of one call.
struct JsonScalar {
    enum class Kind : std::uint8_t { null, boolean, negative, natural, real, text };
    Kind kind = Kind::null;
    bool is_true = false;
    std::int64_t negative = 0;  // kind negative; 0 stands for "-0"
    std::uint64_t natural = 0;
    double real = 0;
    const std::string* text = nullptr;  // kind text; kind real: its digits as they stood

    static JsonScalar make_null() { return {}; }
    static JsonScalar make(bool value) { return {.kind = Kind::boolean, .is_true = value}; }
    static JsonScalar make(std::int64_t value) { return {.kind = Kind::negative, .negative = value}; }
    static JsonScalar make(std::uint64_t value) { return {.kind = Kind::natural, .natural = value}; }
    static JsonScalar make(double value, const std::string& digits) {
        return {.kind = Kind::real, .real = value, .text = &digits};
    }
    static JsonScalar make(const std::string& value) { return {.kind = Kind::text, .text = &value}; }
};

// Appends the value without its tag (strings and bytes with their length). False, and `out` as before, if it does not fit
// the field. Not for messages and groups.
bool append_scalar(const google::protobuf::FieldDescriptor& field, const JsonScalar& value, std::string& out);

// The wire type of one unpacked value of the field, as a number for append_tag.
int wire_type_of(const google::protobuf::FieldDescriptor& field);

// "an integer from 0 to 255" and the like: what the field takes. For enums, with names near to `value`.
std::string describe_expected(const google::protobuf::FieldDescriptor& field, const JsonScalar& value);

// "the string "abc"", "the number -1": what was found, cut to a readable length.
std::string describe_found(const JsonScalar& value);

// The front of a text that a person is to read in a message, cut between characters.
std::string shortened(std::string_view text);

}  // namespace octane::wire
