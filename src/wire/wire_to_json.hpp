// Room: wire. A protobuf answer becomes JSON text, read straight from the slices it arrived in, without message objects.
//
// Pure functions: no I/O, no locks, callable from any thread. Rules: docs/api.md §2 "Answer"; dialects: docs/octane.md §3.3.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "wire/levels.hpp"

namespace google::protobuf {
class Descriptor;
class DescriptorPool;
class FieldDescriptor;
}  // namespace google::protobuf

namespace octane::wire {

struct JsonWriteOptions {
    // Members with default values are written: 0, "", [] or what proto2 gives them, unset messages as null; unset one-of members
    // are left out.
    bool with_defaults = false;
    bool enums_as_numbers = false;
    bool one_of_keys = false;      // after a set one-of member, a member named like the one-of whose value is the member's name
    bool bytes_as_buffer = false;  // {"type":"Buffer","data":[…]} instead of base64
    int max_depth = kMostLevels;
    const google::protobuf::DescriptorPool* other_types = nullptr;  // where what an Any holds is looked for as well
};

// Appends one JSON object to `out`. What an Any holds and extensions of proto2 are looked for in the pool of `message`; an Any
// that cannot be shown by its members is written with its bytes, and is no error. Error 50002 bad_answer if the bytes are not a
// message of this type; `out` is then as before.
base::Result<base::Done> wire_to_json(const google::protobuf::Descriptor& message, const base::ByteChain& answer,
                                      const JsonWriteOptions& options, std::string& out);

// The way to a `bytes` (or string) field. The descriptors must outlive it.
struct BytesStep {
    const google::protobuf::FieldDescriptor* field = nullptr;
    std::size_t index = 0;  // of a repeated field
};
using BytesPath = std::vector<BytesStep>;

// Reads a dotted path such as "renderImages.data.0.buffer.data" or "images[1].data"; an index picks from a repeated field and may
// be left out for its first element. Needs no answer, so that a path can be refused before anything is asked. Never empty. Error
// 40006 bad_query: no such path, or not bytes; the message lists the paths that exist.
base::Result<BytesPath> parse_bytes_path(const google::protobuf::Descriptor& message, std::string_view path);

// The field at the end of a path that parse_bytes_path() gave for the answer's type. The chain shares the answer's owner: nothing
// is copied. An unset field is an empty chain. Errors: 50002 bad_answer; 40403 path_not_found where the path picks an element
// beyond the end of a list, saying how many there are.
base::Result<base::ByteChain> find_bytes(const BytesPath& path, const base::ByteChain& answer);

}  // namespace octane::wire
