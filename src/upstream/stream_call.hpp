// Room: upstream, private. What every streaming call is made of.
//
// All of it but LiveCall::end_soon() is used on the one loop that opened the call.
#pragma once

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>
#include <utility>
#include <vector>

#include "upstream/channel_impl.hpp"
#include "upstream/completion.hpp"
#include "upstream/poller.hpp"

namespace octane::upstream {

// An operation of a stream that somebody awaits.
class AwaitedOperation {
  public:
    virtual ~AwaitedOperation() = default;
    // Once; on the loop.
    virtual void end(bool is_ok) = 0;
};

class StreamCall : public LiveCall, public std::enable_shared_from_this<StreamCall> {
  public:
    using Clock = std::chrono::steady_clock;

    StreamCall(std::shared_ptr<Channel::Impl> owner, boost::asio::any_io_executor loop);
    // Once, and not in the constructor: from here on others may end the call, for which it must have its shared owner. `timeout`
    // and `metadata` go to the server with the call. timeout 0: none.
    void prepare(const std::string& path, std::chrono::milliseconds timeout = std::chrono::milliseconds(0),
                 const Metadata& metadata = {});
    virtual ~StreamCall() { channel->poller->remove(*this); }

    // What is awaited now or later ends soon, and so does the call.
    void end_now(const Ending& why);

    // Operations from now on end the call where it is still there then. time_point::max(): none.
    void set_deadline(Clock::time_point time) { deadline_ = time; }

    // Whether another operation may begin: not while gRPC has one that was given up.
    [[nodiscard]] bool may_begin() const { return call != nullptr && !is_lost_; }
    void began(std::shared_ptr<AwaitedOperation> operation);
    void ended(const AwaitedOperation& operation);

    // How the call ended, for who has awaited its Finish, or could not.
    [[nodiscard]] Reply read_end(bool is_finished) const;

    const std::shared_ptr<Channel::Impl> channel;
    std::unique_ptr<grpc::GenericClientAsyncReaderWriter> call;  // null if the channel was shut down before
    grpc::Status status;

  private:
    void hand_over_end(const Ending& why);
    void arm();
    void on_time();

    boost::asio::any_io_executor loop_;
    boost::asio::steady_timer timer_;
    Clock::time_point deadline_ = Clock::time_point::max();
    std::vector<std::shared_ptr<AwaitedOperation>> awaited_;  // at most one in each direction
    unsigned arms_ = 0;                                       // tells a timer's end from that of an earlier one
    bool is_lost_ = false;
};

// One operation: who awaits it is told of its end or of its having been given up, whichever comes first. gRPC has the rest.
template <typename Handler>
class StreamOperation final : public Tag, public AwaitedOperation, public std::enable_shared_from_this<StreamOperation<Handler>> {
  public:
    StreamOperation(std::shared_ptr<StreamCall> call, Handler handler) : call_(std::move(call)), handler_(std::move(handler)) {}

    template <typename Start>
    void start(Start& start_it) {
        self_ = this->shared_from_this();
        loop_ = boost::asio::get_associated_executor(*handler_);
        call_->began(self_);
        Poller& poller = *call_->channel->poller;
        const std::shared_lock lock(poller.gate);
        if (!poller.is_open) {
            complete(false);
            return;
        }
        tell_start(this);
        start_it(static_cast<Tag*>(this));
    }

    void complete(bool is_ok) override {
        auto loop = loop_;
        auto self = std::move(self_);
        boost::asio::post(loop, [self = std::move(self), is_ok] { self->end(is_ok); });
    }

    void end(bool is_ok) override {
        if (!handler_) return;
        call_->ended(*this);
        auto handler = std::move(*handler_);
        handler_.reset();
        std::move(handler)(is_ok);
    }

  private:
    std::shared_ptr<StreamCall> call_;
    std::optional<Handler> handler_;  // the loop's; empty once it has been told
    boost::asio::any_io_executor loop_;
    std::shared_ptr<StreamOperation> self_;  // while gRPC has it
};

// Runs one operation of a StreamCall, one at a time in each direction; false if it failed or was given up, or the channel is shut
// down.
template <typename Call, typename Start>
boost::asio::awaitable<bool> run_operation(std::shared_ptr<Call> self, Start start) {
    if (!self->may_begin()) co_return false;
    auto begin = [call = self.get(), start](Tag* tag) { start(*call, tag); };
    auto initiate = [](auto handler, const std::shared_ptr<Call>* of, decltype(begin)* start_it) {
        std::make_shared<StreamOperation<decltype(handler)>>(*of, std::move(handler))->start(*start_it);
    };
    const std::shared_ptr<Call>* of = &self;
    decltype(begin)* start_it = &begin;
    const bool is_ok = co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void(bool)>(
        initiate, boost::asio::use_awaitable, of, start_it);
    co_return is_ok;
}

}  // namespace octane::upstream
