// Room: upstream, private. What Channel and its streams share.
#pragma once

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>

#include "upstream/channel.hpp"
#include "upstream/poller.hpp"

namespace octane::upstream {

// How a channel behaves. Its pauses between attempts to connect, gRPC's 20 % jitter and the release probe included, stay below
// the 2 s of docs/api.md §1.
grpc::ChannelArguments make_arguments(const ChannelOptions& options);

// What gRPC says of a call that has ended, but for its body.
Reply read_reply(const LiveCall& call, const grpc::Status& status);

void add_metadata(grpc::ClientContext& context, const Metadata& metadata);

// One connection: a channel of gRPC's, which makes it anew where it breaks.
struct GrpcConnection {
    explicit GrpcConnection(const ChannelOptions& options);
    const std::shared_ptr<grpc::Channel> channel;
    grpc::GenericStub stub;
};

struct Channel::Impl {
    Impl(const ChannelOptions& given, std::shared_ptr<Poller> shared);
    // The server has said something over the connection that counts.
    void note_heard() { heard.store(std::chrono::steady_clock::now().time_since_epoch().count(), std::memory_order_relaxed); }
    // What the end of a call says of the connection that it went over.
    void note_end(const LiveCall& call, const grpc::Status& status);

    const ChannelOptions options;
    const std::shared_ptr<Poller> poller;
    std::shared_ptr<GrpcConnection> connection;  // to be read under the poller's gate; changed while that is held alone
    std::shared_ptr<GrpcConnection> spare;       // the same; null: none
    std::atomic<const void*> counting;           // `connection`, for those who compare only
    std::atomic<std::uint64_t> losses{0};
    std::atomic<std::uint64_t> ping_refusals{0};
    std::atomic<std::chrono::steady_clock::rep> heard{0};
};

}  // namespace octane::upstream
