#include "http/send_queue.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <deque>
#include <utility>

namespace octane::http {

class SendQueue::List : public std::enable_shared_from_this<List> {
  public:
    explicit List(boost::asio::io_context& loop) : loop_(loop) {}

    void add_last(std::shared_ptr<Sender> sender) { entries_.push_back({std::move(sender), kTurn}); }
    void add_first(std::shared_ptr<Sender> sender) { entries_.push_front({std::move(sender), kTurn}); }

    void post() {
        boost::asio::post(loop_, [self = shared_from_this()] { self->run(); });
    }

  private:
    struct Entry {
        std::shared_ptr<Sender> sender;
        std::size_t left_of_turn;
    };

    void run() {
        for (std::size_t slice = kSlice; !entries_.empty();) {
            if (slice == 0) return post();
            Entry entry = std::move(entries_.front());
            entries_.pop_front();
            const auto progress = entry.sender->send(std::min(slice, entry.left_of_turn));
            slice -= std::min(slice, progress.bytes);
            if (!progress.could_go_on) continue;
            entry.left_of_turn -= std::min(entry.left_of_turn, progress.bytes);
            if (entry.left_of_turn == 0) {
                add_last(std::move(entry.sender));
            } else {
                entries_.push_front(std::move(entry));
            }
        }
    }

    boost::asio::io_context& loop_;
    std::deque<Entry> entries_;  // each stream at most once, so no more than there are connections
};

SendQueue::List& SendQueue::list() {
    if (const auto list = list_.lock()) return *list;
    const auto list = std::make_shared<List>(loop_);
    list_ = list;
    list->post();
    return *list;
}

void SendQueue::add(std::shared_ptr<Sender> sender) {
    list().add_last(std::move(sender));
}

void SendQueue::resume(std::shared_ptr<Sender> sender, std::size_t remaining) {
    if (remaining <= kTurn) {
        list().add_first(std::move(sender));
    } else {
        list().add_last(std::move(sender));
    }
}

}  // namespace octane::http
