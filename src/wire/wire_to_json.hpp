// Room: wire. A protobuf answer becomes JSON text, read straight from the slices it arrived in, without message objects.
//
// Pure functions: no I/O, no locks, callable from any thread. Rules: CONTRACT §2 "Answer"; dialects: octane-livelink.md §3.3.
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace google::protobuf {
class Descriptor;
}

namespace octane::wire {

struct JsonWriteOptions {
    bool with_defaults =
        false;  // members with default values are written: 0, "", [], unset messages as null, unset one-of members left out
    bool enums_as_numbers = false;
    bool one_of_keys = false;      // after a set one-of member, a member named like the one-of whose value is the member's name
    bool bytes_as_buffer = false;  // {"type":"Buffer","data":[…]} instead of base64
    int max_depth = 64;
};

// Appends one JSON object to `out`. Error 50002 bad_answer if the bytes are not a message of this type; `out` is then as before.
base::Result<base::Done> wire_to_json(const google::protobuf::Descriptor& message, const base::ByteChain& answer,
                                      const JsonWriteOptions& options, std::string& out);

// The `bytes` (or string) field at a dotted path such as "renderImages.data.0.buffer.data"; an index picks from a repeated field
// and may be left out for its first element. The chain shares the answer's owner: nothing is copied. An unset field is an empty
// chain. Errors: 40006 bad_query (no such path, or not bytes; the message lists the paths that exist), 50002 bad_answer.
base::Result<base::ByteChain> find_bytes(const google::protobuf::Descriptor& message, const base::ByteChain& answer,
                                         std::string_view path);

}  // namespace octane::wire
