#include "livelink/surface.hpp"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <utility>

#include "livelink/builtin_schemas.hpp"
#include "schema/unknown_names.hpp"

namespace octane::livelink {
namespace {

using base::ErrorCode;
using google::protobuf::ServiceDescriptor;
using livelink::MapKind;

const livelink::ReleaseMap& release_map() {
    return livelink::builtin_release_map();
}

std::string full_name(const schema::Method& method) {
    return method.descriptor->full_name();
}

}  // namespace

Schemas known_schemas(Schemas given) {
    const auto is_octane = [](const auto& schema) { return release_map().column_of(*schema).has_value(); };
    if (std::ranges::none_of(given, is_octane)) return given;
    for (const auto& builtin : livelink::builtin_schemas()) {
        if (std::ranges::find(given, builtin) == given.end()) given.push_back(builtin);
    }
    return given;
}

Surface::Surface(Schemas given) {
    for (auto& schema : known_schemas(std::move(given))) {
        const auto column = release_map().column_of(*schema);
        known_.push_back({std::move(schema), column});
    }
    for (const auto& called : known_) {
        for (const auto& connected : known_) {
            if (!called.column || !connected.column) {
                if (called.schema == connected.schema)
                    pairs_.push_back(
                        {called.schema.get(), called.schema.get(), {}, std::make_unique<const ReleaseNames>(*called.schema)});
                continue;
            }
            const Side reading{*called.schema, *called.column};
            std::vector<Side> others;
            for (const auto& other : known_) {
                if (other.column && other.schema != called.schema) others.push_back({*other.schema, *other.column});
            }
            Pair pair{called.schema.get(), connected.schema.get(), {}, nullptr};
            if (called.schema != connected.schema)
                pair.conversions = bind_conversions(release_map(), reading, {*connected.schema, *connected.column});
            pair.names = std::make_unique<const ReleaseNames>(release_map(), reading, *connected.schema, others);
            pairs_.push_back(std::move(pair));
        }
    }
}

const Surface::Pair* Surface::pair_of(const schema::Schema& called, const schema::Schema& connected) const {
    for (const auto& pair : pairs_) {
        if (pair.called == &called && pair.connected == &connected) return &pair;
    }
    return nullptr;
}

base::Result<ResolvedName> Surface::find(const std::shared_ptr<const schema::Schema>& connected, bool is_release_known,
                                         std::string_view service, std::string_view method) const {
    const auto route_to = [this](const std::shared_ptr<const schema::Schema>& schema, const schema::Method& found) {
        const Pair* pair = pair_of(*schema, *schema);
        return ResolvedName{schema, &found, &found, pair == nullptr ? nullptr : pair->names.get(), nullptr, nullptr};
    };
    if (const auto* here = connected->lookup(service, method)) return route_to(connected, *here);
    for (const auto& other : known_) {
        if (other.schema == connected) continue;
        const auto* there = other.schema->lookup(service, method);
        if (there == nullptr) continue;
        if (!is_release_known) return route_to(other.schema, *there);
        const Pair* pair = pair_of(*other.schema, *connected);
        const auto found = pair == nullptr ? Conversions::const_iterator() : pair->conversions.find(there);
        if (pair == nullptr || found == pair->conversions.end()) return lacks(*connected, other, *there);
        const Conversion& first = found->second.front();
        if (!first.is_reshaped) {
            ResolvedName route = route_to(connected, *first.to);
            route.called = there;
            return route;
        }
        const auto* only = found->second.size() == 1 ? first.to : nullptr;
        return ResolvedName{connected, there, only, pair->names.get(), &found->second, nullptr};
    }
    return unknown(*connected, service, method);
}

base::Result<const ServiceDescriptor*> Surface::find_service(const std::shared_ptr<const schema::Schema>& connected,
                                                             std::string_view service) const {
    auto here = connected->find_service(service);
    const auto column = release_map().column_of(*connected);
    if (here || !column) return here;
    for (const auto& other : known_) {
        const auto there = other.schema->find_service(service);
        if (!there || !other.column) continue;
        for (const auto* row : release_map().find(*other.column, (*there)->full_name())) {
            if (row->kind == MapKind::service && !row->names[*column].empty())
                return connected->find_service(row->names[*column]);
        }
    }
    return here;
}

std::string Surface::releases_with(const schema::Method& method, const schema::Schema* except) const {
    std::string names;
    for (const auto& one : known_) {
        if (one.schema.get() == except) continue;
        const auto* found = one.schema->lookup(method.descriptor->service()->full_name(), method.descriptor->name());
        if (found == nullptr || found->path != method.path) continue;
        names += names.empty() ? one.schema->name() : " and " + one.schema->name();
    }
    return names;
}

base::Error Surface::lacks(const schema::Schema& connected, const Known& other, const schema::Method& method) const {
    std::string message = "Octane speaks " + connected.name() + ", which has no " + method.display + "; " +
                          releases_with(method, &connected) + " has it";
    if (!other.column) return base::make_error(ErrorCode::release_lacks_method, std::move(message));
    for (const auto* row : release_map().find(*other.column, full_name(method))) {
        if (row->kind == MapKind::lacks && !row->note.empty()) message += " (" + row->note + ")";
    }
    return base::make_error(ErrorCode::release_lacks_method, std::move(message));
}

// Octane's releases are one surface, so the nearest name may be any one's. Elsewhere the schema speaks for itself.
base::Error Surface::unknown(const schema::Schema& connected, std::string_view service, std::string_view method) const {
    if (!release_map().column_of(connected)) return connected.find_method(service, method).error();
    std::vector<std::string> services;
    std::vector<std::string_view> methods;
    std::string name;
    for (const auto& one : known_) {
        if (!one.column) continue;
        for (const auto* known : one.schema->services()) services.push_back(one.schema->short_name(*known));
        const auto found = one.schema->find_service(service);
        if (!found) continue;
        if (name.empty()) name = one.schema->short_name(**found);
        for (int i = 0; i < (*found)->method_count(); ++i) methods.emplace_back((*found)->method(i)->name());
    }
    const auto unique = [](auto& names) {
        std::ranges::sort(names);
        names.erase(std::unique(names.begin(), names.end()), names.end());
    };
    unique(services);
    unique(methods);
    if (name.empty()) return schema::no_service(service, {services.begin(), services.end()});
    return schema::no_method(method, name, methods);
}

}  // namespace octane::livelink
