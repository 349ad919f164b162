// Room: wire. How people name a field inside a message: "pose.vec.x", "images[1].data". Pure.
#pragma once

#include <string_view>
#include <vector>

namespace google::protobuf {
class Descriptor;
class FieldDescriptor;
}  // namespace google::protobuf

namespace octane::wire {

// "a.b[2].c" and "a.b.2.c" as a, b, 2, c: views of the path. An index that is not closed stays part of its name, which no field
// then has.
std::vector<std::string_view> split_field_path(std::string_view path);

// By the name in the schema or in lowerCamelCase; null if there is none.
const google::protobuf::FieldDescriptor* find_field(const google::protobuf::Descriptor& message, std::string_view name);

}  // namespace octane::wire
