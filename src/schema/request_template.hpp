// Room: schema. A request to start from: JSON that the proxy accepts as it stands, for people to change what they need.
// docs/api.md §4.
#pragma once

#include <cstddef>
#include <functional>
#include <nlohmann/json.hpp>

namespace google::protobuf {
class Descriptor;
class EnumValueDescriptor;
class FieldDescriptor;
}  // namespace google::protobuf

namespace octane::schema {

// What an enum member of `holder`'s value stands for where a request leaves it out; null if for its own default.
using EnumDefaults = std::function<const google::protobuf::EnumValueDescriptor*(const google::protobuf::FieldDescriptor& member,
                                                                                const google::protobuf::FieldDescriptor& holder)>;

// Every field with its default, as docs/api.md §2 writes it; [] for repeated fields, {} for maps; of each one-of the first
// member. Left out are sub-messages that contain themselves; and those below sixteen levels or after 20 000 fields, which are
// counted.
struct RequestTemplate {
    nlohmann::ordered_json json;
    std::size_t left_out = 0;
};
RequestTemplate request_template(const google::protobuf::Descriptor& message, const EnumDefaults& enum_defaults = {});

}  // namespace octane::schema
