// Room: telemetry. How often something took how long: fixed buckets, counted without locks.
//
// Any thread may observe and read. observe() costs two atomic additions; it never allocates or waits.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace octane::telemetry {

class Histogram {
  public:
    // Upper bounds of the buckets in seconds, each including its bound; what took longer counts in one bucket more. From a call
    // on loopback to a call that a dialog holds up.
    static constexpr std::array<double, 17> kBounds = {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                                       0.1,    0.25,    0.5,    1,     2.5,    5,     10,   30};

    void observe(std::chrono::nanoseconds time) noexcept;  // a negative time counts as none

    // The counts of the buckets and the sum are read one after the other: while others observe, the sum may be a moment ahead.
    struct Reading {
        std::array<std::uint64_t, kBounds.size() + 1> counts{};  // of each bucket for itself
        double sum = 0;                                          // seconds
        [[nodiscard]] std::uint64_t count() const;
    };
    [[nodiscard]] Reading read() const noexcept;

  private:
    std::array<std::atomic<std::uint64_t>, kBounds.size() + 1> counts_{};
    std::atomic<std::uint64_t> sum_ns_{0};
};

}  // namespace octane::telemetry
