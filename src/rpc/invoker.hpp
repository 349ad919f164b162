// Room: rpc. Calls of one upstream as bytes: whose turn it is, which equal reads are asked once, and what the log keeps of them.
//
// Knows no JSON and no renderer. Used from all loops at once.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rpc/call_history.hpp"
#include "rpc/call_policy.hpp"
#include "rpc/call_queue.hpp"
#include "rpc/call_record.hpp"
#include "rpc/joined_reads.hpp"
#include "rpc/kept_places.hpp"
#include "telemetry/call_stats.hpp"
#include "upstream/client_stream.hpp"
#include "upstream/upstream.hpp"

namespace octane::rpc {

// Metadata that tells a request from others and changes no answer: equal reads are joined all the same.
inline constexpr std::array<std::string_view, 3> kTracingMetadata = {"traceparent", "tracestate", "x-request-id"};
[[nodiscard]] inline bool is_tracing(std::string_view name) {
    return std::ranges::find(kTracingMetadata, name) != kTracingMetadata.end();
}

// The views, and the plan, must stay valid until the call has ended.
struct CallTerms {
    CallTraits traits;
    std::chrono::milliseconds timeout{0};  // covers waiting and calling; 0: none
    boost::asio::cancellation_slot slot;   // emitted on the awaiting loop
    std::string_view client;               // whose calls keep their order; empty: no order
    std::string_view id;                   // the call's, as the log has it
    const CallPlan* plan = nullptr;        // whose is_still_wanted() counts; null: always
    upstream::Metadata metadata;           // sent with the call
    bool is_bulk = false;                  // goes over the connection for large messages
};

struct InvokerOptions {
    unsigned concurrency = 4;  // calls in flight at once; 0: no limit, then nothing waits, is kept in order or joined
    // The upstream runs one call after the other, so a call that was given up keeps its place: kept_places.hpp.
    bool runs_one_at_a_time = false;
    std::vector<telemetry::CallStats::Name> methods;  // those that get numbers of their own
};

class Invoker {
  public:
    Invoker(upstream::Upstream& upstream, InvokerOptions options);
    Invoker(const Invoker&) = delete;
    Invoker& operator=(const Invoker&) = delete;

    // Waits for its turn, calls, and gives the place back; equal reads share an answer, and none is joined beside an edit. Every
    // outcome is a Reply; without a connection it is UNAVAILABLE at once.
    boost::asio::awaitable<upstream::Reply> call(std::string path, std::string request, CallTerms terms);
    // The same, neither joined nor counted as an edit.
    boost::asio::awaitable<upstream::Reply> call_alone(std::string path, std::string request, CallTerms terms);

    // A stream is past the queue, and in the log and the statistics as long as its record lives, which must end before this does.
    // `path` must stay valid until then.
    [[nodiscard]] std::unique_ptr<CallRecord> record_stream(std::string_view path) {
        return std::make_unique<CallRecord>(history_, stats_, path, std::string_view(), true, CallHistory::Clock::now());
    }
    boost::asio::awaitable<std::unique_ptr<upstream::ServerStream>> open_server_stream(std::string path, std::string request);
    // `limit`: what opening it and each of its operations may take; 0: no limit.
    boost::asio::awaitable<std::unique_ptr<upstream::ClientStream>> open_client_stream(std::string path,
                                                                                       std::chrono::milliseconds limit);
    // For an edit that somebody asks for by himself: to be kept from before it is sent until the upstream has ended it.
    [[nodiscard]] JoinedReads::Edit begin_edit() { return JoinedReads::Edit(reads_); }

    [[nodiscard]] upstream::Upstream& upstream() const { return upstream_; }
    [[nodiscard]] CallQueue::Load load() const;  // those who wait for a method's own limit wait, too
    void count_unsent(base::GrpcStatus status) { stats_.count_unsent(status); }  // a call that was refused before it was sent
    [[nodiscard]] const telemetry::CallStats& stats() const { return stats_; }
    [[nodiscard]] std::uint64_t joined_reads() const { return reads_.joined(); }  // that the upstream was spared
    // The oldest call that the upstream is still at, as far as can be known; and what was called before it was lost.
    [[nodiscard]] std::optional<CallHistory::Busy> busy() const { return history_.busy(CallHistory::Clock::now()); }
    [[nodiscard]] std::optional<CallHistory::Break> last_break() const { return history_.last_break(CallHistory::Clock::now()); }

    // Those who wait are told CANCELLED, and so are all later ones. While the loops of the calls still run.
    void close();

  private:
    void follow(const upstream::UpstreamState& state);
    struct Places {
        CallQueue::Place at_gate;  // of the method's own limit
        CallQueue::Place in_queue;
    };
    boost::asio::awaitable<base::Result<base::Done>> enter(CallQueue& queue, Turn turn, const CallTerms& terms,
                                                           CallHistory::Clock::time_point begin, CallQueue::Place& place);
    bool try_places(const CallTerms& terms, Places& places);  // without waiting
    boost::asio::awaitable<base::Result<base::Done>> wait_for_places(const CallTerms& terms, CallHistory::Clock::time_point begin,
                                                                     Places& places);
    // Takes the request and the metadata at once, and keeps no reference.
    boost::asio::awaitable<upstream::Reply> ask_upstream(const std::string& path, std::string& request, CallTerms& terms);

    upstream::Upstream& upstream_;
    telemetry::CallStats stats_;
    CallQueue queue_;
    CallHistory history_;
    JoinedReads reads_;
    KeptPlaces kept_;
    const bool runs_one_at_a_time_;
    std::atomic<std::size_t> waiting_at_gates_{0};
    bool was_connected_ = false;  // on the upstream's executor
};

}  // namespace octane::rpc
