#include "rpc/kept_places.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "upstream/task.hpp"

namespace octane::rpc {
namespace asio = boost::asio;

namespace {

constexpr std::chrono::milliseconds kBetweenQuestions{200};

}  // namespace

// Places are given back without the lock: the queue has one of its own and wakes those who wait.
void KeptPlaces::keep(CallQueue::Place place, std::uint64_t number) {
    if (!place.is_taken()) return;
    place.forget_client();
    const std::lock_guard lock(mutex_);
    if (is_closed_) return;
    kept_.push_back({std::move(place), number, std::chrono::steady_clock::now() + kLongest});
    count_.store(kept_.size());
    if (std::exchange(is_asking_, true)) return;
    upstream::start_task(liveness_.executor(), "question whether the upstream is free", ask_until_released(), [] {});
}

void KeptPlaces::release_before(std::uint64_t number) {
    std::vector<Kept> released;
    {
        const std::lock_guard lock(mutex_);
        const auto ended = std::partition(kept_.begin(), kept_.end(), [&](const Kept& kept) { return kept.number >= number; });
        released.assign(std::make_move_iterator(ended), std::make_move_iterator(kept_.end()));
        kept_.erase(ended, kept_.end());
        count_.store(kept_.size());
    }
}

void KeptPlaces::release_overdue() {
    std::vector<Kept> released;
    const auto now = std::chrono::steady_clock::now();
    {
        const std::lock_guard lock(mutex_);
        const auto ended = std::partition(kept_.begin(), kept_.end(), [&](const Kept& kept) { return kept.until > now; });
        released.assign(std::make_move_iterator(ended), std::make_move_iterator(kept_.end()));
        kept_.erase(ended, kept_.end());
        count_.store(kept_.size());
    }
}

void KeptPlaces::release_all() {
    std::vector<Kept> released;  // ends after the lock
    const std::lock_guard lock(mutex_);
    released.swap(kept_);
    count_.store(0);
}

void KeptPlaces::close() {
    {
        const std::lock_guard lock(mutex_);
        is_closed_ = true;
    }
    release_all();
}

// One question at a time; who has been asked before the answer came has nothing older left.
asio::awaitable<void> KeptPlaces::ask_until_released() {
    asio::steady_timer timer(liveness_.executor());
    for (;;) {
        const std::uint64_t begun = history_.begun();
        const bool is_free = co_await liveness_.probe(std::chrono::duration_cast<std::chrono::milliseconds>(kLongest));
        if (is_free) release_before(begun + 1);
        release_overdue();
        {
            const std::lock_guard lock(mutex_);
            if (kept_.empty() || is_closed_) {
                is_asking_ = false;
                co_return;
            }
        }
        timer.expires_after(kBetweenQuestions);
        const auto [ended] = co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
        static_cast<void>(ended);
    }
}

}  // namespace octane::rpc
