#include "rpc/joined_reads.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "rpc/invoker.hpp"

namespace octane::rpc {
namespace asio = boost::asio;
using base::GrpcStatus;
using Clock = std::chrono::steady_clock;

// Lives on the loop that waits; everything but the timer and `is_cancelled` is guarded by the mutex.
struct JoinedReads::Waiter {
    explicit Waiter(asio::any_io_executor executor) : timer(std::move(executor)) {}
    asio::steady_timer timer;
    bool is_answered = false;
    std::optional<upstream::Reply> reply;  // of the one who asked; none: ask yourself
    bool is_cancelled = false;             // used on the waiting loop only
};

// The duty of the one who asks: however it ends, those who wait are told.
class JoinedReads::Lead {
  public:
    Lead(JoinedReads& reads, Key key) : reads_(reads), key_(std::move(key)) {}
    ~Lead() {
        if (is_leading_) reads_.answer_waiters(key_, nullptr);
    }
    Lead(const Lead&) = delete;
    Lead& operator=(const Lead&) = delete;

    void share(const upstream::Reply& reply) {
        // Why this caller got no answer is its own affair.
        const bool is_own =
            !reply.was_sent || reply.status == GrpcStatus::cancelled || reply.status == GrpcStatus::deadline_exceeded;
        is_leading_ = false;
        reads_.answer_waiters(key_, is_own ? nullptr : &reply);
    }
    [[nodiscard]] const Key& key() const { return key_; }

  private:
    JoinedReads& reads_;
    Key key_;
    bool is_leading_ = true;
};

JoinedReads::Edit::Edit(JoinedReads& reads) : reads_(reads) {
    const std::lock_guard lock(reads_.mutex_);
    ++reads_.edits_under_way_;
}

JoinedReads::Edit::~Edit() {
    const std::lock_guard lock(reads_.mutex_);
    --reads_.edits_under_way_;
    ++reads_.edits_ended_;
}

std::uint64_t JoinedReads::joined() const {
    const std::lock_guard lock(mutex_);
    return joined_;
}

void JoinedReads::answer_waiters(const Key& key, const upstream::Reply* reply) {
    std::vector<std::shared_ptr<Waiter>> waiters;
    {
        const std::lock_guard lock(mutex_);
        const auto flight = flights_.find(key);
        if (flight == flights_.end()) return;  // closed meanwhile
        waiters = std::move(flight->second.waiters);
        flights_.erase(flight);
        for (const auto& waiter : waiters) {
            waiter->is_answered = true;
            if (reply != nullptr) waiter->reply = *reply;
        }
        if (reply != nullptr) joined_ += waiters.size();
    }
    for (auto& waiter : waiters) wake(std::move(waiter));
}

void JoinedReads::wake(std::shared_ptr<Waiter> waiter) {
    auto executor = waiter->timer.get_executor();
    asio::post(executor, [waiter = std::move(waiter)] { waiter->timer.cancel(); });
}

// From here on nothing of this refers to a loop.
void JoinedReads::close() {
    Flights ended;
    {
        const std::lock_guard lock(mutex_);
        is_closed_ = true;
        ended.swap(flights_);
        for (const auto& [key, flight] : ended) {
            for (const auto& waiter : flight.waiters) waiter->is_answered = true;
        }
    }
    for (auto& [key, flight] : ended) {
        for (auto& waiter : flight.waiters) wake(std::move(waiter));
    }
}

asio::awaitable<upstream::Reply> JoinedReads::ask(Invoker& invoker, std::string path, std::string request, CallTerms terms) {
    const auto begin = Clock::now();
    const auto limit = terms.timeout;
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    for (;;) {
        std::optional<Lead> lead;
        std::shared_ptr<Waiter> waiter;
        Key key;
        bool is_alone = false;
        bool is_closed = false;
        {
            const std::lock_guard lock(mutex_);
            is_closed = is_closed_;
            is_alone = edits_under_way_ > 0;
            if (!is_alone && !is_closed) {
                key = Key(path, request, terms.traits.scope, edits_ended_);
                const auto [flight, is_new] = flights_.try_emplace(key);
                if (is_new) {
                    lead.emplace(*this, key);
                } else {
                    waiter = std::make_shared<Waiter>(executor);
                    flight->second.waiters.push_back(waiter);
                }
            }
        }
        if (is_closed) {
            upstream::Reply reply;
            reply.was_sent = false;
            reply.status = GrpcStatus::cancelled;
            reply.message = "the proxy is going down";
            reply.is_going_down = true;
            co_return reply;
        }
        if (is_alone) {
            upstream::Reply reply = co_await invoker.call_alone(std::move(path), std::move(request), std::move(terms));
            co_return reply;
        }
        if (lead) {
            upstream::Reply reply = co_await invoker.call_alone(std::move(path), std::move(request), std::move(terms));
            lead->share(reply);
            co_return reply;
        }

        if (limit.count() > 0) {
            waiter->timer.expires_after(terms.timeout);
        } else {
            waiter->timer.expires_at(Clock::time_point::max());
        }
        if (terms.slot.is_connected()) {
            terms.slot.assign([waiter](asio::cancellation_type) {
                waiter->is_cancelled = true;
                waiter->timer.cancel();
            });
        }
        const auto [error] = co_await waiter->timer.async_wait(asio::as_tuple(asio::use_awaitable));
        static_cast<void>(error);
        if (terms.slot.is_connected()) terms.slot.clear();
        bool is_answered = false;
        {
            const std::lock_guard lock(mutex_);
            is_answered = waiter->is_answered;
            if (!is_answered) std::erase(flights_.find(key)->second.waiters, waiter);
        }
        upstream::Reply reply;
        reply.was_sent = false;
        reply.status = GrpcStatus::cancelled;
        if (waiter->is_cancelled) co_return reply;
        if (waiter->reply) {
            reply = std::move(*waiter->reply);
            co_return reply;
        }
        if (limit.count() > 0) {
            terms.timeout = limit - std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin);
            if (terms.timeout.count() <= 0) {
                reply.status = GrpcStatus::deadline_exceeded;
                co_return reply;
            }
        }
    }
}

}  // namespace octane::rpc
