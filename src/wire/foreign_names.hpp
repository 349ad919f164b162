// Room: wire. Names that a message or enum lacks although another release of the API has them.
//
// Asked only for names that were not found, so it costs nothing on the usual path. Callable from any thread.
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
};

struct ForeignValue {
    std::optional<std::int32_t> number;
    std::string why;  // if none: as above
};

class ForeignNames {
  public:
    ForeignNames() = default;
    ForeignNames(const ForeignNames&) = delete;
    ForeignNames& operator=(const ForeignNames&) = delete;
    virtual ~ForeignNames() = default;

    [[nodiscard]] virtual ForeignMember member(const google::protobuf::Descriptor& message, std::string_view name) const = 0;
    [[nodiscard]] virtual ForeignValue value(const google::protobuf::EnumDescriptor& type, std::string_view name) const = 0;
};

}  // namespace octane::wire
