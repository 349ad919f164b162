// Room: endpoints. HTTP requests by what they asked for and how they were answered.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "telemetry/histogram.hpp"

namespace octane::endpoints {

// The families of URLs; `page` is every file, `other` what no family has a use for.
enum class RequestSurface : std::uint8_t { call, render, services, health, metrics, api, debug, page, other };
inline constexpr std::array<std::string_view, 9> kSurfaceNames = {"call", "render", "services", "health", "metrics",
                                                                  "api",  "debug",  "page",     "other"};

RequestSurface surface_of(std::string_view verb, std::string_view path);

// Any thread; no locks, no allocation.
class RequestStats {
  public:
    static constexpr std::size_t kClasses = 5;  // 1xx to 5xx

    // `time` is from the end of the request to that of the answer, of a stream to that of its head.
    void count(RequestSurface surface, int status, std::chrono::nanoseconds time) noexcept;

    [[nodiscard]] std::uint64_t requests(RequestSurface surface, std::size_t status_class) const noexcept;  // 0: 1xx
    [[nodiscard]] telemetry::Histogram::Reading durations(RequestSurface surface) const noexcept;

  private:
    struct Counters {
        std::array<std::atomic<std::uint64_t>, kClasses> requests{};
        telemetry::Histogram durations;
    };
    std::array<Counters, kSurfaceNames.size()> surfaces_;
};

}  // namespace octane::endpoints
