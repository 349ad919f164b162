// Room: livelink. What a request to Octane may say besides its message's own names: those of other releases, the object it is
// asked of by any of its names, and references without their kind.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "livelink/conversion.hpp"
#include "livelink/reference_types.hpp"
#include "schema/name_maps.hpp"
#include "wire/foreign_names.hpp"

namespace octane::livelink {

// Immutable after construction; read from all loops. The schemas outlive it.
class ReleaseNames final : public wire::ForeignNames {
  public:
    // `reading`: whose messages requests are read with; `connected`: whose numbers enum names are to become, where it has them;
    // `others`: the releases whose names are accepted besides.
    ReleaseNames(const livelink::ReleaseMap& map, const Side& reading, const schema::Schema& connected,
                 const std::vector<Side>& others);
    // For a schema that is no known release's: no other's names.
    explicit ReleaseNames(const schema::Schema& reading);

    // The object that a method is asked of is objectPtr, item_ref or nodePinInfoRef, where the message has just one of them; its
    // handle and type may also stand beside the other members.
    [[nodiscard]] wire::ForeignMember member(const google::protobuf::Descriptor& message, std::string_view name) const override;
    [[nodiscard]] wire::ForeignValue value(const google::protobuf::EnumDescriptor& type, std::string_view name) const override;
    [[nodiscard]] const wire::ImpliedValue* implied_value(const google::protobuf::FieldDescriptor& member,
                                                          const google::protobuf::FieldDescriptor* holder) const override {
        return references_.find(member, holder);
    }

  private:
    void add_member(const google::protobuf::Descriptor& message, const std::string& name, wire::ForeignMember found);
    void add_renamed_member(const livelink::MapRow& row, const Side& other);
    void add_missing(const livelink::MapRow& row, const Side& other);
    void add_members_of(const livelink::MapRow& row, const Side& other);
    void add_values(const livelink::MapRow& row);
    [[nodiscard]] std::string why_missing(const std::string& who, const livelink::MapRow& row) const;

    const Side reading_;
    const schema::Schema& connected_;
    const ReferenceTypes references_;
    schema::ExactMap<wire::ForeignMember> members_;  // "octaneapi.ApiItem.setArrayByIDRequest.evaluate"
    schema::FoldedMap<wire::ForeignValue> values_;   // "octaneapi.AttributeId.A_USE_APPLE_RT"
};

}  // namespace octane::livelink
