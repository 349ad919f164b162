// Stand-in renderer: reading and writing fields of dynamic messages by name.
//
// Reading a field that the release's message lacks gives the default value, because the releases name some fields differently.
// Writing such a field is our own mistake and throws std::logic_error.
#pragma once

#include <google/protobuf/message.h>

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace octane::standin {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

const FieldDescriptor* field(const Message& message, std::string_view name);  // nullptr if there is none
bool has(const Message& message, std::string_view name);
std::int64_t integer(const Message& message, std::string_view name);  // integers, enums and bools
double number(const Message& message, std::string_view name);
std::string text(const Message& message, std::string_view name);     // string and bytes
const Message* part(const Message& message, std::string_view name);  // nullptr if it is not set

void put_integer(Message& message, std::string_view name, std::int64_t value);
void put_number(Message& message, std::string_view name, double value);
void put_text(Message& message, std::string_view name, std::string_view value);
Message& sub(Message& message, std::string_view name);  // sets the sub-message if it was not set
Message& add(Message& message, std::string_view name);  // one more element of a repeated message field
void append_integer(Message& message, std::string_view name, std::int64_t value);
void append_number(Message& message, std::string_view name, double value);
void append_text(Message& message, std::string_view name, std::string_view value);

template <std::integral T>
void put(Message& message, std::string_view name, T value) {
    put_integer(message, name, static_cast<std::int64_t>(value));
}
template <std::floating_point T>
void put(Message& message, std::string_view name, T value) {
    put_number(message, name, value);
}
inline void put(Message& message, std::string_view name, std::string_view value) {
    put_text(message, name, value);
}
inline void put(Message& message, std::string_view name, const char* value) {
    put_text(message, name, value);
}

// x, y, z of a vector message.
template <class Vector>
void put_xyz(Message& message, const Vector& v) {
    put(message, "x", v[0]);
    put(message, "y", v[1]);
    put(message, "z", v[2]);
}

}  // namespace octane::standin
