// Room: livelink. Member and enum names of other releases, for requests that are read with one release's messages.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "livelink/conversion.hpp"
#include "schema/name_maps.hpp"
#include "wire/foreign_names.hpp"

namespace octane::livelink {

// Immutable after construction; read from all loops. The schemas outlive it.
class ReleaseNames final : public wire::ForeignNames {
  public:
    // `reading`: whose messages requests are read with; `connected`: whose numbers enum names are to become, where it has them;
    // `others`: the releases whose names are accepted besides.
    ReleaseNames(const schema::ReleaseMap& map, const Side& reading, const schema::Schema& connected,
                 const std::vector<Side>& others);

    [[nodiscard]] wire::ForeignMember member(const google::protobuf::Descriptor& message, std::string_view name) const override;
    [[nodiscard]] wire::ForeignValue value(const google::protobuf::EnumDescriptor& type, std::string_view name) const override;

  private:
    void add_member(const google::protobuf::Descriptor& message, const std::string& name, wire::ForeignMember found);
    void add_renamed_member(const schema::MapRow& row, const Side& other);
    void add_missing(const schema::MapRow& row, const Side& other);
    void add_members_of(const schema::MapRow& row, const Side& other);
    void add_values(const schema::MapRow& row);
    [[nodiscard]] std::string why_missing(const std::string& who, const schema::MapRow& row) const;

    const Side reading_;
    const schema::Schema& connected_;
    schema::ExactMap<wire::ForeignMember> members_;  // "octaneapi.ApiItem.setArrayByIDRequest.evaluate"
    schema::FoldedMap<wire::ForeignValue> values_;   // "octaneapi.AttributeId.A_USE_APPLE_RT"
};

}  // namespace octane::livelink
