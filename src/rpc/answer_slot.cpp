#include "rpc/answer_slot.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

namespace octane::rpc {
namespace asio = boost::asio;
using std::chrono::steady_clock;

StreamMessage::Text StreamMessage::text(const std::string& form, const std::function<Text(const base::ByteChain&)>& make) const {
    std::shared_ptr<Made> made;
    {
        const std::lock_guard lock(mutex_);
        auto& kept = texts_[form];
        if (!kept) kept = std::make_shared<Made>();
        made = kept;
    }
    const std::lock_guard lock(made->mutex);
    if (!made->text) made->text = make(bytes_);
    return *made->text;
}

AnswerSlot::AnswerSlot(asio::any_io_executor loop)
    : loop_(std::move(loop)), came_(loop_, steady_clock::time_point::max()), went_(loop_, steady_clock::time_point::max()) {}

asio::awaitable<AnswerSlot::Next> AnswerSlot::next(std::chrono::milliseconds limit) {
    const auto deadline = steady_clock::now() + limit;
    for (;;) {
        Next next;
        {
            const std::lock_guard lock(mutex_);
            next.message = std::exchange(message_, nullptr);
            if (!next.message && end_) next.end = std::exchange(end_, std::nullopt);
            if (!next.message && !next.end && has_left_)
                next.end = StreamEnd{base::make_error(base::ErrorCode::cancelled, "the reader has left"), {}};
            if (next.message) next.number = ++taken_ + dropped_;
        }
        if (next.message) went_.cancel();
        if (next.message || next.end || steady_clock::now() >= deadline) co_return next;
        came_.expires_at(deadline);
        const auto [woken] = co_await came_.async_wait(asio::as_tuple(asio::use_awaitable));
        static_cast<void>(woken);
    }
}

asio::awaitable<void> AnswerSlot::wait_for_room() {
    for (;;) {
        {
            const std::lock_guard lock(mutex_);
            if (!message_ || has_left_) co_return;
        }
        const auto [woken] = co_await went_.async_wait(asio::as_tuple(asio::use_awaitable));
        static_cast<void>(woken);
    }
}

std::uint64_t AnswerSlot::dropped() const {
    const std::lock_guard lock(mutex_);
    return dropped_;
}

void AnswerSlot::put(std::shared_ptr<const StreamMessage> message) {
    {
        const std::lock_guard lock(mutex_);
        if (message_) ++dropped_;
        message_ = std::move(message);
    }
    wake();
}

void AnswerSlot::end(StreamEnd end) {
    {
        const std::lock_guard lock(mutex_);
        if (!std::exchange(has_ended_, true)) end_ = std::move(end);
    }
    wake();
}

void AnswerSlot::leave() {
    {
        const std::lock_guard lock(mutex_);
        has_left_ = true;
    }
    wake();
}

void AnswerSlot::wake() {
    {
        const std::lock_guard lock(mutex_);
        if (std::exchange(is_waking_, true)) return;
    }
    asio::post(loop_, [self = shared_from_this()] {
        {
            const std::lock_guard lock(self->mutex_);
            self->is_waking_ = false;
        }
        self->came_.cancel();
        self->went_.cancel();
    });
}

}  // namespace octane::rpc
