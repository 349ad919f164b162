#include "endpoints/request_stats.hpp"

#include <algorithm>
#include <utility>

namespace octane::endpoints {

Surface surface_of(std::string_view verb, std::string_view path) {
    static constexpr std::pair<std::string_view, Surface> kFirst[] = {
        {"render", Surface::render},    {"services", Surface::services},
        {"health", Surface::health},    {"livez", Surface::health},
        {"readyz", Surface::health},    {"metrics", Surface::metrics},
        {"api", Surface::api},          {"debug", Surface::debug},
        {"debug-logs", Surface::debug}, {"save-debug-logs", Surface::debug}};
    if (!path.starts_with('/')) return Surface::other;
    const std::string_view rest = path.substr(1);
    const std::string_view first = rest.substr(0, rest.find('/'));
    for (const auto& [word, surface] : kFirst) {
        if (first == word) return surface;
    }
    if (verb == "GET" || verb == "HEAD") return Surface::page;
    const bool is_pair = std::ranges::count(rest, '/') == 1 && !rest.ends_with('/') && !rest.starts_with('/');
    return is_pair ? Surface::call : Surface::other;
}

void RequestStats::count(Surface surface, int status, std::chrono::nanoseconds time) noexcept {
    auto& counters = surfaces_[static_cast<std::size_t>(surface)];
    const auto status_class = static_cast<std::size_t>(std::clamp(status / 100, 1, static_cast<int>(kClasses)) - 1);
    counters.requests[status_class].fetch_add(1, std::memory_order_relaxed);
    counters.durations.observe(time);
}

std::uint64_t RequestStats::requests(Surface surface, std::size_t status_class) const noexcept {
    return surfaces_[static_cast<std::size_t>(surface)].requests[status_class].load(std::memory_order_relaxed);
}

telemetry::Histogram::Reading RequestStats::durations(Surface surface) const noexcept {
    return surfaces_[static_cast<std::size_t>(surface)].durations.read();
}

}  // namespace octane::endpoints
