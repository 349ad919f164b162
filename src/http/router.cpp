#include "http/router.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstdint>
#include <optional>

namespace octane::http {
namespace {

struct Segments {
    std::array<std::string_view, Router::kMaxSegments> parts;
    std::size_t count = 0;
};

// "/a/b" is {"a", "b"}; "/" is one empty segment. Nothing if there are more than any route has.
std::optional<Segments> split(std::string_view path) {
    Segments result;
    if (!path.starts_with('/')) return std::nullopt;
    for (;;) {
        if (result.count == Router::kMaxSegments) return std::nullopt;
        path.remove_prefix(1);
        const auto slash = path.find('/');
        result.parts[result.count++] = path.substr(0, slash);
        if (slash == std::string_view::npos) return result;
        path.remove_prefix(slash);
    }
}

bool is_capture(std::string_view segment) {
    return segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
}

// How literal a matching pattern is, an earlier segment weighing more; 0 if it does not match. Both have as many segments.
std::uint32_t match_rank(const RouteEntry& entry, const Segments& path) {
    std::uint32_t rank = 1;
    for (std::size_t i = 0; i < path.count; ++i) {
        rank <<= 1U;
        if ((entry.captures >> i & 1U) != 0) {
            if (path.parts[i].empty()) return 0;
        } else if (entry.segments[i] == path.parts[i]) {
            rank |= 1U;
        } else {
            return 0;
        }
    }
    return rank;
}

}  // namespace

void Router::add(std::string_view verb, std::string_view pattern, Handler handler, RouteRules rules) {
    add(verb, pattern, verb == "GET" ? from_head(std::move(handler)) : with_whole_body(std::move(handler)), std::move(rules));
}

void Router::add(std::string_view verb, std::string_view pattern, ExchangeHandler handler, RouteRules rules) {
    const auto segments = split(pattern);
    assert(segments && "a pattern starts with '/' and has at most 16 segments");
    RouteEntry entry;
    entry.verb = verb;
    entry.segments.assign(segments->parts.begin(), segments->parts.begin() + static_cast<std::ptrdiff_t>(segments->count));
    for (std::size_t i = 0; i < segments->count; ++i) entry.captures |= is_capture(segments->parts[i]) ? 1U << i : 0U;
    entry.handler = std::move(handler);
    entry.rules = std::move(rules);
    entries_[segments->count].push_back(std::move(entry));
}

Router::Match Router::find(std::string_view verb, std::string_view path) const {
    Match match;
    const auto segments = split(path);
    if (!segments) return match;

    const auto& entries = entries_[segments->count];
    std::uint32_t best = 0;
    bool one_yields = false;
    for (const auto& entry : entries) {
        const auto rank = match_rank(entry, *segments);
        if (rank < best) continue;
        one_yields = entry.rules.yields || (one_yields && rank == best);
        best = rank;
    }
    if (best == 0) return match;
    const bool begins_literally = (best >> (segments->count - 1) & 1U) != 0;
    match.yields = !begins_literally || one_yields;

    const std::string_view wanted = verb == "HEAD" ? "GET" : verb;
    for (const auto& entry : entries) {
        if (match_rank(entry, *segments) != best) continue;
        if (entry.verb == wanted) {
            match.allow.clear();
            match.entry = &entry;
            if (entry.captures != 0) match.captures.reserve(segments->count);
            for (std::size_t i = 0; i < segments->count; ++i) {
                if ((entry.captures >> i & 1U) != 0) match.captures.emplace_back(segments->parts[i]);
            }
            return match;
        }
        match.allow += entry.verb + (entry.verb == "GET" ? ", HEAD, " : ", ");
    }
    match.allow += "OPTIONS";
    return match;
}

void Router::set_bound(IsBound is_bound, ExchangeHandler handler, RouteRules rules) {
    is_bound_ = std::move(is_bound);
    bound_.emplace(RouteEntry{{}, {}, std::move(handler), std::move(rules)});
}

void Router::set_fallback(Handler handler) {
    fallback_.emplace(RouteEntry{{}, {}, from_head(std::move(handler)), {}});
}

}  // namespace octane::http
