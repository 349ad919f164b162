// Room: schema. A request to start from: JSON that the proxy accepts as it stands, for people to change what they need. CONTRACT
// §4.
#pragma once

#include <nlohmann/json.hpp>

namespace google::protobuf {
class Descriptor;
}

namespace octane::schema {

// Every field with its default, as CONTRACT §2 writes it; [] for repeated fields, {} for maps; of each one-of the first member.
// Left out are sub-messages that contain themselves, and everything below sixteen levels or after 20 000 fields.
nlohmann::ordered_json request_template(const google::protobuf::Descriptor& message);

}  // namespace octane::schema
