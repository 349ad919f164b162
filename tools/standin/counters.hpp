// Stand-in renderer: what tests want to know afterwards. All members may be used from every thread.
#pragma once

#include <atomic>
#include <cstdint>

namespace octane::standin {

// A count of things that come and go, with its highest value.
class Gauge {
  public:
    void enter() {
        const auto now = now_.fetch_add(1) + 1;
        auto seen = most_.load();
        while (seen < now && !most_.compare_exchange_weak(seen, now)) {}
    }
    void leave() { now_.fetch_sub(1); }
    std::int64_t now() const { return now_; }
    std::int64_t most() const { return most_; }

  private:
    std::atomic<std::int64_t> now_{0};
    std::atomic<std::int64_t> most_{0};
};

struct Counters {
    Gauge calls_in_flight;  // unary calls received and not yet answered
    Gauge grabs_in_flight;  // from the arrival of grabRenderResult to its release, or to its answer if nothing was grabbed
    Gauge streams;
    std::atomic<std::uint64_t> cancelled{0};
    std::atomic<std::uint64_t> grabs{0};
    std::atomic<std::uint64_t> successful_grabs{0};
    std::atomic<std::uint64_t> releases{0};
    std::atomic<std::uint64_t> registrations{0};
    std::atomic<std::uint64_t> unregistrations{0};
    std::atomic<std::uint64_t> frames{0};          // produced
    std::atomic<std::uint64_t> events_sent{0};     // written to a stream
    std::atomic<std::uint64_t> frames_sent{0};     // newImage events written to a stream
    std::atomic<std::uint64_t> events_dropped{0};  // pushed out of a full queue
    std::atomic<std::uint64_t> edits{0};
    std::atomic<std::uint64_t> updates{0};
    std::atomic<std::uint64_t> streamed_cameras{0};
};

}  // namespace octane::standin
