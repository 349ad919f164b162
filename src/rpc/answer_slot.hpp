// Room: rpc. The answers of a stream as one reader takes them: a place for one message between who brings them and who reads.
//
// put(), end() and the questions from any thread; next() and wait_for_room() on the reader's loop, one of each at a time.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "rpc/answer_metadata.hpp"

namespace octane::rpc {

// One answer. What several readers write of it is made once.
class StreamMessage {
  public:
    explicit StreamMessage(base::ByteChain bytes) : bytes_(std::move(bytes)) {}

    [[nodiscard]] const base::ByteChain& bytes() const { return bytes_; }

    using Text = base::Result<std::shared_ptr<const std::string>>;
    // What `make` says of it, which is called once for each `form`; who asks meanwhile waits. Any thread.
    [[nodiscard]] Text text(const std::string& form, const std::function<Text(const base::ByteChain&)>& make) const;

  private:
    const base::ByteChain bytes_;
    struct Made {
        std::mutex mutex;  // held while the text is made
        std::optional<Text> text;
    };
    mutable std::mutex mutex_;  // guards texts_
    mutable std::map<std::string, std::shared_ptr<Made>> texts_;
};

struct StreamEnd {
    std::optional<base::Error> error;  // nothing: it ended well
    AnswerMetadata metadata;
};

class AnswerSlot : public std::enable_shared_from_this<AnswerSlot> {
  public:
    explicit AnswerSlot(boost::asio::any_io_executor loop);
    AnswerSlot(const AnswerSlot&) = delete;
    AnswerSlot& operator=(const AnswerSlot&) = delete;

    struct Next {
        std::shared_ptr<const StreamMessage> message;  // null: nothing yet, or the end
        std::uint64_t number = 0;                      // of the message, from 1 on; those that were dropped count
        std::optional<StreamEnd> end;
    };
    // What comes next, or nothing after `limit`. Who has left gets an end.
    boost::asio::awaitable<Next> next(std::chrono::milliseconds limit);
    [[nodiscard]] std::uint64_t dropped() const;  // messages that nobody took before a newer one came

    // Returns once a message could be put without dropping one, or the reader has left.
    boost::asio::awaitable<void> wait_for_room();
    void put(std::shared_ptr<const StreamMessage> message);
    void end(StreamEnd end);

    // The reader wants no more.
    void leave();

  private:
    void wake();

    boost::asio::any_io_executor loop_;
    boost::asio::steady_timer came_;  // on the loop
    boost::asio::steady_timer went_;  // on the loop
    mutable std::mutex mutex_;        // guards what follows, for a few instructions
    std::shared_ptr<const StreamMessage> message_;
    std::optional<StreamEnd> end_;
    std::uint64_t dropped_ = 0;
    std::uint64_t taken_ = 0;
    bool is_waking_ = false;  // a wake() is on its way to the loop
    bool has_ended_ = false;
    bool has_left_ = false;
};

}  // namespace octane::rpc
