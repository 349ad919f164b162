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
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "base/error.hpp"

namespace octane::upstream {

// How the connection is encrypted. Files are read when the channel is made.
struct ChannelTls {
    std::string roots;        // PEM; empty: the system's
    std::string certificate;  // PEM of the client's chain; empty: none
    std::string key;          // PEM
    std::string server_name;  // what the server's certificate must be for; empty: the host
};

// Names in lower case; values of names that end in "-bin" are bytes.
using Metadata = std::vector<std::pair<std::string, std::string>>;

struct ChannelOptions {
    // A gRPC server as it comes out of the box allows one ping in 5 min without data, and ends the connection at the third too
    // many.
    static constexpr std::chrono::minutes kSafeKeepAlive{6};

    std::string host = "127.0.0.1";
    std::uint16_t port = 51022;
    std::size_t max_message = 256UL << 20U;            // bytes, both ways
    std::string max_message_option = "--max-message";  // what sets it, for the words of errors
    // How long nothing may come while a call or a stream is open, before a ping asks whether the far end is there. Nothing:
    // kSafeKeepAlive, and to this machine none; 0: none.
    std::optional<std::chrono::milliseconds> keepalive;
    // What the ping's answer may take. On Linux also how long what was sent may stay without the far kernel's acknowledgement.
    std::chrono::milliseconds keepalive_timeout{20000};
    std::optional<ChannelTls> tls;  // nothing: plain text
    Metadata metadata;              // sent with every call
};

// "127.0.0.1:51022"; an IPv6 address in brackets.
std::string address_of(const ChannelOptions& options);

// What gRPC answered. `message` is the server's text (or gRPC's own), word for word; `body` is empty unless status is ok.
struct Reply {
    base::GrpcStatus status = base::GrpcStatus::ok;
    std::string message;
    std::string details;  // a serialized google.rpc.Status (grpc-status-details-bin); may be empty
    Metadata headers;     // what came before the answer, besides gRPC's own
    Metadata trailers;    // what came after it, besides gRPC's own
    base::ByteChain body;
    bool is_from_server = false;  // whose status it is; otherwise gRPC's own, or the proxy's
    bool was_sent = true;         // false: the call never left the proxy, so the server knows nothing of it
    bool is_going_down = false;   // ended because the proxy ends; the status is CANCELLED
};

// Whether gRPC's words say that the server has closed the connection because it was pinged too often.
bool is_about_pings(std::string_view words);

struct UnaryCall {
    std::string path;  // "/package.Service/method"
    std::string request;
    Metadata metadata;
    std::chrono::milliseconds timeout{0};  // 0: none
    boost::asio::cancellation_slot slot;   // emitted on the awaiting loop: cancels the call
    bool is_over_spare = false;            // see Channel::adopt_spare()
};

// A call with any number of messages in each direction.
struct StreamTerms {
    std::string path;
    Metadata metadata;
    std::chrono::milliseconds timeout{0};  // of the whole call; 0: none
};

// gRPC's channel states, without its header.
enum class ChannelState : std::uint8_t { idle, connecting, ready, failing, shut_down };

class ClientStream;
class MessageStream;
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

    // Opens a server-streaming call, within 10 s; the stream reports failure at the first read.
    boost::asio::awaitable<std::unique_ptr<ServerStream>> open_stream(std::string path, std::string request);
    // Opens a client-streaming call; the stream reports failure at the first write. See client_stream.hpp. `limit`: what opening
    // it and each of its operations may take; 0: no limit.
    boost::asio::awaitable<std::unique_ptr<ClientStream>> open_client_stream(std::string path, std::chrono::milliseconds limit);

    // Opens a call of any kind; the stream reports failure at the first read. See message_stream.hpp.
    boost::asio::awaitable<std::unique_ptr<MessageStream>> open_message_stream(StreamTerms terms);

    [[nodiscard]] const ChannelOptions& options() const;

    // Asks for a connection if there is none.
    [[nodiscard]] ChannelState state(bool should_connect);
    // Returns when the state is no longer `last`, or after `limit`.
    boost::asio::awaitable<void> wait_for_change(ChannelState last, std::chrono::milliseconds limit);

    // From now on losses() grows each time the channel has ceased to be ready, also where it is ready again before anybody looks.
    // Once.
    void count_losses();
    [[nodiscard]] std::uint64_t losses() const;  // any thread

    // When the server last sent an answer or a message over this connection; long ago if it never has. Any thread.
    [[nodiscard]] std::chrono::steady_clock::time_point last_heard() const;
    // How many calls have ended because the server closed the connection for too many pings. Any thread.
    [[nodiscard]] std::uint64_t ping_refusals() const;

    // A call `is_over_spare` opens a second connection to the same server if there is none, and goes over that. adopt_spare()
    // puts it in the place of the first, which counts as lost, and whose calls end UNAVAILABLE. Both on one thread or strand.
    void adopt_spare();
    void drop_spare();

    // Where connecting has been backing off, the next attempt is made at once.
    void reset_backoff();

    // The calls under way on this and on its siblings end CANCELLED, each at most kGrace later, and so do new ones. Waits for
    // nothing. Their loops must still exist.
    void close();
    // The same, and joins the poller's thread. Not from a coroutine that awaits this channel. False if gRPC has not let go of all
    // calls some time after close(), as of those to a peer that takes nothing: their memory and the thread then stay for the rest
    // of the process.
    bool shutdown();
    // gRPC may take for ever to end what a peer does not take; so nobody waits for it longer than this after a call's own end.
    static constexpr std::chrono::milliseconds kGrace{100};

    // Public for the implementation of the streams only.
    struct Impl;

  private:
    std::shared_ptr<Impl> impl_;
};

// One server-streaming call. Used from the loop or strand that opened it; at most one read() at a time. cancel() may come from
// anywhere while read() waits, which ends at most Channel::kGrace later.
class ServerStream {
  public:
    struct Impl;
    explicit ServerStream(std::shared_ptr<Impl> impl);
    ~ServerStream();  // cancels; what gRPC still has keeps itself alive
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
