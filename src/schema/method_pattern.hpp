// Room: schema. Methods by patterns: "Service/method", where * stands for any run of characters, and the service is in its short
// or full form. Pure.
#pragma once

#include <string>
#include <string_view>

namespace google::protobuf {
class MethodDescriptor;
}

namespace octane::schema {

bool matches_method(std::string_view pattern, const google::protobuf::MethodDescriptor& method);

// "octaneapi.ApiItem/name" for octaneapi.ApiItemService: what to show, and to paste into an option.
std::string pattern_of(const google::protobuf::MethodDescriptor& method);

}  // namespace octane::schema
