// Room: upstream, private. What Channel and its streams share.
#pragma once

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <atomic>
#include <cstdint>
#include <memory>

#include "upstream/channel.hpp"
#include "upstream/poller.hpp"

namespace octane::upstream {

// How a channel behaves. Its pauses between attempts to connect, gRPC's 20 % jitter and the release probe included, stay below
// the 2 s of docs/api.md §1.
grpc::ChannelArguments make_arguments(const ChannelOptions& options);

struct Channel::Impl {
    Impl(const ChannelOptions& options, std::shared_ptr<Poller> shared);
    const std::shared_ptr<Poller> poller;
    const std::shared_ptr<grpc::Channel> channel;
    const std::unique_ptr<grpc::GenericStub> stub;
    std::atomic<std::uint64_t> losses{0};
};

}  // namespace octane::upstream
