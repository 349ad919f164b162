#include "upstream/stream_call.hpp"

namespace octane::upstream {
namespace asio = boost::asio;

StreamCall::StreamCall(std::shared_ptr<Channel::Impl> owner, asio::any_io_executor loop)
    : LiveCall([](LiveCall& call, const Ending& why) { static_cast<StreamCall&>(call).hand_over_end(why); }),
      channel(std::move(owner)),
      loop_(std::move(loop)),
      timer_(loop_) {}

void StreamCall::prepare(const std::string& path, std::chrono::milliseconds timeout, const Metadata& metadata) {
    Poller& poller = *channel->poller;
    const std::shared_lock lock(poller.gate);
    if (!poller.is_open) {
        end_for(kGoingDown);
        return;
    }
    connection = channel->connection.get();
    poller.add(*this);
    add_metadata(context, channel->options.metadata);
    add_metadata(context, metadata);
    if (timeout.count() > 0) {  // gRPC takes it when the call is made; who waits for its word waits no longer than kGrace
        context.set_deadline(std::chrono::system_clock::now() + timeout);
        set_deadline(Clock::now() + timeout);
    }
    call = channel->connection->stub.PrepareCall(&context, path, &poller.queue);
}

void StreamCall::end_now(const Ending& why) {
    end_for(why);
    context.TryCancel();
    if (!awaited_.empty()) arm();
}

void StreamCall::hand_over_end(const Ending& why) {
    auto self = weak_from_this().lock();
    if (!self) return;
    end_for(why);
    asio::post(loop_, [self = std::move(self), why] { self->end_now(why); });
}

void StreamCall::began(std::shared_ptr<AwaitedOperation> operation) {
    awaited_.push_back(std::move(operation));
    arm();
}

void StreamCall::ended(const AwaitedOperation& operation) {
    std::erase_if(awaited_, [&operation](const auto& awaited) { return awaited.get() == &operation; });
    if (!awaited_.empty()) return;
    ++arms_;
    timer_.cancel();
}

void StreamCall::arm() {
    const auto at = ending() != nullptr ? Clock::now() + Channel::kGrace : deadline_;
    if (at == Clock::time_point::max()) return;
    timer_.expires_at(at);
    timer_.async_wait([weak = weak_from_this(), arm = ++arms_](const boost::system::error_code& cancelled) {
        const auto self = weak.lock();
        if (!cancelled && self && self->arms_ == arm) self->on_time();
    });
}

// The first time ends the call, the second no longer waits for gRPC's saying so.
void StreamCall::on_time() {
    if (ending() == nullptr) return end_now(kOverdue);
    is_lost_ = true;
    const auto all = awaited_;
    for (const auto& awaited : all) awaited->end(false);
}

Reply StreamCall::read_end(bool is_finished) const {
    const Ending* const why = ending();
    const bool is_cut = why != nullptr && (!is_finished || status.error_code() == grpc::StatusCode::CANCELLED);
    Reply reply;
    if (is_cut && !(is_finished && why->message[0] == '\0')) {
        reply = reply_of(*why);
    } else if (is_finished) {
        reply = read_reply(*this, status);
    } else {
        reply = reply_of(kGoingDown);
    }
    return reply;
}

}  // namespace octane::upstream
