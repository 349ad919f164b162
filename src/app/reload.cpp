#include "app/reload.hpp"

#include <set>

#include "app/option_table.hpp"

namespace octane::app {
namespace {

std::string given_for(const Options& options, std::string_view name) {
    const auto found = options.given.find(std::string(name));
    return found == options.given.end() ? std::string() : found->second;
}

void append_name(std::string& list, std::string_view name) {
    if (!list.empty()) list += ", ";
    list += name;
}

// Between HTTP and HTTPS there is no change while connections are open.
bool changes_scheme(const Options& before, const Options& now) {
    return before.tls_cert.empty() != now.tls_cert.empty();
}

// Whether the option's new value counts from now on.
bool is_taken(const OptionEntry& entry, const Options& before, const Options& now) {
    const bool is_tls = entry.name == "tls-cert" || entry.name == "tls-key";
    return entry.is_live && !(is_tls && changes_scheme(before, now));
}

// "upstream.nurec" for each whose section says something else.
std::set<std::string> changed_upstreams(const Options& before, const Options& now) {
    static constexpr std::string_view kSection = "upstream.";
    std::set<std::string> names;
    const auto add_unlike = [&names](const Options& from, const Options& to) {
        for (const auto& [name, value] : from.given) {
            if (name.starts_with(kSection) && given_for(to, name) != value) names.insert(name.substr(0, name.rfind('.')));
        }
    };
    add_unlike(before, now);
    add_unlike(now, before);
    return names;
}

}  // namespace

OptionChanges compare_options(const Options& before, const Options& now) {
    OptionChanges changes;
    for (const auto& entry : option_table()) {
        const bool is_other_token = entry.name == "token" && before.token != now.token;
        if (given_for(before, entry.name) == given_for(now, entry.name) && !is_other_token) continue;
        append_name(is_taken(entry, before, now) ? changes.live : changes.needs_start, entry.name);
    }
    for (const auto& name : changed_upstreams(before, now)) append_name(changes.needs_start, name);
    return changes;
}

Options take_live_options(const Options& before, const Options& now) {
    Options taken = before;
    taken.allow_origins = now.allow_origins;
    taken.frame_ancestors = now.frame_ancestors;
    taken.trusted_proxies = now.trusted_proxies;
    taken.token = now.token;
    taken.log.level = now.log.level;
    if (!changes_scheme(before, now)) {
        taken.tls_cert = now.tls_cert;
        taken.tls_key = now.tls_key;
    }
    for (const auto& entry : option_table()) {
        if (!is_taken(entry, before, now)) continue;
        const auto given = now.given.find(std::string(entry.name));
        if (given == now.given.end()) {
            taken.given.erase(std::string(entry.name));
        } else {
            taken.given[given->first] = given->second;
        }
    }
    return taken;
}

}  // namespace octane::app
