// No name of either release may be left without a decision. Read from the tables row by row; the map is only asked.
#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "livelink/embedded.hpp"
#include "livelink/release_map.hpp"
#include "unit/schema/tables.hpp"

namespace octane::livelink::tests {
namespace {

using schema::tests::read_table;

struct Field {
    std::string name;
    std::vector<std::string> shape;  // number, label, type, one-of
};

// One release as its tables have it.
struct Tables {
    explicit Tables(const std::string& release) {
        for (const auto& row : read_table(release, "methods")) methods[row[1] + "." + row[2]] = {row[3], row[4], row[5], row[6]};
        for (const auto& row : read_table(release, "messages")) {
            auto& fields = messages[row[1]];
            if (!row[2].empty()) fields.push_back({row[2], {row[3], row[4], row[5], row[6]}});
        }
        for (const auto& row : read_table(release, "enums")) enums[row[1]][row[2]] = row[3];
    }
    std::map<std::string, std::vector<std::string>> methods;  // by full name: request, response, streaming
    std::map<std::string, std::vector<Field>> messages;
    std::map<std::string, std::map<std::string, std::string>> enums;

    [[nodiscard]] const Field* field(const std::string& message, const std::string& name) const {
        const auto found = messages.find(message);
        if (found == messages.end()) return nullptr;
        const auto place = std::ranges::find(found->second, name, &Field::name);
        return place == found->second.end() ? nullptr : &*place;
    }
};

const std::vector<Tables>& tables() {
    static const std::vector<Tables> all = {Tables("alpha5"), Tables("beta2")};
    return all;
}

// Looks at the names of one release, with the other to compare.
class Examiner {
  public:
    Examiner(const ReleaseMap& map, std::size_t own) : map_(map), own_(own), here_(tables()[own]), there_(tables()[1 - own]) {}

    std::vector<std::string> undecided() {
        for (const auto& [name, shape] : here_.methods) examine_method(name, shape);
        for (const auto& [message, fields] : here_.messages) {
            for (const auto& field : fields) examine_member(message, field);
        }
        for (const auto& [type, values] : here_.enums) {
            for (const auto& [value, number] : values) examine_value(type, value, number);
        }
        return undecided_;
    }

  private:
    const MapRow* row_of(const std::string& name, std::initializer_list<MapKind> kinds) const {
        for (const auto* row : map_.find(own_, name)) {
            if (std::ranges::find(kinds, row->kind) == kinds.end()) continue;
            if (row->kind != MapKind::lacks || row->names[1 - own_].empty()) return row;
        }
        return nullptr;
    }

    void require(bool is_decided, const std::string& name) {
        if (!is_decided) undecided_.push_back(map_.releases()[own_] + " " + name);
    }

    void examine_method(const std::string& name, const std::vector<std::string>& shape) {
        const auto same = there_.methods.find(name);
        if (same != there_.methods.end()) return require(same->second == shape, name);
        const auto* row = row_of(name, {MapKind::method, MapKind::lacks});
        require(row != nullptr && (row->kind == MapKind::lacks || there_.methods.contains(row->names[1 - own_])), name);
        const std::string service(parent_of(name));
        const bool is_service_there =
            std::ranges::any_of(there_.methods, [&](const auto& m) { return parent_of(m.first) == service; });
        require(is_service_there || row_of(service, {MapKind::service}) != nullptr, service);
    }

    void examine_member(const std::string& message, const Field& field) {
        const std::string name = message + "." + field.name;
        const auto* same = there_.field(message, field.name);
        if (same != nullptr && same->shape == field.shape) return;
        if (row_of(name, {MapKind::member, MapKind::lacks, MapKind::apart}) != nullptr) return;
        // Else every method whose call can hold the member must say what becomes of it.
        const auto& holding = holders(message);
        for (const auto& [method, shape] : here_.methods) {
            for (const bool is_request : {true, false}) {
                if (!holding.contains(shape[is_request ? 0 : 1])) continue;
                require(is_decided_by(method, is_request, message, field), name + " in " + method);
            }
        }
    }

    bool is_decided_by(const std::string& method, bool is_request, const std::string& message, const Field& field) const {
        for (const auto* row : map_.find(own_, method)) {
            if (row->kind == MapKind::lacks) return true;
            if (row->kind != MapKind::method) continue;
            const auto& pairs = is_request ? row->request : row->answer;
            if (std::ranges::any_of(pairs, [&](const MapPair& pair) { return pair[own_].name == field.name; })) return true;
            const auto& shape = there_.methods.at(row->names[1 - own_]);
            const auto* other = pairs.empty() ? there_.field(shape[is_request ? 0 : 1], field.name) : nullptr;
            if (other != nullptr && here_.methods.at(method)[is_request ? 0 : 1] == message && other->shape == field.shape)
                return true;
        }
        return false;
    }

    void examine_value(const std::string& type, const std::string& value, const std::string& number) {
        const auto same_type = there_.enums.find(type);
        if (same_type != there_.enums.end()) {
            const auto same = same_type->second.find(value);
            if (same != same_type->second.end() && same->second == number) return;
        } else if (row_of(type, {MapKind::lacks}) != nullptr) {
            return;
        }
        require(row_of(type + "." + value, {MapKind::value, MapKind::lacks}) != nullptr, type + "." + value);
    }

    // The messages that can hold one of this type, itself included, but for what is never part of a call.
    const std::set<std::string>& holders(const std::string& held) {
        if (parents_.empty()) note_parents();
        auto& found = holders_[held];
        if (!found.empty()) return found;
        std::vector<std::string> open = {held};
        while (!open.empty()) {
            const std::string message = open.back();
            open.pop_back();
            if (!found.insert(message).second) continue;
            const auto parents = parents_.find(message);
            if (parents != parents_.end()) open.insert(open.end(), parents->second.begin(), parents->second.end());
        }
        return found;
    }

    void note_parents() {
        for (const auto& [message, fields] : here_.messages) {
            for (const auto& field : fields) {
                const bool is_apart = row_of(message + "." + field.name, {MapKind::apart}) != nullptr;
                if (!is_apart && here_.messages.contains(field.shape[2])) parents_[field.shape[2]].insert(message);
            }
        }
    }

    const ReleaseMap& map_;
    std::size_t own_;
    const Tables& here_;
    const Tables& there_;
    std::map<std::string, std::set<std::string>> parents_;  // of each message: those with a member of it
    std::map<std::string, std::set<std::string>> holders_;
    std::vector<std::string> undecided_;
};

std::vector<std::string> undecided(const ReleaseMap& map) {
    auto all = Examiner(map, 0).undecided();
    const auto newer = Examiner(map, 1).undecided();
    all.insert(all.end(), newer.begin(), newer.end());
    return all;
}

// The built-in map without the lines that begin so.
ReleaseMap map_without(const std::string& beginning) {
    std::string rest;
    const std::string all(embedded_release_map());
    for (std::size_t at = 0; at < all.size();) {
        const std::size_t end = all.find('\n', at) + 1;
        if (!all.substr(at, end - at).starts_with(beginning)) rest.append(all, at, end - at);
        at = end;
    }
    REQUIRE(rest.size() < all.size());
    auto map = ReleaseMap::parse(rest);
    REQUIRE(map);
    return *std::move(map);
}

}  // namespace

TEST_CASE("No method, member or enum value of either release is left without a decision") {
    const auto left = undecided(builtin_release_map());
    for (const auto& name : left) MESSAGE(name);
    CHECK(left.empty());
}

TEST_CASE("The check notices each kind of decision that is missing") {
    const auto misses = [](const std::string& row, const std::string& name) {
        const auto left = undecided(map_without(row));
        CHECK_MESSAGE(std::ranges::find(left, name) != left.end(), row);
    };
    misses("method,octaneapi.ApiItemService.getByAttrID,", "alpha5 octaneapi.ApiItemService.getByAttrID");
    misses("method,octaneapi.ApiItemService.getByAttrID,", "beta2 octaneapi.ApiItemService.getValueByAttrID");
    misses("method,octaneapi.ApiNodeService.getPinValueIx7,", "alpha5 octaneapi.ApiNodeService.getPinValueIx7");
    misses("method,octaneapi.ApiNodeService.setPinValue14,",
           "beta2 octaneapi.ApiNode.setPinValueByNameRequest.float2_value in octaneapi.ApiNodeService.setPinValueByName");
    misses("service,", "alpha5 octaneapi.ApiGaussianSplatCloudNodeService");
    misses("member,",
           "beta2 octaneapi.ApiGaussianSplatting.setAttributesFromPlyRequest.gaussianSplatNode in "
           "octaneapi.ApiGaussianSplattingService.setAttributesFromPly");
    misses("lacks,,octaneapi.ApiControlService.closeOctane,", "beta2 octaneapi.ApiControlService.closeOctane");
    misses("lacks,octaneapi.ApiRenderEngine.setDevicesActivityRequest.useMetalRayTracing",
           "alpha5 octaneapi.ApiRenderEngine.setDevicesActivityRequest.useMetalRayTracing in "
           "octaneapi.ApiRenderEngineService.setDevicesActivity");
    misses("value,octaneapi.NodeType.NT_MATERIALX_RANGE_END,", "beta2 octaneapi.NodeType.NT_MATERIALX_RANGE_END");
    misses("lacks,octaneapi.RenderPassId.RENDER_PASS_SCREENSPACE_MOTION,",
           "alpha5 octaneapi.RenderPassId.RENDER_PASS_SCREENSPACE_MOTION");
    misses("lacks,,octaneapi.LightSampler,", "beta2 octaneapi.LightSampler.LIGHT_SAMPLER_POWER");
    misses("apart,octaneapi.StreamCallbackRequest.newImage,",
           "beta2 octaneapi.StreamCallbackRequest.newImage in octaneapi.StreamCallbackService.callbackChannel");
}

TEST_CASE("Every name in the map is in the tables of its release") {
    const auto& map = builtin_release_map();
    for (const auto& row : map.rows()) {
        for (std::size_t i = 0; i < row.names.size(); ++i) {
            const auto& own = tables()[i];
            std::string cell = row.names[i] + " ";
            for (std::size_t end = cell.find(' '); end != std::string::npos; end = cell.find(' ')) {
                const std::string name = cell.substr(0, end);
                cell.erase(0, end + 1);
                if (name.empty()) continue;
                const std::string parent(parent_of(name));
                const std::string simple(simple_name(name));
                const bool is_service =
                    std::ranges::any_of(own.methods, [&](const auto& m) { return parent_of(m.first) == name; });
                const bool is_value = own.enums.contains(parent) && own.enums.at(parent).contains(simple);
                CHECK_MESSAGE((own.methods.contains(name) || own.field(parent, simple) != nullptr || is_value ||
                               own.enums.contains(name) || is_service),
                              name);
            }
        }
    }
}

}  // namespace octane::livelink::tests
