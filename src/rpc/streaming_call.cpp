#include "rpc/streaming_call.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

namespace octane::rpc {
namespace asio = boost::asio;
using base::GrpcStatus;

StreamingCall::StreamingCall(std::shared_ptr<CallPlan> plan, CallQueue::Place place, std::unique_ptr<CallRecord> record,
                             std::unique_ptr<upstream::MessageStream> stream, asio::any_io_executor loop)
    : plan_(std::move(plan)),
      place_(std::move(place)),
      record_(std::move(record)),
      stream_(std::move(stream)),
      sent_(std::move(loop), asio::steady_timer::time_point::max()) {}

asio::awaitable<base::Result<bool>> StreamingCall::send(std::string message) {
    auto prepared = plan_->prepare(std::move(message));
    if (!prepared) co_return std::move(prepared).error();
    is_sending_ = true;
    const bool is_sent = co_await stream_->write(*std::move(prepared));
    is_sending_ = false;
    sent_.cancel();
    co_return is_sent;
}

asio::awaitable<void> StreamingCall::end_sending() {
    is_sending_ = true;
    const bool is_ended = co_await stream_->end_writes();
    static_cast<void>(is_ended);  // fails where the call has ended, and receive() tells how
    is_sending_ = false;
    sent_.cancel();
}

// A message that still waits to be sent fails now, and gRPC wants it gone before the end is asked for.
asio::awaitable<upstream::Reply> StreamingCall::finish() {
    while (is_sending_) {
        const auto [woken] = co_await sent_.async_wait(asio::as_tuple(asio::use_awaitable));
        static_cast<void>(woken);
    }
    upstream::Reply reply = co_await stream_->finish();
    if (is_going_down_ && reply.status == GrpcStatus::cancelled) reply.is_going_down = true;
    record_->set_status(reply.status);
    metadata_ = {reply.headers, reply.trailers};
    co_return reply;
}

asio::awaitable<base::Result<std::optional<base::ByteChain>>> StreamingCall::receive() {
    auto message = co_await stream_->read();
    if (!message) {
        upstream::Reply end = co_await finish();
        if (end.status == GrpcStatus::ok) co_return std::optional<base::ByteChain>();
        auto failure = plan_->conclude(std::move(end));
        co_return std::move(failure).error();
    }
    upstream::Reply reply;
    reply.body = *std::move(message);
    auto answer = plan_->conclude(std::move(reply));
    if (!answer) {
        cancel();
        co_return std::move(answer).error();
    }
    co_return std::optional<base::ByteChain>(*std::move(answer));
}

void StreamingCall::go_down() {
    is_going_down_ = true;
    cancel();
}

}  // namespace octane::rpc
