// Room: rpc. Places of calls that were given up while the upstream may still be at them.
//
// A renderer that runs one call after the other is no freer because somebody stopped waiting. So such a call's place is kept
// until an answer to a later call proves that the renderer has gone on, or kLongest. While places are kept a harmless call asks
// for that answer. Any thread; a mutex is held for a few dozen instructions, and none where no place is kept.
#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

#include "rpc/call_history.hpp"
#include "rpc/call_queue.hpp"
#include "upstream/liveness.hpp"

namespace octane::rpc {

class KeptPlaces {
  public:
    static constexpr std::chrono::seconds kLongest = CallHistory::kDoubtful;

    // Both must outlive this, and the liveness's executor must have ended its work before this ends.
    KeptPlaces(upstream::Liveness& liveness, CallHistory& history) : liveness_(liveness), history_(history) {}
    KeptPlaces(const KeptPlaces&) = delete;
    KeptPlaces& operator=(const KeptPlaces&) = delete;

    // `number` of the call that was given up: as the history counts.
    void keep(CallQueue::Place place, std::uint64_t number);
    // A call of that number was answered: those before it have ended.
    void answered(std::uint64_t number) {
        if (count_.load(std::memory_order_relaxed) > 0) release_before(number);
    }
    void release_all();  // the connection is gone
    void close();        // and keeps none from now on

  private:
    struct Kept {
        CallQueue::Place place;
        std::uint64_t number = 0;
        std::chrono::steady_clock::time_point until;
    };
    void release_before(std::uint64_t number);
    template <typename Has>
    void release_if(Has has_ended);
    [[nodiscard]] std::optional<std::chrono::milliseconds> time_to_next_end();  // nothing: none is kept
    boost::asio::awaitable<void> ask_until_released();
    boost::asio::awaitable<void> ask_again_and_again();

    upstream::Liveness& liveness_;
    CallHistory& history_;
    std::atomic<std::size_t> count_{0};  // of kept_
    mutable std::mutex mutex_;           // guards what follows
    std::vector<Kept> kept_;             // as many as there are places
    bool is_asking_ = false;
    bool is_closed_ = false;
};

}  // namespace octane::rpc
