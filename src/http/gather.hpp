// Room: http. Byte ranges that go out in one system call, and how much of them has gone.
//
// Asio's own async_write hands at most 64 KiB to a call; a frame of megabytes would cost dozens of them.
#pragma once

#include <boost/asio/buffer.hpp>
#include <cstddef>
#include <string_view>
#include <vector>

namespace octane::http {

class Gather {
  public:
    // A buffer sequence over what remains; valid until the next change of the Gather.
    struct View {
        using value_type = boost::asio::const_buffer;
        using const_iterator = const boost::asio::const_buffer*;
        [[nodiscard]] const_iterator begin() const { return first; }
        [[nodiscard]] const_iterator end() const { return last; }
        const_iterator first;
        const_iterator last;
    };

    void clear() {
        buffers_.clear();
        next_ = 0;
        size_ = 0;
    }

    // The bytes are not copied.
    void add(std::string_view bytes) {
        if (!bytes.empty()) buffers_.emplace_back(bytes.data(), bytes.size());
        size_ += bytes.size();
    }

    void consume(std::size_t bytes) {
        size_ -= bytes;
        while (next_ < buffers_.size() && bytes >= buffers_[next_].size()) bytes -= buffers_[next_++].size();
        if (next_ < buffers_.size()) buffers_[next_] += bytes;
    }

    [[nodiscard]] bool is_empty() const { return next_ == buffers_.size(); }
    [[nodiscard]] std::size_t size() const { return size_; }  // of what remains
    [[nodiscard]] View view() const { return View{buffers_.data() + next_, buffers_.data() + buffers_.size()}; }

    // The first bytes of what remains, at most `limit`.
    [[nodiscard]] View view(std::size_t limit) {
        if (size_ <= limit) return view();
        slice_.clear();
        for (std::size_t i = next_; limit > 0; ++i) {
            slice_.push_back(boost::asio::buffer(buffers_[i], limit));
            limit -= slice_.back().size();
        }
        return View{slice_.data(), slice_.data() + slice_.size()};
    }

  private:
    std::vector<boost::asio::const_buffer> buffers_;
    std::vector<boost::asio::const_buffer> slice_;
    std::size_t next_ = 0;
    std::size_t size_ = 0;
};

}  // namespace octane::http
