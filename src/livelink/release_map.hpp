// Room: livelink. How each name of one Octane release is said in another: proto/octane/releases.csv, embedded in the binary.
//
// The file is data, written by tools/schema/write_release_map.py. It has a column of full names for each release; an empty cell
// says that the release has nothing of the kind. The kinds of rows:
//   service, member, value   the same under another name
//   method                   likewise. Where the messages differ, `request` and `answer` pair their members:
//   "objectPtr=item_ref";
//                            "=evaluate" where a release lacks it; "=expected_type:PIN_ID_BOOL" where it is always this value
//   synonym                  values of different enums that mean the same, separated by spaces
//   lacks                    nothing in the other release stands for it; `note` may say why
//   apart                    never part of a call
// Whatever has no row is the same in all releases; a test holds this against the tables.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "schema/name_maps.hpp"
#include "schema/schema.hpp"

namespace octane::livelink {

enum class MapKind : std::uint8_t { service, method, member, value, synonym, lacks, apart };

// One release's side of a pair of members. An empty name: the release lacks it. `constant`: the value it always has, or empty.
struct MapMember {
    std::string name;
    std::string constant;

    bool operator==(const MapMember&) const = default;
};
using MapPair = std::vector<MapMember>;  // by column

struct MapRow {
    MapKind kind = MapKind::lacks;
    std::vector<std::string> names;  // by column
    std::vector<MapPair> request;    // both empty: the messages have the same members
    std::vector<MapPair> answer;
    std::string note;
};

class ReleaseMap {
  public:
    // Error 50001 internal, naming the line, if the text is not such a table.
    static base::Result<ReleaseMap> parse(std::string_view csv);

    [[nodiscard]] const std::vector<std::string>& releases() const { return releases_; }
    [[nodiscard]] const std::vector<MapRow>& rows() const { return rows_; }
    // The rows with this full name in this column, in the order of the file. Without regard to case.
    [[nodiscard]] std::vector<const MapRow*> find(std::size_t column, std::string_view name) const;
    // The column that a schema is to be read by: its release's, or that of the release whose renamed methods it has (for a newer
    // Octane's own files). Nothing for other APIs.
    [[nodiscard]] std::optional<std::size_t> column_of(const schema::Schema& schema) const;

  private:
    std::vector<std::string> releases_;
    std::vector<MapRow> rows_;
    std::vector<schema::FoldedMap<std::vector<std::size_t>>> index_;  // by column: name to rows
};

// Read on first use; throws only if the binary itself is broken.
const ReleaseMap& builtin_release_map();

// "octaneapi.ApiItem" and "name" of "octaneapi.ApiItem.name".
std::string_view parent_of(std::string_view full_name);
std::string_view simple_name(std::string_view full_name);

// The method that "octaneapi.ApiItemService.name" names exactly; null if the schema lacks it.
const schema::Method* method_named(const schema::Schema& schema, std::string_view full_name);

}  // namespace octane::livelink
