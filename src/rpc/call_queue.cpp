#include "rpc/call_queue.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>
#include <vector>

namespace octane::rpc {
namespace asio = boost::asio;

// Lives on the loop that waits; everything but the timer and `is_cancelled` is guarded by the queue's mutex.
struct CallQueue::Waiter {
    Waiter(asio::any_io_executor executor, const Turn& turn)
        : timer(std::move(executor)), is_fast(turn.lane == Lane::fast), is_read(turn.is_read) {}
    asio::steady_timer timer;
    const bool is_fast;
    const bool is_read;
    Clients::value_type* client = nullptr;  // null: no order to keep
    Waiters::iterator place;                // in waiting_, unless granted
    bool is_granted = false;
    bool is_refused = false;    // the queue was closed, and no longer knows this
    bool is_cancelled = false;  // used on the waiting loop only
};

namespace {

base::Error going_down() {
    return base::make_error(base::ErrorCode::shutting_down, "the proxy is going down");
}

}  // namespace

CallQueue::CallQueue(unsigned limit, std::string title)
    : limit_(limit), title_(std::move(title)), last_change_(std::chrono::steady_clock::now()) {}

CallQueue::Clients::value_type* CallQueue::client_locked(std::string_view name) {
    if (name.empty()) return nullptr;
    return &*clients_.try_emplace(std::string(name)).first;
}

void CallQueue::forget_idle_locked(Clients::value_type* client) {
    if (client == nullptr) return;
    const auto& [name, calls] = *client;
    if (calls.reads + calls.edits + calls.waiting == 0) clients_.erase(clients_.find(name));
}

std::optional<CallQueue::Place> CallQueue::try_enter(const Turn& turn) {
    if (turn.lane == Lane::unqueued) return Place();
    if (limit_ == 0) {
        unlimited_in_flight_.fetch_add(1, std::memory_order_relaxed);
        return Place(this, nullptr, turn.is_read);
    }
    const std::lock_guard lock(mutex_);
    return try_enter_locked(turn);
}

// While a place is free, every call that waits does so for its own client; so nobody else is overtaken here.
std::optional<CallQueue::Place> CallQueue::try_enter_locked(const Turn& turn) {
    if (in_flight_ >= limit_) return std::nullopt;
    auto* const client = client_locked(turn.client);
    if (client != nullptr) {
        auto& calls = client->second;
        const bool is_alone = calls.edits == 0 && (turn.is_read || turn.lane == Lane::fast || calls.reads == 0);
        if (calls.waiting > 0 || !is_alone) return std::nullopt;
        ++(turn.is_read ? calls.reads : calls.edits);
    }
    ++in_flight_;
    last_change_ = std::chrono::steady_clock::now();
    return Place(this, client, turn.is_read);
}

asio::awaitable<base::Result<CallQueue::Place>> CallQueue::enter(Turn turn, std::chrono::milliseconds timeout,
                                                                 asio::cancellation_slot slot) {
    if (auto place = try_enter(turn)) co_return std::move(*place);
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    const auto waiter = std::make_shared<Waiter>(executor, turn);
    if (timeout.count() > 0) {
        waiter->timer.expires_after(timeout);
    } else {
        waiter->timer.expires_at(asio::steady_timer::time_point::max());
    }
    {
        std::unique_lock lock(mutex_);
        if (is_closed_) co_return going_down();
        if (auto place = try_enter_locked(turn)) co_return std::move(*place);  // a place came free meanwhile
        if (waiting_.size() >= kMaxWaiting) {
            co_return base::make_error(
                base::ErrorCode::upstream_exhausted,
                title_ + " is busy and " + std::to_string(kMaxWaiting) + " calls already wait for it; try again later");
        }
        waiter->client = client_locked(turn.client);
        if (waiter->client != nullptr) ++waiter->client->second.waiting;
        waiter->place = waiting_.insert(waiting_.end(), waiter);
        if (waiter->is_fast) ++fast_waiting_;
        grant(std::move(lock));  // a call of the fast lane may be free to go
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
    bool is_granted = false;
    bool is_refused = false;
    {
        std::unique_lock lock(mutex_);
        is_granted = waiter->is_granted;
        is_refused = waiter->is_refused;
        busy_since = last_change_;
        if (is_granted) {
            place = Place(this, waiter->client, waiter->is_read);
        } else if (!is_refused) {
            waiting_.erase(waiter->place);
            if (waiter->is_fast) --fast_waiting_;
            if (waiter->client != nullptr) --waiter->client->second.waiting;
            forget_idle_locked(waiter->client);
            grant(std::move(lock));  // others of the same client may have waited for this one
        }
    }
    // A place granted in the moment the client left is given back.
    if (waiter->is_cancelled)
        co_return base::make_error(base::ErrorCode::cancelled, "the client went away before the call was begun");
    if (is_granted) co_return place;
    if (is_refused) co_return going_down();
    const auto busy = std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - busy_since);
    co_return base::make_error(base::ErrorCode::deadline_exceeded, "the call's deadline passed while it waited for " + title_ +
                                                                       ", which has been busy with other calls for " +
                                                                       std::to_string(busy.count()) + " s");
}

// For one search, calls must be offered in order of arrival.
bool CallQueue::may_begin_locked(const Waiter& waiter) {
    if (waiter.client == nullptr) return true;
    Client& client = waiter.client->second;
    if (client.search != searches_) {
        client.search = searches_;
        client.has_call_before = false;
        client.has_edit_before = false;
    }
    const bool is_after_edits = client.edits == 0 && !client.has_edit_before;
    const bool is_after_all = is_after_edits && client.reads == 0 && !client.has_call_before;
    client.has_call_before = true;
    if (!waiter.is_read) client.has_edit_before = true;
    return waiter.is_read || waiter.is_fast ? is_after_edits : is_after_all;
}

CallQueue::Waiters::iterator CallQueue::next_locked() {
    ++searches_;
    auto ordinary = waiting_.end();
    std::size_t fast_left = fast_waiting_;
    for (auto at = waiting_.begin(); at != waiting_.end(); ++at) {
        if (fast_left == 0 && ordinary != waiting_.end()) break;
        const bool may_begin = may_begin_locked(**at);
        if ((*at)->is_fast) {
            if (may_begin) return at;
            --fast_left;
        } else if (may_begin && ordinary == waiting_.end()) {
            ordinary = at;
        }
    }
    return ordinary;
}

// Gives what is free to those who may have it, and tells them without the lock.
void CallQueue::grant(std::unique_lock<std::mutex> lock) {
    std::vector<std::shared_ptr<Waiter>> granted;
    while (in_flight_ < limit_ && !waiting_.empty()) {
        const auto next = next_locked();
        if (next == waiting_.end()) break;
        Waiter& waiter = **next;
        waiter.is_granted = true;
        if (waiter.is_fast) --fast_waiting_;
        if (waiter.client != nullptr) {
            auto& calls = waiter.client->second;
            --calls.waiting;
            ++(waiter.is_read ? calls.reads : calls.edits);
        }
        ++in_flight_;
        last_change_ = std::chrono::steady_clock::now();
        granted.push_back(std::move(*next));
        waiting_.erase(next);
    }
    lock.unlock();
    for (auto& waiter : granted) wake(std::move(waiter));
}

void CallQueue::wake(std::shared_ptr<Waiter> waiter) {
    auto executor = waiter->timer.get_executor();
    asio::post(executor, [waiter = std::move(waiter)] { waiter->timer.cancel(); });
}

// From here on nothing of the queue refers to a loop.
void CallQueue::close() {
    Waiters refused;
    {
        const std::lock_guard lock(mutex_);
        is_closed_ = true;
        refused.swap(waiting_);
        fast_waiting_ = 0;
        for (const auto& waiter : refused) {
            waiter->is_refused = true;
            if (waiter->client != nullptr) --waiter->client->second.waiting;
            forget_idle_locked(std::exchange(waiter->client, nullptr));
        }
    }
    for (auto& waiter : refused) wake(std::move(waiter));
}

void CallQueue::leave(Clients::value_type* client, bool is_read) {
    if (limit_ == 0) {
        unlimited_in_flight_.fetch_sub(1, std::memory_order_relaxed);
        return;
    }
    std::unique_lock lock(mutex_);
    last_change_ = std::chrono::steady_clock::now();
    --in_flight_;
    if (client != nullptr) --(is_read ? client->second.reads : client->second.edits);
    forget_idle_locked(client);
    grant(std::move(lock));
}

void CallQueue::release_order(Clients::value_type* client, bool is_read) {
    std::unique_lock lock(mutex_);
    --(is_read ? client->second.reads : client->second.edits);
    forget_idle_locked(client);
    grant(std::move(lock));
}

CallQueue::Load CallQueue::load() const {
    const std::lock_guard lock(mutex_);
    Load load;
    load.in_flight = in_flight_ + unlimited_in_flight_.load(std::memory_order_relaxed);
    load.waiting = waiting_.size();
    if (limit_ > 0 && in_flight_ == limit_) load.full_since = last_change_;
    return load;
}

}  // namespace octane::rpc
