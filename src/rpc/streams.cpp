#include "rpc/streams.hpp"

#include <algorithm>
#include <boost/asio/this_coro.hpp>
#include <utility>
#include <vector>

#include "telemetry/task.hpp"

namespace octane::rpc {
namespace asio = boost::asio;
using base::ErrorCode;
using base::GrpcStatus;

namespace {

StreamEnd broken_end() {
    return {base::make_error(ErrorCode::internal, "internal error: the proxy's log says more"), {}};
}

StreamEnd end_of(const StreamingCall& call, std::optional<base::Error> error = std::nullopt) {
    return {std::move(error), call.metadata()};
}

}  // namespace

asio::awaitable<AnswerSlot::Next> StreamReader::next(std::chrono::milliseconds limit) {
    return limit_ ? next_in_time(limit) : slot_->next(limit);
}

asio::awaitable<AnswerSlot::Next> StreamReader::next_in_time(std::chrono::milliseconds limit) {
    using std::chrono::steady_clock;
    AnswerSlot::Next next;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(limit_->when - steady_clock::now());
    limit = std::min(limit, std::max(left, std::chrono::milliseconds(0)));
    const bool is_late = steady_clock::now() >= limit_->when;  // also where there always is a next one
    if (!is_late) next = co_await slot_->next(limit);
    if (next.message || next.end || steady_clock::now() < limit_->when) co_return next;
    leave();
    next.end = StreamEnd{limit_->error, {}};
    co_return next;
}

// One call of the upstream that several read. The list of readers is guarded by its own mutex, held while a message is handed
// out.
struct Streams::Shared {
    void put(const std::shared_ptr<const StreamMessage>& message) {
        const std::lock_guard lock(mutex);
        newest = message;
        for (const auto& reader : readers) reader->put(message);
    }
    void end(const StreamEnd& how) {
        const std::lock_guard lock(mutex);
        ended = how;
        call.reset();
        for (const auto& reader : readers) reader->end(how);
    }
    // False if it has ended, or nobody was left.
    bool join(const std::shared_ptr<AnswerSlot>& reader) {
        const std::lock_guard lock(mutex);
        if (ended || is_left) return false;
        readers.push_back(reader);
        if (newest) reader->put(newest);
        return true;
    }
    void leave(const std::shared_ptr<AnswerSlot>& reader) {
        const std::lock_guard lock(mutex);
        std::erase(readers, reader);
        if (!readers.empty()) return;
        is_left = true;
        if (call) call->cancel();
    }
    // False if everybody has left before the call was there.
    bool begin(std::shared_ptr<StreamingCall> begun) {
        const std::lock_guard lock(mutex);
        call = std::move(begun);
        return !is_left;
    }

    std::mutex mutex;
    std::vector<std::shared_ptr<AnswerSlot>> readers;
    std::shared_ptr<const StreamMessage> newest;
    std::shared_ptr<StreamingCall> call;
    std::optional<StreamEnd> ended;
    bool is_left = false;
};

asio::awaitable<base::Result<std::shared_ptr<StreamingCall>>> Streams::open(std::shared_ptr<CallPlan> plan,
                                                                            StreamRequest request) {
    auto& upstream = invoker_.upstream();
    {
        const std::lock_guard lock(mutex_);
        if (is_closed_) co_return base::make_error(ErrorCode::shutting_down, "the proxy is going down");
    }
    const auto state = upstream.liveness().state();
    if (upstream.liveness().has_verdict() && !state->is_connected) {
        upstream::Reply reply;
        reply.status = GrpcStatus::unavailable;
        reply.message = state->error;
        reply.was_sent = false;
        auto failure = plan->conclude(std::move(reply));
        co_return std::move(failure).error();
    }
    CallQueue::Place place;
    if (auto* const gate = plan->traits().gate) {
        auto free = gate->try_enter(Turn());
        if (!free) invoker_.count_unsent(GrpcStatus::resource_exhausted);
        if (!free)
            co_return base::make_error(ErrorCode::upstream_exhausted,
                                       gate->title() + " has as many calls as it may; " + plan->called().display +
                                           " is a stream and does not wait for one of them to end");
        place = *std::move(free);
    }
    if (!plan->is_still_wanted()) {
        upstream::Reply reply;
        reply.status = GrpcStatus::aborted;
        reply.was_sent = false;
        auto failure = plan->conclude(std::move(reply));
        co_return std::move(failure).error();
    }
    const auto& path = plan->method().path;
    auto record = invoker_.record_stream(path);
    upstream::StreamTerms terms;
    terms.path = path;
    terms.metadata = std::move(request.metadata);
    terms.timeout = request.timeout;
    upstream.bulk().reset_backoff();
    auto stream = co_await upstream.bulk().open_message_stream(std::move(terms));
    const asio::any_io_executor loop = co_await asio::this_coro::executor;
    auto made = std::make_unique<StreamingCall>(std::move(plan), std::move(place), std::move(record), std::move(stream), loop);
    std::shared_ptr<StreamingCall> call(made.release(), [this](StreamingCall* ended) {
        forget(ended);
        delete ended;
    });
    const std::lock_guard lock(mutex_);
    open_[call.get()].call = call;
    if (is_closed_) call->go_down();
    co_return call;
}

asio::awaitable<std::unique_ptr<StreamReader>> Streams::read(std::shared_ptr<StreamingCall> call, ReadPolicy policy) {
    const asio::any_io_executor loop = co_await asio::this_coro::executor;
    auto slot = std::make_shared<AnswerSlot>(loop);
    {
        const std::lock_guard lock(mutex_);
        open_[call.get()].slot = slot;
        if (is_closed_) slot->leave();
    }
    const std::weak_ptr<StreamingCall> weak = call;
    telemetry::start_task(loop, "reading of a stream", pump(std::move(call), slot, policy), [slot] { slot->end(broken_end()); });
    co_return std::make_unique<StreamReader>(slot, [slot, weak] {
        slot->leave();
        if (const auto open = weak.lock()) open->cancel();
    });
}

asio::awaitable<void> Streams::pump(std::shared_ptr<StreamingCall> call, std::shared_ptr<AnswerSlot> slot, ReadPolicy policy) {
    for (;;) {
        if (policy == ReadPolicy::all) co_await slot->wait_for_room();
        auto answer = co_await call->receive();
        if (!answer) co_return slot->end(end_of(*call, std::move(answer).error()));
        if (!*answer) co_return slot->end(end_of(*call));
        slot->put(std::make_shared<const StreamMessage>(**std::move(answer)));
    }
}

asio::awaitable<std::unique_ptr<StreamReader>> Streams::share(std::shared_ptr<CallPlan> plan, std::string message,
                                                              StreamRequest request) {
    const asio::any_io_executor loop = co_await asio::this_coro::executor;
    std::optional<StreamReader::Limit> limit;
    if (request.timeout.count() > 0) {
        limit = {std::chrono::steady_clock::now() + request.timeout,
                 base::make_error(ErrorCode::deadline_exceeded,
                                  "the deadline of this reader of " + plan->called().display + " has passed")};
    }
    auto metadata = std::move(request.metadata);
    auto slot = std::make_shared<AnswerSlot>(loop);
    std::string key = plan->called().path + '\0' + message;
    for (const auto& [name, value] : metadata) {
        if (!is_tracing(name)) key += '\0' + name + '\0' + value;
    }
    std::shared_ptr<Shared> shared;
    bool is_new = false;
    {
        const std::lock_guard lock(mutex_);
        std::erase_if(shared_, [](const auto& entry) { return entry.second.expired(); });
        auto& known = shared_[key];
        shared = known.lock();
        if (!shared || !shared->join(slot)) {
            shared = std::make_shared<Shared>();
            shared->join(slot);
            known = shared;
            is_new = true;
        }
    }
    if (is_new) {
        telemetry::start_task(loop, "reading of a shared stream",
                              pump_shared(shared, std::move(plan), std::move(message), std::move(metadata)),
                              [shared] { shared->end(broken_end()); });
    }
    const auto leave = [shared, slot] {
        slot->leave();
        shared->leave(slot);
    };
    co_return std::make_unique<StreamReader>(slot, leave, std::move(limit));
}

asio::awaitable<void> Streams::pump_shared(std::shared_ptr<Shared> shared, std::shared_ptr<CallPlan> plan, std::string message,
                                           upstream::Metadata metadata) {
    StreamRequest request;
    request.metadata = std::move(metadata);
    auto opened = co_await open(std::move(plan), std::move(request));
    if (!opened) co_return shared->end({std::move(opened).error(), {}});
    const auto call = *std::move(opened);
    if (!shared->begin(call)) co_return;
    auto sent = co_await call->send(std::move(message));
    if (!sent) co_return shared->end({std::move(sent).error(), {}});
    co_await call->end_sending();
    for (;;) {
        auto answer = co_await call->receive();
        if (!answer) co_return shared->end(end_of(*call, std::move(answer).error()));
        if (!*answer) co_return shared->end(end_of(*call));
        shared->put(std::make_shared<const StreamMessage>(**std::move(answer)));
    }
}

std::size_t Streams::count() const {
    const std::lock_guard lock(mutex_);
    return open_.size();
}

void Streams::forget(const StreamingCall* call) {
    const std::lock_guard lock(mutex_);
    open_.erase(call);
}

void Streams::close() {
    std::vector<std::shared_ptr<StreamingCall>> calls;  // released without the lock
    const std::lock_guard lock(mutex_);
    is_closed_ = true;
    for (const auto& [address, open] : open_) {
        if (auto call = open.call.lock()) {
            call->go_down();
            calls.push_back(std::move(call));
        }
        if (const auto slot = open.slot.lock()) {
            slot->end({base::make_error(ErrorCode::shutting_down, "the proxy is going down"), {}});
            slot->leave();  // nobody waits for room any more
        }
    }
}

}  // namespace octane::rpc
