// Tests of the call queue: callers on one loop that the test turns by hand.
#pragma once

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <deque>
#include <optional>
#include <utility>

#include "rpc/call_queue.hpp"

namespace octane::rpc::tests {

namespace asio = boost::asio;
using Entered = std::optional<base::Result<CallQueue::Place>>;
using std::chrono::milliseconds;

inline asio::awaitable<void> enter_into(CallQueue& queue, Turn turn, milliseconds timeout, asio::cancellation_slot slot,
                                        Entered& entered) {
    auto place = co_await queue.enter(turn, timeout, slot);
    entered.emplace(std::move(place));
}

// Callers on one loop that the test turns by hand.
class Callers {
  public:
    explicit Callers(unsigned limit) : queue(limit) {}

    Entered& call(Turn wanted = {}, milliseconds timeout = milliseconds(0), asio::cancellation_slot slot = {}) {
        auto& entered = outcomes_.emplace_back();
        asio::co_spawn(loop, enter_into(queue, wanted, timeout, slot, entered), asio::detached);
        turn();
        return entered;
    }
    // Everything that can run now.
    void turn() {
        loop.restart();
        loop.poll();
    }
    // Until nobody waits for anything.
    void turn_until_idle() {
        loop.restart();
        loop.run();
    }

    asio::io_context loop{1};
    CallQueue queue;  // ends before the loop: those who still wait hold timers of the loop

  private:
    std::deque<Entered> outcomes_;
};

inline bool is_in(const Entered& entered) {
    return entered && entered->has_value();
}
inline void give_back(Entered& entered) {
    entered.reset();
}
}  // namespace octane::rpc::tests
