// Room: livelink. How a call by one release's name is made under another's: rows of the release map, bound to two schemas.
#pragma once

#include <cstddef>
#include <unordered_map>
#include <vector>

#include "livelink/release_map.hpp"
#include "schema/schema.hpp"
#include "wire/reshape.hpp"

namespace octane::livelink {

// Immutable; the schemas outlive it.
struct Conversion {
    const schema::Method* from = nullptr;  // the method that was called
    const schema::Method* to = nullptr;    // the connected release's that stands for it
    bool is_reshaped = false;              // false: the messages have the same layout
    wire::Reshape request;                 // of `from`'s request into `to`'s
    wire::Reshape answer;                  // of `to`'s answer into `from`'s; an unmet condition means that Octane refused
    const google::protobuf::FieldDescriptor* reason = nullptr;  // of `to`'s answer: why it refused
};

// By called method, in the order of the map: a method for values of every type has one for each type that the other release
// knows.
using Conversions = std::unordered_map<const schema::Method*, std::vector<Conversion>>;

struct Side {
    const schema::Schema& schema;
    std::size_t column = 0;  // of the release map
};

// Rows whose names a schema lacks are left out: it may be of a release newer than the map.
Conversions bind_conversions(const livelink::ReleaseMap& map, const Side& called, const Side& connected);

}  // namespace octane::livelink
