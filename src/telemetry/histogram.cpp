#include "telemetry/histogram.hpp"

#include <algorithm>
#include <numeric>

namespace octane::telemetry {
namespace {

constexpr auto kBoundsNs = [] {
    std::array<std::int64_t, Histogram::kBounds.size()> bounds{};
    for (std::size_t i = 0; i < bounds.size(); ++i) bounds[i] = static_cast<std::int64_t>(Histogram::kBounds[i] * 1e9 + 0.5);
    return bounds;
}();

}  // namespace

void Histogram::observe(std::chrono::nanoseconds time) noexcept {
    const std::int64_t ns = std::max<std::int64_t>(time.count(), 0);
    const auto bucket = std::lower_bound(kBoundsNs.begin(), kBoundsNs.end(), ns) - kBoundsNs.begin();
    counts_[static_cast<std::size_t>(bucket)].fetch_add(1, std::memory_order_relaxed);
    sum_ns_.fetch_add(static_cast<std::uint64_t>(ns), std::memory_order_relaxed);
}

std::uint64_t Histogram::Reading::count() const {
    return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

Histogram::Reading Histogram::read() const noexcept {
    Reading reading;
    for (std::size_t i = 0; i < counts_.size(); ++i) reading.counts[i] = counts_[i].load(std::memory_order_relaxed);
    reading.sum = static_cast<double>(sum_ns_.load(std::memory_order_relaxed)) / 1e9;
    return reading;
}

}  // namespace octane::telemetry
