// Room: upstream. Octane as the rest of the proxy sees it: where it is, whether it is there, and how to call it.
//
// Two channels, two connections: pixels travel on their own, so that a 4K frame coming in never stands before a small answer.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <chrono>
#include <string>

#include "base/result.hpp"
#include "upstream/call_queue.hpp"
#include "upstream/channel.hpp"
#include "upstream/connection.hpp"

namespace octane::upstream {

struct OctaneOptions {
    ChannelOptions channel;
    ConnectionOptions connection;
    unsigned concurrency = 4;  // calls in flight at once; 0: no limit
};

struct CallOptions {
    Lane lane = Lane::ordinary;
    std::chrono::milliseconds timeout{0};  // covers waiting and calling; 0: none
    boost::asio::cancellation_slot slot;   // emitted on the awaiting loop
};

class Octane {
  public:
    // `executor` is where the connection is watched: one thread or a strand.
    Octane(const OctaneOptions& options, boost::asio::any_io_executor executor);
    Octane(const Octane&) = delete;
    Octane& operator=(const Octane&) = delete;

    // Waits for its turn, calls, and gives the place back. Every outcome is a Reply; without a connection it is UNAVAILABLE at
    // once.
    boost::asio::awaitable<Reply> call(std::string path, std::string request, CallOptions options);
    // The same on the connection that carries pixels.
    boost::asio::awaitable<Reply> call_for_frame(std::string path, std::string request, CallOptions options);

    [[nodiscard]] Connection& connection() { return connection_; }
    [[nodiscard]] const Connection& connection() const { return connection_; }
    [[nodiscard]] Channel& frame_channel() { return frames_; }
    [[nodiscard]] const CallQueue& queue() const { return queue_; }
    [[nodiscard]] const std::string& address() const { return address_; }  // "127.0.0.1:51022"
    [[nodiscard]] std::size_t max_message() const { return max_message_; }

    // "Octane cannot be reached at …: …; what to do". `cause` is gRPC's text.
    [[nodiscard]] std::string unreachable_message(const std::string& cause) const;

    // Ends every call under way and joins the channels' threads; the loops that await them must still exist.
    void shutdown();

  private:
    boost::asio::awaitable<Reply> call_on(Channel& channel, std::string path, std::string request, CallOptions options);

    std::string address_;
    std::size_t max_message_;
    Channel calls_;
    Channel frames_;
    CallQueue queue_;
    Connection connection_;
};

}  // namespace octane::upstream
