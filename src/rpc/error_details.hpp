// Room: rpc. What an upstream said of an error besides its status and text: the details of grpc-status-details-bin. docs/api.md
// §2, "Errors". Pure.
#pragma once

#include <string>
#include <string_view>

namespace google::protobuf {
class DescriptorPool;
}

namespace octane::rpc {

// `status`: a serialized google.rpc.Status. Its details as one JSON array, each in the JSON form of an Any: {"@type":…} with the
// members of what it holds, by Google's usual types for details or those of the pool; what is of none of these as the plain
// message that an Any is, {"type_url":…,"value":base64}. Empty if there are none, or if the bytes are no such message.
std::string error_details_json(const google::protobuf::DescriptorPool& pool, std::string_view status);

}  // namespace octane::rpc
