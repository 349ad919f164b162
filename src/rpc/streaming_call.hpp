// Room: rpc. One streaming call: the plan's judgement of each message, and the upstream's stream.
//
// Used on the loop that opened it: one send() or end_sending() and beside it one receive() at a time; cancel() and go_down() from
// any thread. It ends with its last message, its deadline, or its destruction.
#pragma once

#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <optional>
#include <string>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "rpc/answer_metadata.hpp"
#include "rpc/call_policy.hpp"
#include "rpc/call_queue.hpp"
#include "rpc/call_record.hpp"
#include "upstream/message_stream.hpp"

namespace octane::rpc {

class StreamingCall {
  public:
    // `place`: what the method's own limit gave it; taken until the end.
    StreamingCall(std::shared_ptr<CallPlan> plan, CallQueue::Place place, std::unique_ptr<CallRecord> record,
                  std::unique_ptr<upstream::MessageStream> stream, boost::asio::any_io_executor loop);
    StreamingCall(const StreamingCall&) = delete;
    StreamingCall& operator=(const StreamingCall&) = delete;

    [[nodiscard]] const CallPlan& plan() const { return *plan_; }

    // Waits while the upstream takes no more. False: the call has ended, and receive() tells how. Errors: the policy's.
    boost::asio::awaitable<base::Result<bool>> send(std::string message);
    boost::asio::awaitable<void> end_sending();

    // The next answer; nothing after the last one of a call that has ended well. An error ends the call. Not again after either.
    boost::asio::awaitable<base::Result<std::optional<base::ByteChain>>> receive();
    // Of a call that has ended; what the upstream said besides its status.
    [[nodiscard]] const AnswerMetadata& metadata() const { return metadata_; }

    void cancel() { stream_->cancel(); }
    void go_down();  // the same, because the proxy ends

  private:
    boost::asio::awaitable<upstream::Reply> finish();

    std::shared_ptr<CallPlan> plan_;
    CallQueue::Place place_;
    std::unique_ptr<CallRecord> record_;
    std::unique_ptr<upstream::MessageStream> stream_;
    boost::asio::steady_timer sent_;  // wakes finish()
    AnswerMetadata metadata_;
    bool is_sending_ = false;
    std::atomic<bool> is_going_down_{false};
};

}  // namespace octane::rpc
