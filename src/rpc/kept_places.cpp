#include "rpc/kept_places.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "telemetry/task.hpp"

namespace octane::rpc {
namespace asio = boost::asio;

namespace {

constexpr std::chrono::milliseconds kBetweenQuestions{200};

}  // namespace

void KeptPlaces::keep(CallQueue::Place place, std::uint64_t number) {
    if (!place.is_taken()) return;
    place.forget_client();
    {
        const std::lock_guard lock(mutex_);
        if (is_closed_) return;
        kept_.push_back({std::move(place), number, std::chrono::steady_clock::now() + kLongest});
        count_.store(kept_.size());
        if (std::exchange(is_asking_, true)) return;
    }
    telemetry::start_task(liveness_.executor(), "question whether the upstream is free", ask_until_released(), [] {});
}

// Places are given back without the lock: the queue has one of its own and wakes those who wait.
template <typename Has>
void KeptPlaces::release_if(Has has_ended) {
    std::vector<Kept> released;
    const std::lock_guard lock(mutex_);
    const auto ended = std::partition(kept_.begin(), kept_.end(), [&](const Kept& kept) { return !has_ended(kept); });
    released.assign(std::make_move_iterator(ended), std::make_move_iterator(kept_.end()));
    kept_.erase(ended, kept_.end());
    count_.store(kept_.size());
}

void KeptPlaces::release_before(std::uint64_t number) {
    release_if([number](const Kept& kept) { return kept.number < number; });
}

void KeptPlaces::release_all() {
    release_if([](const Kept&) { return true; });
}

void KeptPlaces::close() {
    {
        const std::lock_guard lock(mutex_);
        is_closed_ = true;
    }
    release_all();
}

// Whoever keeps the next place after nothing is said here asks anew.
std::optional<std::chrono::milliseconds> KeptPlaces::time_to_next_end() {
    const std::lock_guard lock(mutex_);
    is_asking_ = !kept_.empty() && !is_closed_;
    if (!is_asking_) return std::nullopt;
    const auto next = std::ranges::min_element(kept_, {}, &Kept::until)->until;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(next - std::chrono::steady_clock::now());
    return std::max(left, std::chrono::milliseconds(1));
}

asio::awaitable<void> KeptPlaces::ask_until_released() {
    try {
        co_await ask_again_and_again();
    } catch (...) {
        const std::lock_guard lock(mutex_);
        is_asking_ = false;
        throw;
    }
}

// One question at a time; who has been asked before the answer came has nothing older left.
asio::awaitable<void> KeptPlaces::ask_again_and_again() {
    asio::steady_timer timer(liveness_.executor());
    for (auto left = time_to_next_end(); left; left = time_to_next_end()) {
        const std::uint64_t begun = history_.begun();
        const bool is_free = co_await liveness_.probe(*left);
        if (is_free) {
            release_before(begun + 1);
            history_.answered_up_to(begun);
        }
        const auto now = std::chrono::steady_clock::now();
        release_if([now](const Kept& kept) { return kept.until <= now; });
        timer.expires_after(kBetweenQuestions);
        const auto [ended] = co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
        static_cast<void>(ended);
    }
}

}  // namespace octane::rpc
