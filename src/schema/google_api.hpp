// Room: schema. The files of google/api that say how methods are reached over HTTP, for schemas that import them and do not bring
// them.
#pragma once

#include <string_view>

namespace google::protobuf {
class FileDescriptorProto;
}

namespace octane::schema {

// Of google.protobuf.MethodOptions: the extension (google.api.http).
inline constexpr int kHttpRuleExtension = 72295728;

// google/api/annotations.proto, http.proto and httpbody.proto with all their published names and numbers; null for any other
// name. What they import in turn is the caller's to supply. Compiled at the first call; lives for ever, and any thread may call
// this.
const google::protobuf::FileDescriptorProto* google_api_file(std::string_view name);

}  // namespace octane::schema
