#include "endpoints/upstream_table.hpp"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/nearest.hpp"
#include "endpoints/context.hpp"
#include "schema/plain_text.hpp"

namespace octane::endpoints {
using base::ErrorCode;

namespace {

constexpr std::size_t kMostListed = 10;

base::Error several_fit(const std::vector<const UpstreamEntry*>& fitting, const std::string& name, const std::string& before) {
    std::string who;
    for (std::size_t i = 0; i < std::min(fitting.size(), kMostListed); ++i)
        who += (i > 0 ? ", " : "") + std::string("/") + fitting[i]->name() + before + "/" + name;
    return base::make_error(ErrorCode::service_not_found,
                            std::to_string(fitting.size()) + " upstreams have " + name + "; say which is meant: " + who);
}

// The upstreams of which it is not known whether they have what nobody else has.
class Doubts {
  public:
    // Whether there is any about this one.
    bool note(const UpstreamEntry& entry) {
        const auto doubt = entry.doubt();
        if (doubt && count_++ < kMostListed) sentence_ += (sentence_.empty() ? "" : "; ") + doubt->message;
        return doubt.has_value();
    }
    [[nodiscard]] bool is_any() const { return count_ > 0; }
    [[nodiscard]] base::Error error(const std::string& what) const {
        return base::make_error(ErrorCode::upstream_away, sentence_ + "; no other upstream has " + what);
    }

  private:
    std::string sentence_;
    std::size_t count_ = 0;
};

}  // namespace

base::Result<const google::protobuf::ServiceDescriptor*> UpstreamEntry::find_service(
    const std::shared_ptr<const schema::Schema>& schema, std::string_view service) const {
    return octane != nullptr ? octane->octane.policy().find_service(schema, service) : schema->find_service(service);
}

std::optional<base::Error> UpstreamEntry::doubt() const {
    const auto state = upstream().liveness().state();
    if (state->is_schema_certain || state->is_connected || !state->schema->services().empty()) return std::nullopt;
    const std::string cause = state->has_verdict ? state->error : "the first attempt is under way";
    return base::make_error(ErrorCode::upstream_away, upstream().unreachable_message(cause));
}

const Context* UpstreamTable::first_octane() const {
    const auto found = std::ranges::find_if(entries_, [](const UpstreamEntry& entry) { return entry.octane != nullptr; });
    return found == entries_.end() ? nullptr : found->octane;
}

base::Result<const UpstreamEntry*> UpstreamTable::named(std::string_view name) const {
    const auto found = std::ranges::find(entries_, name, &UpstreamEntry::name);
    if (found != entries_.end()) return &*found;
    std::vector<std::string_view> names;
    for (const auto& entry : entries_) names.emplace_back(entry.name());
    return base::make_error(ErrorCode::no_such_upstream, "there is no upstream \"" + schema::plain_text(name) + "\"; there " +
                                                             (names.size() == 1 ? "is " : "are ") +
                                                             base::join_names(names, kMostListed));
}

bool UpstreamTable::may_be_meant(const UpstreamEntry& entry) const {
    return entry.octane == nullptr || entry.octane == first_octane();
}

base::Result<const UpstreamEntry*> UpstreamTable::route(std::string_view service, std::string_view method) const {
    if (entries_.size() == 1) return &entries_.front();
    std::vector<const UpstreamEntry*> fitting;
    for (const auto& entry : entries_) {
        if (may_be_meant(entry) && entry.policy->has_method(service, method)) fitting.push_back(&entry);
    }
    if (fitting.size() == 1) return fitting.front();
    const std::string name = schema::plain_text(service) + "/" + schema::plain_text(method);
    if (!fitting.empty()) return several_fit(fitting, name, "");
    // An upstream that has the service says what it lacks; else each says what is nearest. One that is not known may still have
    // both.
    std::optional<base::Error> lacking;
    std::string nearest;
    Doubts doubts;
    for (const auto& entry : entries_) {
        if (!may_be_meant(entry) || doubts.note(entry) || entry.schema()->services().empty()) continue;
        rpc::CallHead head;
        head.service = service;
        head.method = method;
        auto missing = entry.policy->plan(head);
        if (missing) continue;
        if (missing.error().code == ErrorCode::method_not_found && !lacking) lacking = missing.error();
        nearest += "; " + entry.name() + ": " + missing.error().message;
    }
    if (doubts.is_any()) return doubts.error(name + nearest);
    if (lacking) return *std::move(lacking);
    return base::make_error(ErrorCode::service_not_found, "no upstream has " + name + nearest);
}

base::Result<const UpstreamEntry*> UpstreamTable::holder_of(std::string_view service) const {
    if (entries_.size() == 1) return &entries_.front();
    std::vector<const UpstreamEntry*> fitting;
    std::string nearest;
    Doubts doubts;
    for (const auto& entry : entries_) {
        if (!may_be_meant(entry) || doubts.note(entry)) continue;
        const auto found = entry.find_service(entry.schema(), service);
        if (found)
            fitting.push_back(&entry);
        else
            nearest += "; " + entry.name() + ": " + found.error().message;
    }
    if (fitting.size() == 1) return fitting.front();
    const std::string name = schema::plain_text(service);
    if (!fitting.empty()) return several_fit(fitting, name, "/services");
    if (doubts.is_any()) return doubts.error("a service " + name + nearest);
    return base::make_error(ErrorCode::service_not_found, "no upstream has a service " + name + nearest);
}

bool UpstreamTable::has_service(std::string_view service) const {
    return std::ranges::any_of(
        entries_, [&](const UpstreamEntry& entry) { return entry.find_service(entry.schema(), service).has_value(); });
}

std::vector<std::string> UpstreamTable::addresses_of_method(std::string_view method) const {
    std::vector<std::string> addresses;
    for (const auto& entry : entries_) {
        if (!may_be_meant(entry)) continue;
        const auto schema = entry.schema();
        for (const auto* const service : schema->services()) {
            if (service->FindMethodByName(std::string(method)) == nullptr) continue;
            const std::string prefix = entries_.size() > 1 ? "/" + entry.name() : "";
            const bool is_plain = schema->lookup(service->name(), method) != nullptr;
            addresses.push_back(prefix + "/" + (is_plain ? service->name() : schema->short_name(*service)) + "/" +
                                std::string(method));
            if (addresses.size() == kMostListed) return addresses;
        }
    }
    return addresses;
}

}  // namespace octane::endpoints
