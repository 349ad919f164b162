// Room: http. Whose turn it is to send on one loop.
//
// A burst of megabytes for many streams at once is handed to the kernel one stream after the other, not a piece of each in turn:
// half of the viewers then have their frame in half of the time. Between two slices the loop looks after everything else.
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <memory>

namespace octane::http {

// Something with bytes to send on the queue's loop.
class Sender {
  public:
    struct Progress {
        std::size_t bytes = 0;     // handed over
        bool could_go_on = false;  // there is more, and the kernel has not refused it
    };

    virtual ~Sender() = default;
    virtual Progress send(std::size_t limit) = 0;
};

// Lives on its loop; used only there. It keeps its senders alive until their turn has come, and forgets them with the loop.
class SendQueue {
  public:
    // Between two slices other handlers of the loop run: about 0.2 ms.
    static constexpr std::size_t kSlice = 1UL << 20U;
    // No sender keeps the others waiting for more than this at a time.
    static constexpr std::size_t kTurn = 8UL << 20U;

    explicit SendQueue(boost::asio::io_context& loop) : loop_(loop) {}

    // Its turn comes after those of all others. send() is never called from inside this.
    void add(std::shared_ptr<Sender> sender);
    // For one that the kernel had refused: first of all if what remains fits into one turn, else after all others.
    void resume(std::shared_ptr<Sender> sender, std::size_t remaining);

  private:
    class List;
    List& list();

    boost::asio::io_context& loop_;
    std::weak_ptr<List> list_;  // owned by the handler that works through it
};

}  // namespace octane::http
