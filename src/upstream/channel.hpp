// Room: upstream. One gRPC channel, and the completion queue whose thread takes its answers.
//
// The thread only hands results over: every awaitable resumes on the loop of the coroutine that awaits it. Not gRPC 1.51's
// callback API, whose pollers sleep up to 100 ms after a second of quiet (docs/architecture.md §3).
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "base/error.hpp"

namespace octane::upstream {

struct ChannelOptions {
    std::string host = "127.0.0.1";
    std::uint16_t port = 51022;
    std::size_t max_message = 256UL << 20U;  // bytes, both ways
};

// "127.0.0.1:51022"; an IPv6 address in brackets.
std::string address_of(const ChannelOptions& options);

// Names in lower case; values of names that end in "-bin" are bytes.
using Metadata = std::vector<std::pair<std::string, std::string>>;

// What gRPC answered. `message` is the server's text (or gRPC's own), word for word; `body` is empty unless status is ok.
struct Reply {
    base::GrpcStatus status = base::GrpcStatus::ok;
    std::string message;
    std::string details;  // a serialized google.rpc.Status (grpc-status-details-bin); may be empty
    Metadata trailers;    // besides gRPC's own
    base::ByteChain body;
    bool was_sent = true;  // false: the call never left the proxy, so the server knows nothing of it
};

struct UnaryCall {
    std::string path;  // "/package.Service/method"
    std::string request;
    Metadata metadata;
    std::chrono::milliseconds timeout{0};  // 0: none
    boost::asio::cancellation_slot slot;   // emitted on the awaiting loop: cancels the call
};

// gRPC's channel states, without its header.
enum class ChannelState : std::uint8_t { idle, connecting, ready, failing, shut_down };

class ClientStream;
class ServerStream;

class Channel {
  public:
    explicit Channel(const ChannelOptions& options);
    // A connection of its own, but the poller of `sibling`: shutting one down shuts down both.
    Channel(const ChannelOptions& options, const Channel& sibling);
    ~Channel();  // shutdown()
    Channel(const Channel&) = delete;
    Channel& operator=(const Channel&) = delete;

    // Never throws for what the server does: every outcome is a Reply. Cancelled: GrpcStatus::cancelled.
    boost::asio::awaitable<Reply> unary(UnaryCall call);

    // Opens a server-streaming call; the stream reports failure at the first read.
    boost::asio::awaitable<std::unique_ptr<ServerStream>> open_stream(std::string path, std::string request);
    // Opens a client-streaming call; the stream reports failure at the first write. See client_stream.hpp. `limit`: what opening
    // it and each of its operations may take; 0: no limit.
    boost::asio::awaitable<std::unique_ptr<ClientStream>> open_client_stream(std::string path, std::chrono::milliseconds limit);

    // Asks for a connection if there is none.
    [[nodiscard]] ChannelState state(bool should_connect);
    // Returns when the state is no longer `last`, or after `limit`.
    boost::asio::awaitable<void> wait_for_change(ChannelState last, std::chrono::milliseconds limit);

    // From now on losses() grows each time the channel has ceased to be ready, also where it is ready again before anybody looks.
    // Once.
    void count_losses();
    [[nodiscard]] std::uint64_t losses() const;  // any thread

    // Where connecting has been backing off, the next attempt is made at once.
    void reset_backoff();

    // Cancels the calls under way, answers new ones CANCELLED, and joins the poller's thread. Not from a coroutine that awaits
    // this channel; the loops of all that do must still exist. False if gRPC did not let go of all calls within a second, as of
    // those to a peer that takes nothing: their memory and the thread then stay for the rest of the process.
    bool shutdown();

    // Public for the implementation of the streams only.
    struct Impl;

  private:
    std::shared_ptr<Impl> impl_;
};

// One server-streaming call. Used from one strand; at most one read() at a time. cancel() may come while read() waits.
class ServerStream {
  public:
    struct Impl;
    explicit ServerStream(std::shared_ptr<Impl> impl);
    ~ServerStream();  // cancels; what is pending keeps itself alive until gRPC lets go
    ServerStream(const ServerStream&) = delete;
    ServerStream& operator=(const ServerStream&) = delete;

    // The next message; nothing once the stream has ended, and finish() then tells how.
    boost::asio::awaitable<std::optional<base::ByteChain>> read();
    // Must be called once, after read() gave nothing.
    boost::asio::awaitable<Reply> finish();
    void cancel();

  private:
    std::shared_ptr<Impl> impl_;
};

}  // namespace octane::upstream
