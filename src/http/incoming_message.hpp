// Room: http. A message of a WebSocket's client while it comes. What is above WebSocket::kMaxIncoming counts in the memory for
// request bodies.
//
// On the socket's loop.
#pragma once

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "http/body_budget.hpp"
#include "http/web_socket.hpp"

namespace octane::http {

class IncomingMessage {
  public:
    // The budget must outlive it, or its last give_back().
    explicit IncomingMessage(BodyBudget& budget) : budget_(budget) {}
    ~IncomingMessage() { give_back(); }
    IncomingMessage(const IncomingMessage&) = delete;
    IncomingMessage& operator=(const IncomingMessage&) = delete;

    // No message has more bytes. Not while one is under way.
    void limit_to(std::size_t bytes) { limit_ = bytes; }

    // Where its next bytes go, at least one; nothing if the budget has no room for them. The memory grows as the message does.
    std::optional<boost::asio::mutable_buffer> prepare() {
        const std::size_t more = std::clamp(size_, kLeastRoom, kMostRoom);
        const std::size_t most = limit_ + 1;  // the end of a message in pieces may be an empty one, and no read is without room
        if (capacity_ < std::min(size_ + more, most)) {
            const std::size_t wanted = std::min(size_ + std::max(size_ / 2, more), most);
            const std::size_t counts = std::min(wanted, limit_);
            if (size_ >= WebSocket::kMaxIncoming && counts > std::max(counted_, WebSocket::kMaxIncoming)) {
                if (!budget_.take(counts - counted_)) return std::nullopt;
                counted_ = counts;
            }
            auto larger = std::make_unique_for_overwrite<char[]>(wanted);
            std::copy_n(memory_.get(), size_, larger.get());
            memory_ = std::move(larger);
            capacity_ = wanted;
        }
        return boost::asio::buffer(memory_.get() + size_, std::min(more, capacity_ - size_));
    }
    void commit(std::size_t bytes) { size_ += bytes; }

    [[nodiscard]] bool is_counted() const { return counted_ > 0; }
    [[nodiscard]] std::string_view bytes() const { return {memory_.get(), size_}; }

    // It has been read. What it counts for stays counted until give_back(): whoever took it has a copy.
    void clear() {
        size_ = 0;
        if (capacity_ <= kIdleMemory) return;
        memory_.reset();
        capacity_ = 0;
    }
    void give_back() {
        if (counted_ > 0) budget_.give_back(counted_);
        counted_ = 0;
    }

  private:
    static constexpr std::size_t kLeastRoom = 4UL << 10U;    // bytes
    static constexpr std::size_t kMostRoom = 1UL << 20U;     // bytes
    static constexpr std::size_t kIdleMemory = 16UL << 10U;  // bytes; above this it is given back with each message

    BodyBudget& budget_;
    std::unique_ptr<char[]> memory_;
    std::size_t limit_ = WebSocket::kMaxIncoming;  // bytes
    std::size_t capacity_ = 0;                     // bytes
    std::size_t size_ = 0;                         // bytes
    std::size_t counted_ = 0;                      // bytes
};

}  // namespace octane::http
