#include "upstream/call_queue.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

namespace octane::upstream {
namespace asio = boost::asio;

// Lives on the loop that waits; `is_granted` is guarded by the queue's mutex.
struct CallQueue::Waiter {
    explicit Waiter(asio::any_io_executor executor) : timer(std::move(executor)) {}
    asio::steady_timer timer;
    bool is_granted = false;
    bool is_cancelled = false;  // used on the waiting loop only
};

CallQueue::CallQueue(unsigned limit) : limit_(limit), last_change_(std::chrono::steady_clock::now()) {}

asio::awaitable<base::Result<CallQueue::Place>> CallQueue::enter(Lane lane, std::chrono::milliseconds timeout,
                                                                 asio::cancellation_slot slot) {
    if (limit_ == 0 || lane == Lane::unqueued) co_return Place();
    std::shared_ptr<Waiter> waiter;
    {
        const std::lock_guard lock(mutex_);
        if (in_flight_ < limit_) {
            ++in_flight_;
            last_change_ = std::chrono::steady_clock::now();
            co_return Place(this);
        }
        if (fast_.size() + ordinary_.size() >= kMaxWaiting) {
            co_return base::make_error(base::ErrorCode::upstream_exhausted, "Octane is busy and " + std::to_string(kMaxWaiting) +
                                                                                " calls already wait for it; try again later");
        }
    }
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    waiter = std::make_shared<Waiter>(executor);
    if (timeout.count() > 0) {
        waiter->timer.expires_after(timeout);
    } else {
        waiter->timer.expires_at(asio::steady_timer::time_point::max());
    }
    {
        const std::lock_guard lock(mutex_);
        if (in_flight_ < limit_) {  // a place came free meanwhile
            ++in_flight_;
            last_change_ = std::chrono::steady_clock::now();
            co_return Place(this);
        }
        (lane == Lane::fast ? fast_ : ordinary_).push_back(waiter);
    }
    if (slot.is_connected()) {
        slot.assign([waiter](asio::cancellation_type) {
            waiter->is_cancelled = true;
            waiter->timer.cancel();
        });
    }
    const auto [error] = co_await waiter->timer.async_wait(asio::as_tuple(asio::use_awaitable));
    static_cast<void>(error);
    if (slot.is_connected()) slot.clear();
    Place place;
    std::chrono::steady_clock::time_point busy_since;
    {
        const std::lock_guard lock(mutex_);
        if (waiter->is_granted) {
            place = Place(this);
        } else {
            std::erase(lane == Lane::fast ? fast_ : ordinary_, waiter);
        }
        busy_since = last_change_;
    }
    // A place granted in the moment the client left is given back.
    if (waiter->is_cancelled)
        co_return base::make_error(base::ErrorCode::cancelled, "the client went away before the call was begun");
    if (waiter->is_granted) co_return place;
    const auto busy = std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - busy_since);
    co_return base::make_error(
        base::ErrorCode::deadline_exceeded,
        "the call's deadline passed while it waited for Octane, which has been busy with other calls for " +
            std::to_string(busy.count()) + " s");
}

std::shared_ptr<CallQueue::Waiter> CallQueue::next_locked() {
    auto& lane = fast_.empty() ? ordinary_ : fast_;
    if (lane.empty()) return nullptr;
    auto waiter = std::move(lane.front());
    lane.pop_front();
    waiter->is_granted = true;
    return waiter;
}

void CallQueue::leave() {
    std::shared_ptr<Waiter> waiter;
    {
        const std::lock_guard lock(mutex_);
        last_change_ = std::chrono::steady_clock::now();
        waiter = next_locked();
        if (!waiter) --in_flight_;
    }
    if (!waiter) return;
    auto executor = waiter->timer.get_executor();
    asio::post(executor, [waiter = std::move(waiter)] { waiter->timer.cancel(); });
}

CallQueue::Load CallQueue::load() const {
    const std::lock_guard lock(mutex_);
    Load load;
    load.in_flight = in_flight_;
    load.waiting = fast_.size() + ordinary_.size();
    if (limit_ > 0 && in_flight_ == limit_) load.full_since = last_change_;
    return load;
}

}  // namespace octane::upstream
