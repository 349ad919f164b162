// Room: wire. What a request means beyond its message's own names: members and enum values that are called otherwise, or that
// another release of the API has, and values that go without saying.
//
// Names are asked for only where they were not found, so they cost nothing on the usual path. Callable from any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace google::protobuf {
class Descriptor;
class EnumDescriptor;
class FieldDescriptor;
}  // namespace google::protobuf

namespace octane::wire {

struct ForeignMember {
    const google::protobuf::FieldDescriptor* field = nullptr;  // of the message: the one that is meant
    std::string why;  // if null: the rest of a sentence that begins with the member's path; empty if nobody has such a member
    bool is_refused = false;  // such a member cannot just be left out
    // Not null: the name is that of a member of `field`'s message, and stands beside the message's own members. A single number,
    // text or enum; `field` is a single message outside any one-of.
    const google::protobuf::FieldDescriptor* part = nullptr;
};

struct ForeignValue {
    std::optional<std::int32_t> number;
    std::string why;  // if none: as above
};

// Where `given` is set and not 0 but `absent` is missing or 0, `absent` is `value`. Both are numbers or enums of one message that
// has no messages inside.
struct ImpliedValue {
    const google::protobuf::FieldDescriptor* given = nullptr;
    const google::protobuf::FieldDescriptor* absent = nullptr;
    std::int32_t value = 0;
};

class ForeignNames {
  public:
    ForeignNames() = default;
    ForeignNames(const ForeignNames&) = delete;
    ForeignNames& operator=(const ForeignNames&) = delete;
    virtual ~ForeignNames() = default;

    [[nodiscard]] virtual ForeignMember member(const google::protobuf::Descriptor& message, std::string_view name) const = 0;
    [[nodiscard]] virtual ForeignValue value(const google::protobuf::EnumDescriptor& type, std::string_view name) const = 0;
    // What goes without saying in the value of `member`; null if nothing does. `holder` is the member whose value `member` stands
    // in, null at the top. Asked once per message inside the request.
    [[nodiscard]] virtual const ImpliedValue* implied_value(const google::protobuf::FieldDescriptor& /*member*/,
                                                            const google::protobuf::FieldDescriptor* /*holder*/) const {
        return nullptr;
    }
};

}  // namespace octane::wire
