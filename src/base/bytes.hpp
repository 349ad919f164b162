// Room: base. Bytes that arrived in pieces and are shared without copying.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace octane::base {

// A sequence of byte ranges kept alive by one owner. Copying it copies views, never bytes; reading is safe from any thread.
class ByteChain {
  public:
    ByteChain() = default;
    ByteChain(std::vector<std::string_view> segments, std::shared_ptr<const void> owner)
        : segments_(std::move(segments)), owner_(std::move(owner)) {
        for (const auto& segment : segments_) size_ += segment.size();
    }

    // Takes a string over whole, as a chain of one segment.
    static ByteChain own(std::string bytes) {
        auto owner = std::make_shared<const std::string>(std::move(bytes));
        std::vector<std::string_view> segments{std::string_view(*owner)};
        return ByteChain(std::move(segments), std::move(owner));
    }

    [[nodiscard]] const std::vector<std::string_view>& segments() const { return segments_; }
    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] bool empty() const { return size_ == 0; }

    [[nodiscard]] std::string flatten() const {
        std::string all;
        all.reserve(size_);
        for (const auto& segment : segments_) all.append(segment);
        return all;
    }

  private:
    std::vector<std::string_view> segments_;
    std::shared_ptr<const void> owner_;
    std::size_t size_ = 0;
};

}  // namespace octane::base
