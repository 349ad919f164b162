// Room: livelink. Methods that the proxy refuses, each with its reason. docs/api.md §6.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "schema/schema.hpp"

namespace google::protobuf {
class FieldDescriptor;
}

namespace octane::livelink {

// Immutable after construction; read from all loops.
class DenyList {
  public:
    // Patterns are "Service/method" with '*' for any run of characters; the service in its short or full form. `allow` wins over
    // the built-in list, `deny` over both. The patterns are matched once, against every method of the schemas, which
    // must be all that a name may be looked up in: known_schemas().
    DenyList(const std::vector<std::string>& deny, const std::vector<std::string>& allow,
             const std::vector<std::shared_ptr<const schema::Schema>>& schemas);

    // The reason why the method is refused, as a sentence that also says how to let it through; null if it is allowed.
    [[nodiscard]] const std::string* reason(const schema::Method& method) const;

    // Number of the argument of a method that is refused for some of its values only; 0: there is none.
    [[nodiscard]] std::uint32_t judged_argument(const schema::Method& method) const;
    // The same for such a value.
    [[nodiscard]] std::optional<std::string> reason(const schema::Method& method, std::uint64_t argument) const;

  private:
    struct Argument {
        const google::protobuf::FieldDescriptor* field = nullptr;
        std::string allow;  // what to say with --allow
    };
    std::unordered_map<const google::protobuf::MethodDescriptor*, std::string> refused_;
    std::unordered_map<const google::protobuf::MethodDescriptor*, Argument> judged_by_argument_;
};

}  // namespace octane::livelink
