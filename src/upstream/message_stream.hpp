// Room: upstream. A streaming call of any kind: messages to the server and from it, both at once.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <optional>
#include <string>

#include "base/bytes.hpp"
#include "upstream/channel.hpp"

namespace octane::upstream {

// Used on the one loop that opened it: at most one write() or end_writes() and beside it at most one read() at a time. cancel()
// may come while they wait, which then end at most Channel::kGrace later. Only the deadline that was given at the opening ends a
// call that both sides keep open.
class MessageStream {
  public:
    struct Impl;
    explicit MessageStream(std::shared_ptr<Impl> impl);
    ~MessageStream();  // cancels; what is pending keeps itself alive until gRPC lets go
    MessageStream(const MessageStream&) = delete;
    MessageStream& operator=(const MessageStream&) = delete;

    // True once the message is on its way: waits while the server takes no more. False: the call has ended.
    boost::asio::awaitable<bool> write(std::string message);
    // No more messages.
    boost::asio::awaitable<bool> end_writes();
    // The next message of the server's; nothing once there are no more, and finish() then tells how the call ended. What nobody
    // reads holds up the server: gRPC's flow control.
    boost::asio::awaitable<std::optional<base::ByteChain>> read();
    // Must be called once, after read() gave nothing, when no write waits any more.
    boost::asio::awaitable<Reply> finish();
    void cancel();

  private:
    std::shared_ptr<Impl> impl_;
};

}  // namespace octane::upstream
