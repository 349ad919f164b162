// Room: frames. How frames reach those who watch: what making them takes, and how old they are when they have left.
//
// Any thread counts; nothing here locks or allocates. Read by /metrics.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "frames/variant.hpp"
#include "telemetry/histogram.hpp"

namespace octane::frames {

struct DeliveryStats {
    template <typename Value>
    using ByFormat = std::array<Value, kFormatNames.size()>;
    template <typename Value>
    using ByKind = std::array<ByFormat<Value>, kContainerNames.size()>;

    ByKind<std::atomic<std::int64_t>> viewers{};  // connected now
    ByKind<telemetry::Histogram> age{};         // of a frame whose last byte the kernel took; of a single answer when it is begun
    ByFormat<telemetry::Histogram> encoding{};  // making a frame in that format, its text included
    std::atomic<std::uint64_t> bytes{0};        // of frames, containers included, that the kernel took; the same

    void count_viewer(Container container, Format format, int change) noexcept {
        of(viewers, container, format).fetch_add(change, std::memory_order_relaxed);
    }
    void count_encoding(Format format, std::chrono::nanoseconds time) noexcept {
        encoding[static_cast<std::size_t>(format)].observe(time);
    }
    void count_sent(Container container, Format format, std::chrono::nanoseconds frame_age, std::size_t size) noexcept {
        of(age, container, format).observe(frame_age);
        bytes.fetch_add(size, std::memory_order_relaxed);
    }
    void count_repeated(std::size_t size) noexcept { bytes.fetch_add(size, std::memory_order_relaxed); }

  private:
    template <typename Value>
    static Value& of(ByKind<Value>& values, Container container, Format format) noexcept {
        return values[static_cast<std::size_t>(container)][static_cast<std::size_t>(format)];
    }
};

}  // namespace octane::frames
