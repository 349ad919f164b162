// Room: livelink. Octane as the rest of the proxy sees it: where it is, whether it is there, and how to call it.
//
// Two channels, two connections: pixels travel on their own, so that a 4K frame coming in never stands before a small answer.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "livelink/connection.hpp"
#include "rpc/call_history.hpp"
#include "rpc/call_queue.hpp"
#include "rpc/call_record.hpp"
#include "telemetry/call_stats.hpp"
#include "upstream/channel.hpp"

namespace octane::livelink {

struct OctaneOptions {
    upstream::ChannelOptions channel;
    ConnectionOptions connection;
    unsigned concurrency = 4;  // calls in flight at once; 0: no limit
};

// The views must stay valid until the call has ended.
struct CallOptions {
    rpc::Lane lane = rpc::Lane::ordinary;
    std::chrono::milliseconds timeout{0};  // covers waiting and calling; 0: none
    boost::asio::cancellation_slot slot;   // emitted on the awaiting loop
    std::string_view client;               // whose calls keep their order; empty: no order
    std::string_view id;                   // the call's, as the log has it
    bool is_read = false;                  // changes nothing: may run beside its client's other reads
    std::uint64_t epoch = 0;  // not 0: what the request means is void in another epoch, and it is not sent then (ABORTED)
};

class Octane {
  public:
    // `executor` is where the connection is watched: one thread or a strand.
    Octane(const OctaneOptions& options, boost::asio::any_io_executor executor);
    Octane(const Octane&) = delete;
    Octane& operator=(const Octane&) = delete;

    // Waits for its turn, calls, and gives the place back. Every outcome is a upstream::Reply; without a connection it is
    // UNAVAILABLE at once.
    boost::asio::awaitable<upstream::Reply> call(std::string path, std::string request, CallOptions options);
    // The same on the connection that carries pixels.
    boost::asio::awaitable<upstream::Reply> call_for_frame(std::string path, std::string request, CallOptions options);

    // For a stream of call_channel(): in the log and the statistics as long as the record lives, which must end before this does.
    // `path` must stay valid until then.
    [[nodiscard]] std::unique_ptr<rpc::CallRecord> record_stream(std::string_view path) {
        return std::make_unique<rpc::CallRecord>(log_, stats_, path, std::string_view(), true);
    }

    [[nodiscard]] OctaneConnection& connection() { return connection_; }
    [[nodiscard]] const OctaneConnection& connection() const { return connection_; }
    [[nodiscard]] upstream::Channel& call_channel() { return calls_; }  // for streams; calls go through call()
    [[nodiscard]] upstream::Channel& frame_channel() { return frames_; }
    [[nodiscard]] const rpc::CallQueue& queue() const { return queue_; }
    [[nodiscard]] const telemetry::CallStats& call_stats() const { return stats_; }  // of the calls that went through call()
    [[nodiscard]] const std::string& address() const { return address_; }            // "127.0.0.1:51022"
    [[nodiscard]] std::size_t max_message() const { return max_message_; }

    // What makes every handle void. Any thread; see OctaneConnection.
    void begin_epoch(std::string_view why) { connection_.begin_epoch(why); }
    void project_loaded(std::string_view why, std::uint64_t before) { connection_.project_loaded(why, before); }
    void project_changed() { connection_.project_changed(); }  // Octane's own word for it

    // The oldest call that Octane is still at, as far as can be known; and what was called before it was lost.
    [[nodiscard]] std::optional<rpc::CallHistory::Busy> busy() const { return log_.busy(rpc::CallHistory::Clock::now()); }
    [[nodiscard]] std::optional<rpc::CallHistory::Break> last_break() const {
        return log_.last_break(rpc::CallHistory::Clock::now());
    }

    // "Octane cannot be reached at …: …; what to do". `cause` is gRPC's text.
    [[nodiscard]] std::string unreachable_message(const std::string& cause) const;

    // Ends every call that waits or is under way, and joins the poller's thread; the loops that await them must still exist.
    void shutdown();

  private:
    boost::asio::awaitable<upstream::Reply> call_on(upstream::Channel& channel, std::string path, std::string request,
                                                    CallOptions options);
    void follow(const ConnectionState& state);

    std::string address_;
    std::size_t max_message_;
    telemetry::CallStats stats_;
    upstream::Channel calls_;
    upstream::Channel frames_;
    rpc::CallQueue queue_;
    rpc::CallHistory log_;
    OctaneConnection connection_;
    bool was_connected_ = false;  // on the connection's executor
};

}  // namespace octane::livelink
