// Room: wire. One message made from another that says the same with other members: only the top level differs.
//
// Pure functions, callable from any thread. Values travel as they lie on the wire, whatever their type.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace google::protobuf {
class FieldDescriptor;
}

namespace octane::wire {

// Members are singular, and those of a move have the same type, but for enums of the same name in different pools.
struct Reshape {
    struct Move {
        const google::protobuf::FieldDescriptor* from = nullptr;
        const google::protobuf::FieldDescriptor* to = nullptr;
    };
    struct Constant {
        const google::protobuf::FieldDescriptor* field = nullptr;  // a bool, integer or enum
        std::uint64_t value = 0;
    };
    std::vector<Move> moves;
    std::vector<Constant> conditions;  // what members of the message as it comes must be
    std::vector<Constant> constants;   // what is written besides
};

struct ReshapeFit {
    bool has_members = true;       // every one-of member that is to move is there
    bool meets_conditions = true;  // an absent member counts as its default
};
ReshapeFit fit_of(const Reshape& reshape, const base::ByteChain& message);

// What has no move is left out. A scalar that was left out because it has its default value is written where the other message's
// member can tell absence from that. Enum values keep their name, not their number. Errors: 40003 bad_value if the other enum
// lacks a name, 50002 bad_answer if the bytes are no message.
base::Result<std::string> reshaped(const Reshape& reshape, const base::ByteChain& message);

}  // namespace octane::wire
