#include "telemetry/call_stats.hpp"

#include <algorithm>
#include <utility>

namespace octane::telemetry {
namespace {

std::size_t index_of(base::GrpcStatus status) {
    const auto index = static_cast<std::size_t>(status);
    return index < CallStats::kStatuses ? index : static_cast<std::size_t>(base::GrpcStatus::unknown);
}

}  // namespace

CallStats::CallStats(std::vector<Name> names) : entries_(std::make_unique<Entry[]>(names.size())) {
    by_path_.reserve(names.size());
    for (std::size_t i = 0; i < names.size(); ++i) {
        Entry& entry = entries_[i];
        entry.name = std::move(names[i]);
        by_path_.emplace(entry.name.path, &entry);
    }
    series_.back().shown = "other";
}

CallStats::Series& CallStats::take_place(Entry& entry) noexcept {
    const std::lock_guard lock(place_mutex_);
    if (auto* const series = entry.series.load(std::memory_order_relaxed)) return *series;  // another thread was quicker
    const std::size_t place = taken_.load(std::memory_order_relaxed);
    Series& series = series_[place];
    if (place < kMaxMethods) {
        series.shown = entry.name.shown;
        taken_.store(place + 1, std::memory_order_release);
    }
    entry.series.store(&series, std::memory_order_release);
    return series;
}

CallStats::Series& CallStats::series_of(std::string_view path) noexcept {
    const auto found = by_path_.find(path);
    if (found == by_path_.end()) return series_.back();
    auto* const series = found->second->series.load(std::memory_order_acquire);
    return series != nullptr ? *series : take_place(*found->second);
}

void CallStats::count(Series& series, base::GrpcStatus status, std::chrono::nanoseconds time) noexcept {
    const std::size_t index = index_of(status);
    series.calls[index].fetch_add(1, std::memory_order_relaxed);
    series.nanoseconds[index].fetch_add(static_cast<std::uint64_t>(std::max<std::int64_t>(time.count(), 0)),
                                        std::memory_order_relaxed);
    durations_.observe(time);
}

void CallStats::count_unsent(base::GrpcStatus status) noexcept {
    unsent_[index_of(status)].fetch_add(1, std::memory_order_relaxed);
}

std::vector<CallStats::Line> CallStats::read() const {
    std::vector<Line> lines;
    const auto add = [&lines](const Series& series) {
        for (std::size_t i = 0; i < kStatuses; ++i) {
            const std::uint64_t calls = series.calls[i].load(std::memory_order_relaxed);
            if (calls == 0) continue;
            const auto ns = static_cast<double>(series.nanoseconds[i].load(std::memory_order_relaxed));
            lines.push_back({series.shown, static_cast<base::GrpcStatus>(i), calls, ns / 1e9});
        }
    };
    const std::size_t taken = taken_.load(std::memory_order_acquire);
    for (std::size_t i = 0; i < taken; ++i) add(series_[i]);
    add(series_.back());
    return lines;
}

std::uint64_t CallStats::unsent(base::GrpcStatus status) const {
    return unsent_[index_of(status)].load(std::memory_order_relaxed);
}

}  // namespace octane::telemetry
