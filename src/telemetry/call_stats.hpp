// Room: telemetry. Calls and the time they took, by method and status.
//
// Any thread may count; counting neither allocates nor, but for the first call of a method, locks. Only methods named at
// construction get numbers of their own, and of those only the first kMaxMethods that are called: whatever clients ask for, the
// table stays small. The rest counts as "other".
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/error.hpp"
#include "telemetry/histogram.hpp"

namespace octane::telemetry {

class CallStats {
  public:
    static constexpr std::size_t kMaxMethods = 200;
    static constexpr std::size_t kStatuses = 17;  // of base::GrpcStatus

    struct Name {
        std::string path;   // "/octaneapi.ApiItemService/name", by which calls are counted
        std::string shown;  // "ApiItem.name", the label
    };
    explicit CallStats(std::vector<Name> names);  // of two entries with one path the first counts
    CallStats(const CallStats&) = delete;
    CallStats& operator=(const CallStats&) = delete;

    // Where the calls of one method are counted; lives as long as this.
    struct Series;
    [[nodiscard]] Series& series_of(std::string_view path) noexcept;
    // A call that was sent and has ended; `time` from sending to the answer.
    void count(Series& series, base::GrpcStatus status, std::chrono::nanoseconds time) noexcept;
    // A call that was given up before it was sent.
    void count_unsent(base::GrpcStatus status) noexcept;

    struct Line {
        std::string_view method;  // lives as long as the CallStats
        base::GrpcStatus status = base::GrpcStatus::ok;
        std::uint64_t calls = 0;
        double seconds = 0;
    };
    [[nodiscard]] std::vector<Line> read() const;  // those with calls, "other" last
    [[nodiscard]] std::uint64_t unsent(base::GrpcStatus status) const;
    [[nodiscard]] Histogram::Reading durations() const { return durations_.read(); }  // of all calls sent

    struct Series {
        std::string_view shown;
        std::array<std::atomic<std::uint64_t>, kStatuses> calls{};
        std::array<std::atomic<std::uint64_t>, kStatuses> nanoseconds{};
    };

  private:
    struct Entry {
        Name name;
        std::atomic<Series*> series{nullptr};  // null: not called yet
    };
    Series& take_place(Entry& entry) noexcept;

    std::unique_ptr<Entry[]> entries_;
    std::unordered_map<std::string_view, Entry*> by_path_;  // keys are the entries' own; never changes
    std::array<Series, kMaxMethods + 1> series_;            // in the order of first calls; the last is "other"
    std::mutex place_mutex_;                                // held for the first call of a method
    std::atomic<std::size_t> taken_{0};
    std::array<std::atomic<std::uint64_t>, kStatuses> unsent_{};
    Histogram durations_;
};

}  // namespace octane::telemetry
