// Room: upstream. Octane runs every call on one thread of its own; this queue decides which calls it gets, and when.
//
// Few calls are in flight at once, begun in order of arrival, except that the fast lane (camera, grab and release) goes first.
// Who waits too long or goes away is forgotten without Octane ever hearing of it. Shared by all loops: a mutex is held for a few
// dozen instructions, never while anything waits; with no limit set there is no queue and no lock.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "base/result.hpp"

namespace octane::upstream {

// unqueued: for what must reach Octane whatever else waits, such as giving its locked result back.
enum class Lane : std::uint8_t { ordinary, fast, unqueued };

class CallQueue {
  public:
    // What waits beyond kMaxWaiting is refused with 42910.
    static constexpr std::size_t kMaxWaiting = 10000;

    explicit CallQueue(unsigned limit);  // calls in flight at once; 0: no limit
    CallQueue(const CallQueue&) = delete;
    CallQueue& operator=(const CallQueue&) = delete;

    // The right to have one call in flight; given back by its destructor, on any thread.
    class Place {
      public:
        Place() = default;
        Place(Place&& other) noexcept : queue_(std::exchange(other.queue_, nullptr)) {}
        Place& operator=(Place&& other) noexcept {
            std::swap(queue_, other.queue_);
            return *this;
        }
        ~Place() {
            if (queue_ != nullptr) queue_->leave();
        }

      private:
        friend class CallQueue;
        explicit Place(CallQueue* queue) : queue_(queue) {}
        CallQueue* queue_ = nullptr;
    };

    // Waits for a place. Errors: 50410 deadline_exceeded (the message says since when Octane has been busy), 49910 cancelled,
    // 42910 queue full. `slot` is emitted on the awaiting loop. `timeout` 0: waits as long as it takes.
    boost::asio::awaitable<base::Result<Place>> enter(Lane lane, std::chrono::milliseconds timeout,
                                                      boost::asio::cancellation_slot slot);

    struct Load {
        std::size_t in_flight = 0;
        std::size_t waiting = 0;
        std::optional<std::chrono::steady_clock::time_point>
            full_since;  // since when every place has been taken without one given back
    };
    [[nodiscard]] Load load() const;

  private:
    struct Waiter;
    void leave();
    std::shared_ptr<Waiter> next_locked();

    const unsigned limit_;
    mutable std::mutex mutex_;
    std::deque<std::shared_ptr<Waiter>> fast_;  // bounded together by kMaxWaiting
    std::deque<std::shared_ptr<Waiter>> ordinary_;
    unsigned in_flight_ = 0;
    std::chrono::steady_clock::time_point last_change_;
};

}  // namespace octane::upstream
