// Room: rpc. The streaming calls of one upstream: opened, read, shared by equal readers, and ended when the proxy ends.
//
// Used from all loops at once. A stream is past the queue, since whoever reads it decides how long it takes; where its method has
// a limit of its own, none waits for another's end.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/result.hpp"
#include "rpc/answer_slot.hpp"
#include "rpc/call_policy.hpp"
#include "rpc/invoker.hpp"
#include "rpc/streaming_call.hpp"

namespace octane::rpc {

struct StreamRequest {
    std::chrono::milliseconds timeout{0};  // of the whole call, or of one reader of a shared one; 0: none
    upstream::Metadata metadata;
};

// What becomes of messages that come faster than they are read.
enum class ReadPolicy : std::uint8_t {
    all,     // the upstream is held up
    latest,  // the newest counts; the others are dropped, and counted
};

// Who reads; leaves with its destruction. On the loop that opened it.
class StreamReader {
  public:
    // When its reading ends, where its call goes on for others, and with which error.
    struct Limit {
        std::chrono::steady_clock::time_point when;
        base::Error error;
    };

    StreamReader(std::shared_ptr<AnswerSlot> slot, std::function<void()> leave, std::optional<Limit> limit = std::nullopt)
        : slot_(std::move(slot)), leave_(std::move(leave)), limit_(std::move(limit)) {}
    ~StreamReader() { leave(); }
    StreamReader(const StreamReader&) = delete;
    StreamReader& operator=(const StreamReader&) = delete;

    // As AnswerSlot::next().
    boost::asio::awaitable<AnswerSlot::Next> next(std::chrono::milliseconds limit);
    [[nodiscard]] std::uint64_t dropped() const { return slot_->dropped(); }
    void leave() {
        if (auto leave = std::exchange(leave_, nullptr)) leave();
    }

  private:
    boost::asio::awaitable<AnswerSlot::Next> next_in_time(std::chrono::milliseconds limit);

    std::shared_ptr<AnswerSlot> slot_;
    std::function<void()> leave_;
    std::optional<Limit> limit_;
};

class Streams {
  public:
    explicit Streams(Invoker& invoker) : invoker_(invoker) {}
    Streams(const Streams&) = delete;
    Streams& operator=(const Streams&) = delete;

    // Errors: 50306, of an Octane 50003, without a connection; 42910 where the method has as many calls as it may; 50302 where
    // the proxy ends.
    boost::asio::awaitable<base::Result<std::shared_ptr<StreamingCall>>> open(std::shared_ptr<CallPlan> plan,
                                                                              StreamRequest request);
    // Reads a call from now on, on its loop, which is the caller's.
    boost::asio::awaitable<std::unique_ptr<StreamReader>> read(std::shared_ptr<StreamingCall> call, ReadPolicy policy);

    // A server stream of one request. Equal ones, by method, request and metadata that is_tracing() does not name, are one call
    // of the upstream while anybody reads it; each reader gets the newest message first, and misses those that it is too slow
    // for. The call has no deadline; `request` has that of this reader, whose end is 50410 then.
    boost::asio::awaitable<std::unique_ptr<StreamReader>> share(std::shared_ptr<CallPlan> plan, std::string message,
                                                                StreamRequest request);

    [[nodiscard]] std::size_t count() const;  // calls under way

    // They end, saying that the proxy is going down, and so do all later ones. While the loops still run.
    void close();

  private:
    struct Shared;
    struct Open {
        std::weak_ptr<StreamingCall> call;
        std::weak_ptr<AnswerSlot> slot;
    };
    static boost::asio::awaitable<void> pump(std::shared_ptr<StreamingCall> call, std::shared_ptr<AnswerSlot> slot,
                                             ReadPolicy policy);
    boost::asio::awaitable<void> pump_shared(std::shared_ptr<Shared> shared, std::shared_ptr<CallPlan> plan, std::string message,
                                             upstream::Metadata metadata);
    void forget(const StreamingCall* call);

    Invoker& invoker_;
    mutable std::mutex mutex_;
    std::unordered_map<const StreamingCall*, Open> open_;
    std::map<std::string, std::weak_ptr<Shared>> shared_;
    bool is_closed_ = false;
};

}  // namespace octane::rpc
