#include "endpoints/query_names.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/nearest.hpp"

namespace octane::endpoints {
namespace {

// What pages and libraries add so that no cache knows the address; also a bare number, as in /render/mjpeg?1732666000.
constexpr std::array<std::string_view, 13> kMeaningless = {"_",   "t",    "ts",     "time",  "timestamp", "again", "v",
                                                           "rnd", "rand", "random", "cache", "nocache",   "reload"};

// Options that are on or off, and the words for it, as Query::flag() has them.
constexpr std::array<std::string_view, 6> kSwitches = {"defaults", "bare", "update", "share", "bytes", "octane"};
constexpr std::array<std::string_view, 7> kSwitchWords = {"", "1", "0", "true", "false", "yes", "no"};

bool is_number(std::string_view name) {
    return name.find_first_not_of("0123456789.") == std::string_view::npos;
}

bool is_in(std::string_view name, QueryNames names) {
    return std::ranges::find(names, name) != names.end();
}

}  // namespace

bool is_call_option(std::string_view name) {
    return is_in(name, kCallParameters) || name == "request" || name == "token";
}

bool is_meaningless(std::string_view name) {
    return is_number(name) || is_in(name, kMeaningless);
}

base::Result<base::Done> check_query_names(const http::Query& query, QueryNames known) {
    for (const auto& [name, value] : query.all()) {
        if (is_in(name, kSwitches) && is_in(name, known) && !is_in(value, kSwitchWords)) {
            return base::make_error(base::ErrorCode::bad_query,
                                    "?" + name + "= is '" + value.substr(0, 40) + "'; it takes 1 or 0");
        }
        if (name == "token" || is_in(name, known) || is_meaningless(name)) continue;
        std::vector<std::string_view> names(known.begin(), known.end());
        std::string message = "there is no option ?" + name.substr(0, 40) + "= here";
        names.emplace_back("token");
        const auto near = base::nearest_names(name, names);
        names.pop_back();
        if (!near.empty()) {
            message += base::did_you_mean(near);
        } else {
            message += names.empty() ? "; this path takes none" : "; this path takes " + base::join_names(names, names.size());
        }
        return base::make_error(base::ErrorCode::bad_query, std::move(message));
    }
    return base::Done{};
}

}  // namespace octane::endpoints
