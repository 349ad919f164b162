// Room: upstream, private. What every streaming call is made of.
#pragma once

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <utility>

#include "upstream/channel_impl.hpp"
#include "upstream/completion.hpp"
#include "upstream/poller.hpp"

namespace octane::upstream {

struct StreamCall {
    StreamCall(std::shared_ptr<Channel::Impl> owner, const std::string& path) : channel(std::move(owner)) {
        Poller& poller = *channel->poller;
        const std::shared_lock lock(poller.gate);
        if (!poller.is_open) return;
        poller.add(live);
        call = channel->stub->PrepareCall(&live.context, path, &poller.queue);
    }
    ~StreamCall() { channel->poller->remove(live); }
    StreamCall(const StreamCall&) = delete;
    StreamCall& operator=(const StreamCall&) = delete;

    const std::shared_ptr<Channel::Impl> channel;
    LiveCall live;
    std::unique_ptr<grpc::GenericClientAsyncReaderWriter> call;  // null if the channel was shut down before
    grpc::Status status;
};

// Runs one operation of a StreamCall; false if it failed or the channel is shut down. `self` keeps the call alive meanwhile.
template <typename Call, typename Start>
boost::asio::awaitable<bool> run_operation(std::shared_ptr<Call> self, Start start) {
    auto begin = [self, start](Tag* tag) {
        Poller& poller = *self->channel->poller;
        const std::shared_lock lock(poller.gate);
        if (!poller.is_open || !self->call) {
            tag->complete(false);
            return;
        }
        start(*self, tag);
    };
    const bool is_ok = co_await await_tag(begin);
    co_return is_ok;
}

}  // namespace octane::upstream
