#include "endpoints/request_stats.hpp"

#include <algorithm>
#include <utility>

namespace octane::endpoints {

RequestSurface surface_of(std::string_view verb, std::string_view path) {
    static constexpr std::pair<std::string_view, RequestSurface> kFirst[] = {
        {"render", RequestSurface::render},    {"services", RequestSurface::services},
        {"health", RequestSurface::health},    {"livez", RequestSurface::health},
        {"readyz", RequestSurface::health},    {"metrics", RequestSurface::metrics},
        {"api", RequestSurface::api},          {"debug", RequestSurface::debug},
        {"debug-logs", RequestSurface::debug}, {"save-debug-logs", RequestSurface::debug}};
    if (!path.starts_with('/')) return RequestSurface::other;
    const std::string_view rest = path.substr(1);
    const std::string_view first = rest.substr(0, rest.find('/'));
    for (const auto& [word, surface] : kFirst) {
        if (first == word) return surface;
    }
    if (verb == "GET" || verb == "HEAD") return RequestSurface::page;
    const bool is_pair = std::ranges::count(rest, '/') == 1 && !rest.ends_with('/') && !rest.starts_with('/');
    return is_pair ? RequestSurface::call : RequestSurface::other;
}

void RequestStats::count(RequestSurface surface, int status, std::chrono::nanoseconds time) noexcept {
    auto& counters = surfaces_[static_cast<std::size_t>(surface)];
    const auto status_class = static_cast<std::size_t>(std::clamp(status / 100, 1, static_cast<int>(kClasses)) - 1);
    counters.requests[status_class].fetch_add(1, std::memory_order_relaxed);
    counters.durations.observe(time);
}

std::uint64_t RequestStats::requests(RequestSurface surface, std::size_t status_class) const noexcept {
    return surfaces_[static_cast<std::size_t>(surface)].requests[status_class].load(std::memory_order_relaxed);
}

telemetry::Histogram::Reading RequestStats::durations(RequestSurface surface) const noexcept {
    return surfaces_[static_cast<std::size_t>(surface)].durations.read();
}

}  // namespace octane::endpoints
