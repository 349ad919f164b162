// Room: livelink. Which kind of object a reference in a request means where it does not say: proto/octane/reference_types.csv,
// bound to a schema.
//
// A reference names an object by handle and its kind by a number, and Octane checks the kind. Its clients leave the kind out
// where the member that the reference stands in says it already (docs/octane.md §5).
#pragma once

#include <cstddef>
#include <string_view>
#include <unordered_map>

#include "schema/request_template.hpp"
#include "schema/schema.hpp"
#include "wire/foreign_names.hpp"

namespace octane::livelink {

// Immutable after construction; read from all loops. The schema outlives it. Empty for an API without Octane's ObjectRef.
class ReferenceTypes {
  public:
    // Binds the table to every request of the schema: some 1100 members, a few milliseconds.
    explicit ReferenceTypes(const schema::Schema& schema);

    // For a reference that is the value of `member`, in the value of `holder` or at the top (null). Null for anything else, and
    // for members that the table lacks. The kind is the reference's absent value.
    [[nodiscard]] const wire::ImpliedValue* find(const google::protobuf::FieldDescriptor& member,
                                                 const google::protobuf::FieldDescriptor* holder) const;

    // The same for templates of requests. Refers to this.
    [[nodiscard]] schema::EnumDefaults enum_defaults() const;

    // Of members that are references or lists of them.
    [[nodiscard]] std::size_t size() const { return by_member_.size(); }

  private:
    std::unordered_map<const google::protobuf::FieldDescriptor*, wire::ImpliedValue> by_member_;
};

// The table itself, as it is compiled into the binary.
std::string_view embedded_reference_types();

}  // namespace octane::livelink
