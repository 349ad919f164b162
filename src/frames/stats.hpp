// Room: frames. Counters of the frame path: what /render/callback-status, /health and /metrics read. Each is written by the
// thread that does the thing.
#pragma once

#include <atomic>
#include <cstdint>

#include "frames/delivery_stats.hpp"

namespace octane::frames {

struct FrameStats {
    std::atomic<std::uint64_t> callbacks{0};  // newImage events and fetched images, repeats included
    std::atomic<std::uint64_t> repeats{0};
    std::atomic<std::uint64_t> published{0};  // frames with a number of their own
    std::atomic<std::uint64_t> rejected{0};   // images that were not what they said
    std::atomic<std::uint64_t> stream_errors{0};
    std::atomic<std::uint64_t> registrations{0};
    std::atomic<std::int64_t> last_callback_us{0};  // microseconds since 1970; 0: none yet
    std::atomic<std::uint64_t> callback_id{0};      // as the renderer answered; 0: not registered
    std::atomic<bool> is_streaming{false};
    // Frames with this number or a lower one do not show the last edit. Written by their source, read where they are sent.
    std::atomic<std::uint64_t> stale_up_to{0};
    std::atomic<std::uint64_t> viewers{0};  // connected now
    std::atomic<std::uint64_t> viewers_ever{0};
    std::atomic<std::uint64_t> encoded{0};    // variant frames made
    std::atomic<std::uint64_t> pictures{0};   // pictures encoded for them and for single answers
    std::atomic<std::uint64_t> coalesced{0};  // frames that a busy encoder skipped
    std::atomic<std::uint64_t> dropped{0};    // frames that some viewer did not get
    std::atomic<std::uint64_t> sent{0};       // newImage events whose write was begun
    std::atomic<std::uint64_t> waiting{0};    // viewers that have a frame waiting behind the one being written
    std::atomic<std::uint64_t> held{0};       // frames in the form that viewers get, as long as anybody holds one
    DeliveryStats delivery;
};

inline bool is_stale(const FrameStats& stats, std::uint64_t seq) {
    return seq <= stats.stale_up_to.load();
}

// What viewers and clients are told of them: read at one moment.
struct FrameStatus {
    bool is_streaming = false;
    std::uint64_t callback_id = 0;  // 0: not registered
    std::uint64_t callbacks = 0;
    std::int64_t last_callback_us = 0;  // microseconds since 1970; 0: none yet
    std::uint64_t stream_errors = 0;
    std::uint64_t viewers = 0;
    std::uint64_t viewers_ever = 0;
    std::uint64_t waiting = 0;
};
inline FrameStatus read_status(const FrameStats& stats) {
    return {stats.is_streaming.load(),  stats.callback_id.load(), stats.callbacks.load(),    stats.last_callback_us.load(),
            stats.stream_errors.load(), stats.viewers.load(),     stats.viewers_ever.load(), stats.waiting.load()};
}

}  // namespace octane::frames
