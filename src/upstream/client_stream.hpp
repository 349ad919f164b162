// Room: upstream. A client-streaming call: many messages to the server, one answer at the end.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <string>

#include "upstream/channel.hpp"

namespace octane::upstream {

// Used on the one loop that opened it, one operation at a time. cancel() may come while one waits, which then ends. An operation
// that takes longer than the limit given at its opening ends the call, and finish() says DEADLINE_EXCEEDED.
class ClientStream {
  public:
    struct Impl;
    explicit ClientStream(std::shared_ptr<Impl> impl);
    ~ClientStream();  // cancels; what is pending keeps itself alive until gRPC lets go
    ClientStream(const ClientStream&) = delete;
    ClientStream& operator=(const ClientStream&) = delete;

    // True once the message is on its way, which does not say that the server has taken it. False: the call has ended, and
    // finish() tells how.
    boost::asio::awaitable<bool> write(std::string message);
    // No more messages: waits until the server has taken all of them and answered. Must be called at most once, as the last.
    boost::asio::awaitable<Reply> finish();
    void cancel();

  private:
    std::shared_ptr<Impl> impl_;
};

}  // namespace octane::upstream
