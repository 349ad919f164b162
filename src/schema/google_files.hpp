// Room: schema. The files of google/api and google/rpc that say how methods are reached over HTTP and what errors hold, for
// schemas that import them and do not bring them.
#pragma once

#include <string_view>

namespace google::protobuf {
class DescriptorPool;
class FileDescriptorProto;
}  // namespace google::protobuf

namespace octane::schema {

// Of google.protobuf.MethodOptions: the extension (google.api.http).
inline constexpr int kHttpRuleExtension = 72295728;

// google/api/annotations.proto, http.proto and httpbody.proto, google/rpc/code.proto, error_details.proto and status.proto with
// all their published names and numbers; null for any other name. What they import in turn is the caller's to supply. Compiled at
// the first call; lives for ever, and any thread may call this.
const google::protobuf::FileDescriptorProto* google_file(std::string_view name);

// google.rpc.Status and the messages of google/rpc/error_details.proto, for errors whose sender has a schema without them. As
// above.
const google::protobuf::DescriptorPool& error_types();

}  // namespace octane::schema
