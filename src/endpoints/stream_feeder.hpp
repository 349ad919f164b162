// Room: endpoints. The requests of a streaming call, read from a body while it comes: JSON lines, or the bytes of one field.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <optional>

#include "endpoints/call_query.hpp"
#include "http/exchange.hpp"
#include "rpc/codec.hpp"
#include "rpc/streaming_call.hpp"

namespace octane::endpoints {

// On the exchange's loop. start() once; finish() must have been awaited before this is destroyed and before the exchange's
// handler ends. What the upstream does not take stays with the client.
class StreamFeeder {
  public:
    // `longest`: bytes of one message. `field`: each piece of the body is that field of one message, of which the first has the
    // rest, too, and is sent even if the body is empty; nothing: the body is JSON lines.
    StreamFeeder(http::Exchange& exchange, std::shared_ptr<rpc::StreamingCall> call, const rpc::JsonCodecOptions& options,
                 std::size_t longest, std::optional<BodyField> field);
    StreamFeeder(const StreamFeeder&) = delete;
    StreamFeeder& operator=(const StreamFeeder&) = delete;

    // `on_end` is called when no more of the body is going to be read.
    void start(std::function<void()> on_end);
    // Ends the reading, wherever it is, and waits for that.
    boost::asio::awaitable<void> finish();

    [[nodiscard]] bool has_ended() const { return !is_running_; }
    // What was wrong with the body, or that the client has gone; the call was cancelled for it.
    [[nodiscard]] const std::optional<base::Error>& fault() const { return fault_; }

  private:
    boost::asio::awaitable<void> run();
    boost::asio::awaitable<std::optional<base::Error>> feed_lines();
    boost::asio::awaitable<std::optional<base::Error>> feed_pieces(BodyField& field);

    http::Exchange& exchange_;
    std::shared_ptr<rpc::StreamingCall> call_;
    const rpc::JsonCodecOptions options_;
    const std::size_t longest_;
    std::optional<BodyField> field_;
    boost::asio::steady_timer ended_;
    std::optional<base::Error> fault_;
    bool is_running_ = false;
};

}  // namespace octane::endpoints
