// Room: frames. Large buffers that are used again: the system gives new memory page by page and cleared, which costs as much as
// writing into it.
#pragma once

#include <cstddef>
#include <mutex>
#include <string>
#include <vector>

namespace octane::frames {

// Any thread. Holds what nobody uses just now; what is taken belongs to the taker.
class LargeBuffers {
  public:
    static constexpr std::size_t kLeast = 1UL << 20U;   // bytes; below, the allocator does it as well
    static constexpr std::size_t kMost = 256UL << 20U;  // of all that wait

    explicit LargeBuffers(std::size_t most = kMost) : most_(most) { waiting_.reserve(kMost / kLeast); }
    LargeBuffers(const LargeBuffers&) = delete;
    LargeBuffers& operator=(const LargeBuffers&) = delete;

    // Empty, with room for so much at least: a buffer that waits and is not twice as large, or a new one.
    std::string take(std::size_t capacity);

    // For the next who needs one; let go if it is small, or if too much waits already.
    void give_back(std::string&& buffer) noexcept;

    // Lets go what nobody has taken since the call before.
    void drop_unused();

    [[nodiscard]] std::size_t bytes() const;

  private:
    struct Waiting {
        std::string buffer;
        bool is_old = false;  // it waited already at the last drop_unused()
    };

    const std::size_t most_;
    mutable std::mutex mutex_;
    std::vector<Waiting> waiting_;  // the last given back is at the end, and is taken first: its pages are the warmest
    std::size_t bytes_ = 0;
};

// Those of the process. Never destroyed: frames may be the last that ends.
LargeBuffers& large_buffers();

}  // namespace octane::frames
