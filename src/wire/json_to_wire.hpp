// Room: wire. A JSON request becomes protobuf wire format, guided by a descriptor, in one pass and without message objects. Only
// where an Any does not begin with its type the text is looked through before (late_types.hpp).
//
// Pure functions: no I/O, no locks, callable from any thread. Rules: docs/api.md §2 "Request JSON".
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "wire/levels.hpp"

namespace google::protobuf {
class Descriptor;
}

namespace octane::wire {

class ForeignNames;

struct JsonReadOptions {
    bool is_strict = false;       // unknown members are an error (40004 unknown_member) instead of a warning
    int max_depth = kMostLevels;  // deeper nesting is refused (40003 bad_value)
    std::size_t max_warnings = 32;
    const ForeignNames* foreign = nullptr;  // other names, accepted too; those without effect are warnings
};

struct WireRequest {
    std::string bytes;
    std::vector<std::string> warnings;  // one sentence each, naming the member's path
};

// `json` empty or only white space counts as {}. What an Any holds and extensions of proto2 are looked for in the pool of
// `message`. Errors: 40002 bad_json (with line and column), 40003 bad_value (with the field's path, what was found and what would
// fit), 40004 unknown_member (with the valid names).
base::Result<WireRequest> json_to_wire(const google::protobuf::Descriptor& message, std::string_view json,
                                       const JsonReadOptions& options = {});

}  // namespace octane::wire
