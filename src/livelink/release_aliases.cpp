#include "livelink/release_aliases.hpp"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "livelink/release_map.hpp"
#include "schema/name_index.hpp"

namespace octane::livelink {
namespace {

// A method of another release as a path under the service it has there, or by its name alone where the service is the same.
std::string alias_for(std::string_view theirs, const google::protobuf::ServiceDescriptor& service) {
    const auto parent = parent_of(theirs);
    if (parent == service.full_name()) return std::string(simple_name(theirs));
    return std::string(schema::without_suffix(simple_name(parent))).append("/").append(simple_name(theirs));
}

std::vector<schema::MethodAlias> aliases_of(const google::protobuf::ServiceDescriptor& service, std::size_t column) {
    std::vector<schema::MethodAlias> aliases;  // in the order of the map
    std::map<std::string, std::vector<const MapRow*>> listed;
    for (const auto& row : builtin_release_map().rows()) {
        if (row.kind != MapKind::method || parent_of(row.names[column]) != service.full_name()) continue;
        for (std::size_t other = 0; other < row.names.size(); ++other) {
            if (other == column) continue;
            std::string name = alias_for(row.names[other], service);
            auto& rows = listed[name];
            // Of overloads that differ in the answer only, the first is the one that is taken.
            if (std::ranges::any_of(rows, [&row](const MapRow* one) { return one->request == row.request; })) continue;
            rows.push_back(&row);
            if (rows.size() == 1) aliases.push_back({name, {}});
            const auto alias = std::ranges::find(aliases, name, &schema::MethodAlias::name);
            alias->methods.emplace_back(simple_name(row.names[column]));
        }
    }
    return aliases;
}

}  // namespace

schema::FindAliases release_aliases(const schema::Schema& schema) {
    const auto column = builtin_release_map().column_of(schema);
    if (!column) return {};
    return [column = *column](const google::protobuf::ServiceDescriptor& service) { return aliases_of(service, column); };
}

}  // namespace octane::livelink
