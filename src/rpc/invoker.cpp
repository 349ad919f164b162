#include "rpc/invoker.hpp"

#include <algorithm>
#include <utility>

#include "telemetry/log.hpp"

namespace octane::rpc {
namespace asio = boost::asio;
using base::GrpcStatus;
using upstream::Reply;

namespace {

// bytes; what tells two reads apart is compared and kept under a lock that all loops share
constexpr std::size_t kLargestJoined = std::size_t{16} << 10U;

Reply unsent(GrpcStatus status, std::string message) {
    Reply reply;
    reply.was_sent = false;
    reply.status = status;
    reply.message = std::move(message);
    return reply;
}

// Who did not get a place is told why.
Reply unsent(base::Error error) {
    const bool is_going_down = error.code == base::ErrorCode::shutting_down;
    Reply reply = unsent(is_going_down ? GrpcStatus::cancelled : error.grpc, std::move(error.message));
    reply.is_going_down = is_going_down;
    return reply;
}

// The calls before a break as one text for the log.
std::string tell(const CallHistory::Break& broken) {
    std::string text;
    for (const auto& call : broken.calls) {
        if (!text.empty()) text += ", ";
        const auto age = std::chrono::duration_cast<std::chrono::milliseconds>(broken.at - call.begun).count();
        text += call.method + (call.id.empty() ? "" : " id=" + call.id) + " " + std::to_string(age) + " ms before" +
                (call.was_in_flight ? " (unanswered)" : "");
    }
    return text;
}

// One more for as long as it lives.
class GateCount {
  public:
    explicit GateCount(std::atomic<std::size_t>& count) : count_(count) { ++count_; }
    ~GateCount() { --count_; }
    GateCount(const GateCount&) = delete;
    GateCount& operator=(const GateCount&) = delete;

  private:
    std::atomic<std::size_t>& count_;
};

// Of a deadline; 0: there is none.
std::chrono::milliseconds left_of(std::chrono::milliseconds timeout, CallHistory::Clock::duration gone) {
    if (timeout.count() <= 0) return timeout;
    return std::max(timeout - std::chrono::duration_cast<std::chrono::milliseconds>(gone), std::chrono::milliseconds(1));
}

Turn turn_of(const CallTerms& terms) {
    return {terms.traits.lane, terms.client, terms.traits.is_read};
}

// Whether the metadata could make one answer differ from another's.
bool is_personal(const upstream::Metadata& metadata) {
    return std::ranges::any_of(metadata, [](const auto& entry) { return !is_tracing(entry.first); });
}

asio::awaitable<Reply> call_as_edit(JoinedReads& reads, Invoker& invoker, std::string path, std::string request,
                                    CallTerms terms) {
    const JoinedReads::Edit edit(reads);
    Reply reply = co_await invoker.call_alone(std::move(path), std::move(request), std::move(terms));
    co_return reply;
}

}  // namespace

Invoker::Invoker(upstream::Upstream& upstream, InvokerOptions options)
    : upstream_(upstream),
      stats_(std::move(options.methods)),
      queue_(options.concurrency, upstream.title()),
      kept_(upstream.liveness(), history_),
      runs_one_at_a_time_(options.runs_one_at_a_time) {
    upstream_.liveness().on_change([this](const std::shared_ptr<const upstream::UpstreamState>& state) { follow(*state); });
    upstream_.liveness().set_oldest_call([this] { return history_.oldest_long(); });
}

void Invoker::follow(const upstream::UpstreamState& state) {
    const auto now = CallHistory::Clock::now();
    if (std::exchange(was_connected_, state.is_connected) == state.is_connected) return;
    if (state.is_connected) return history_.connection_made(now);
    history_.connection_lost(now);
    kept_.release_all();
    const auto broken = history_.last_break(now);
    if (!broken || broken->calls.empty()) return;
    telemetry::log(telemetry::Level::warn, "The last calls before " + upstream_.title() + " was lost",
                   {{"calls", tell(*broken)}});
}

asio::awaitable<Reply> Invoker::call(std::string path, std::string request, CallTerms terms) {
    if (!queue_.has_limit()) return call_alone(std::move(path), std::move(request), std::move(terms));
    if (terms.traits.is_read && (request.size() > kLargestJoined || is_personal(terms.metadata)))
        return call_alone(std::move(path), std::move(request), std::move(terms));
    if (terms.traits.is_read) return reads_.ask(*this, std::move(path), std::move(request), std::move(terms));
    return call_as_edit(reads_, *this, std::move(path), std::move(request), std::move(terms));
}

// Who does not get a place is counted.
asio::awaitable<base::Result<base::Done>> Invoker::enter(CallQueue& queue, Turn turn, const CallTerms& terms,
                                                         CallHistory::Clock::time_point begin, CallQueue::Place& place) {
    auto entered = co_await queue.enter(turn, left_of(terms.timeout, CallHistory::Clock::now() - begin), terms.slot);
    if (!entered) {
        stats_.count_unsent(entered.error().grpc);
        co_return std::move(entered).error();
    }
    place = *std::move(entered);
    co_return base::Done{};
}

bool Invoker::try_places(const CallTerms& terms, Places& places) {
    if (terms.traits.gate != nullptr) return false;
    auto free = queue_.try_enter(turn_of(terms));
    if (free) places.in_queue = *std::move(free);
    return free.has_value();
}

asio::awaitable<base::Result<base::Done>> Invoker::wait_for_places(const CallTerms& terms, CallHistory::Clock::time_point begin,
                                                                   Places& places) {
    base::Result<base::Done> entered = base::Done{};
    if (terms.traits.gate != nullptr) {
        const GateCount count(waiting_at_gates_);
        entered = co_await enter(*terms.traits.gate, Turn(), terms, begin, places.at_gate);
    }
    if (entered) entered = co_await enter(queue_, turn_of(terms), terms, begin, places.in_queue);
    co_return entered;
}

asio::awaitable<Reply> Invoker::call_alone(std::string path, std::string request, CallTerms terms) {
    const auto& liveness = upstream_.liveness();
    if (!liveness.is_connected() && liveness.has_verdict()) {
        const auto state = liveness.state();  // what the flag says may be out of date
        if (!state->is_connected) {
            stats_.count_unsent(GrpcStatus::unavailable);
            co_return unsent(GrpcStatus::unavailable, state->error);
        }
    }
    auto begin = CallHistory::Clock::now();
    Places places;
    if (!try_places(terms, places)) {
        auto entered = co_await wait_for_places(terms, begin, places);
        if (!entered) co_return unsent(std::move(entered).error());
        const auto now = CallHistory::Clock::now();
        terms.timeout = left_of(terms.timeout, now - begin);
        begin = now;  // of the call itself
    }
    // The upstream may have gone and come back while the call waited: here, or before for the answer to an equal one.
    if (terms.plan != nullptr && !terms.plan->is_still_wanted()) {
        stats_.count_unsent(GrpcStatus::aborted);
        co_return unsent(GrpcStatus::aborted, "");
    }
    CallRecord record(history_, stats_, path, terms.id, terms.traits.lane != Lane::ordinary, begin);
    Reply reply = co_await ask_upstream(path, request, terms);
    record.set_status(reply.status);
    if (!runs_one_at_a_time_) co_return reply;
    if (is_given_up(reply.status) && liveness.is_connected()) {
        kept_.keep(std::move(places.in_queue), record.number());
    } else if (is_answer(reply.status)) {
        kept_.answered(record.number());
    }
    co_return reply;
}

asio::awaitable<Reply> Invoker::ask_upstream(const std::string& path, std::string& request, CallTerms& terms) {
    upstream::UnaryCall unary;
    unary.path = path;
    unary.request = std::move(request);
    unary.metadata = std::move(terms.metadata);
    unary.slot = terms.slot;
    unary.timeout = terms.timeout;
    return (terms.is_bulk ? upstream_.bulk() : upstream_.calls()).unary(std::move(unary));
}

asio::awaitable<std::unique_ptr<upstream::ServerStream>> Invoker::open_server_stream(std::string path, std::string request) {
    upstream_.bulk().reset_backoff();
    return upstream_.bulk().open_stream(std::move(path), std::move(request));
}

asio::awaitable<std::unique_ptr<upstream::ClientStream>> Invoker::open_client_stream(std::string path,
                                                                                     std::chrono::milliseconds limit) {
    return upstream_.calls().open_client_stream(std::move(path), limit);
}

CallQueue::Load Invoker::load() const {
    auto load = queue_.load();
    load.waiting += waiting_at_gates_.load();
    return load;
}

void Invoker::close() {
    reads_.close();
    kept_.close();
    queue_.close();
}

}  // namespace octane::rpc
