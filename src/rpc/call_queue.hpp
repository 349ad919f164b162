// Room: rpc. A renderer may run every call on one thread of its own; this queue decides which calls it gets, and when.
//
// Few calls are in flight at once, begun in order of arrival. The fast lane goes first. The calls of
// one client keep their order: its reads run side by side, an edit waits for all that came before it, and all that comes later
// waits for the edit; a call of the fast lane waits for earlier edits only, so that it overtakes bulk reads. Who waits too long
// or goes away is forgotten without the upstream ever hearing of it. Shared by all loops: a mutex is held for a few dozen
// instructions (one step for each waiting call where a call waits for its own client's), never while anything waits; with no
// limit set there is no queue, no order and no lock, and calls are only counted.
#pragma once

#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "base/result.hpp"

namespace octane::rpc {

// unqueued: for what must reach the upstream whatever else waits.
enum class Lane : std::uint8_t { ordinary, fast, unqueued };

// What the queue needs to know of a call.
struct Turn {
    Turn(Lane lane_of_call = Lane::ordinary) : lane(lane_of_call) {}
    Turn(Lane lane_of_call, std::string_view client_of_call, bool is_call_read)
        : lane(lane_of_call), client(client_of_call), is_read(is_call_read) {}
    Lane lane;
    std::string_view client;  // whose order is kept; empty: no order
    bool is_read = false;     // changes nothing
};

class CallQueue {
  private:
    // The calls of one client that are in flight, and those that wait. Guarded by the queue's mutex.
    struct Client {
        unsigned reads = 0;
        unsigned edits = 0;
        unsigned waiting = 0;
        // Marks of the newest search for the next call: what of this client waits before the call looked at.
        std::uint64_t search = 0;
        bool has_call_before = false;
        bool has_edit_before = false;
    };
    using Clients = std::unordered_map<std::string, Client>;

  public:
    // What waits beyond kMaxWaiting is refused with 42910.
    static constexpr std::size_t kMaxWaiting = 10000;

    // `limit`: calls in flight at once; 0: none. `title` is the upstream's, for sentences.
    explicit CallQueue(unsigned limit, std::string title = "The upstream");
    CallQueue(const CallQueue&) = delete;
    CallQueue& operator=(const CallQueue&) = delete;

    [[nodiscard]] bool has_limit() const { return limit_ != 0; }
    [[nodiscard]] const std::string& title() const { return title_; }

    // The right to have one call in flight; given back by its destructor, on any thread.
    class Place {
      public:
        Place() = default;
        Place(Place&& other) noexcept
            : queue_(std::exchange(other.queue_, nullptr)), client_(other.client_), is_read_(other.is_read_) {}
        Place& operator=(Place&& other) noexcept {
            std::swap(queue_, other.queue_);
            std::swap(client_, other.client_);
            std::swap(is_read_, other.is_read_);
            return *this;
        }
        ~Place() {
            if (queue_ != nullptr) queue_->leave(client_, is_read_);
        }

        // From now on the place is taken, but keeps nobody's order.
        void forget_client() {
            if (client_ != nullptr) queue_->release_order(std::exchange(client_, nullptr), is_read_);
        }
        // Whether somebody may have to wait for it: not where the queue has no limit.
        [[nodiscard]] bool is_taken() const { return queue_ != nullptr && queue_->has_limit(); }

      private:
        friend class CallQueue;
        Place(CallQueue* queue, Clients::value_type* client, bool is_read) : queue_(queue), client_(client), is_read_(is_read) {}
        CallQueue* queue_ = nullptr;
        Clients::value_type* client_ = nullptr;
        bool is_read_ = false;
    };

    // A place if there is one for this call now. enter() tries that first; this costs no coroutine.
    std::optional<Place> try_enter(const Turn& turn);

    // Waits for a place. Errors: 50410 deadline_exceeded (the message says since when the upstream has been busy), 49910
    // cancelled, 42910 queue full. `slot` is emitted on the awaiting loop. `timeout` 0: waits as long as it takes. Closed: 50302.
    boost::asio::awaitable<base::Result<Place>> enter(Turn turn, std::chrono::milliseconds timeout,
                                                      boost::asio::cancellation_slot slot);

    // Refuses those who wait, and from now on everybody who would have to. Those who wait hold timers of their loops: to be
    // called while the loops exist, or the queue may not outlive them. Places may be given back later all the same.
    void close();

    struct Load {
        std::size_t in_flight = 0;
        std::size_t waiting = 0;
        std::optional<std::chrono::steady_clock::time_point>
            full_since;  // since when every place has been taken without one given back
    };
    [[nodiscard]] Load load() const;

  private:
    struct Waiter;
    using Waiters = std::list<std::shared_ptr<Waiter>>;

    std::optional<Place> try_enter_locked(const Turn& turn);
    Clients::value_type* client_locked(std::string_view name);
    void forget_idle_locked(Clients::value_type* client);
    bool may_begin_locked(const Waiter& waiter);
    Waiters::iterator next_locked();
    void leave(Clients::value_type* client, bool is_read);
    void release_order(Clients::value_type* client, bool is_read);
    void grant(std::unique_lock<std::mutex> lock);
    static void wake(std::shared_ptr<Waiter> waiter);

    const unsigned limit_;
    const std::string title_;
    mutable std::mutex mutex_;
    Waiters waiting_;  // in order of arrival; bounded by kMaxWaiting
    std::size_t fast_waiting_ = 0;
    Clients clients_;  // those with a call in flight or waiting
    std::uint64_t searches_ = 0;
    unsigned in_flight_ = 0;
    std::atomic<unsigned> unlimited_in_flight_ = 0;  // counted where there is no limit
    bool is_closed_ = false;
    std::chrono::steady_clock::time_point last_change_;
};

}  // namespace octane::rpc
