// Room: rpc. One call from its head to its answer: the policy's plan, the codec's bytes, the invoker's turn. The walk that
// docs/architecture.md describes. Used from all loops at once.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string_view>

#include "base/result.hpp"
#include "rpc/answer_metadata.hpp"
#include "rpc/call_policy.hpp"
#include "rpc/codec.hpp"
#include "rpc/invoker.hpp"
#include "rpc/streams.hpp"

namespace octane::rpc {

// The views must stay valid until the call has ended.
struct CallRequest {
    CallHead head;
    std::optional<std::chrono::milliseconds> timeout;  // nothing: the proxy's default; 0: none
    boost::asio::cancellation_slot client_gone;        // emitted on the calling loop
    std::string_view client;                           // who calls: calls of one client reach the upstream in order
    upstream::Metadata metadata;                       // sent with the call
    std::chrono::milliseconds waited{0};               // set by plan(): what of the timeout is gone already
    AnswerMetadata* answer_metadata = nullptr;         // filled by the end of the call; null: nobody wants it
};

class Caller {
  public:
    Caller(Invoker& invoker, const CallPolicy& policy, std::chrono::milliseconds default_timeout)
        : invoker_(invoker), policy_(policy), default_timeout_(default_timeout), streams_(invoker) {}
    Caller(const Caller&) = delete;
    Caller& operator=(const Caller&) = delete;

    [[nodiscard]] std::chrono::milliseconds default_timeout() const { return default_timeout_; }  // 0: none

    // Judges the head alone: what the name stands for and whether it may be called now. In the first moments after start, when
    // nobody knows yet whether the upstream is there, it waits for that. What it waited comes off the request's timeout. Errors:
    // the policy's; 49910 if the client went away meanwhile.
    boost::asio::awaitable<base::Result<std::unique_ptr<CallPlan>>> plan(CallRequest& request) const;
    // The rest, for a unary method: reads the body, asks, and leaves the answer in the codec. `body` must stay valid until the
    // end. Error 40001 for a streaming method.
    boost::asio::awaitable<base::Result<base::Done>> run(CallPlan& plan, const CallRequest& request, std::string_view body,
                                                         Codec& codec) const;
    // The same for a message of the plan's request_type() that is there already.
    boost::asio::awaitable<base::Result<base::ByteChain>> ask(CallPlan& plan, const CallRequest& request,
                                                              std::string message) const;
    // Both, for a body that is there.
    boost::asio::awaitable<base::Result<base::Done>> call(CallRequest request, std::string_view body, Codec& codec) const;

    [[nodiscard]] Invoker& invoker() const { return invoker_; }
    [[nodiscard]] Streams& streams() const { return streams_; }

  private:
    Invoker& invoker_;
    const CallPolicy& policy_;
    std::chrono::milliseconds default_timeout_;
    mutable Streams streams_;  // guards itself
};

}  // namespace octane::rpc
