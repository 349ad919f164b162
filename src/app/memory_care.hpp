// Room: app. When memory that the allocator keeps, although nobody uses it, goes back to the system.
//
// After a burst of large frames, or of viewers too slow for them, the allocator holds some hundred MiB in pieces of which the
// next frames use few. Giving it back costs milliseconds, and new pages when it is needed again: so not while it is in use.
// How much of what is unused is resident nobody tells: gRPC has large buffers that it has not written into yet, and what was
// given back is unused still. So both have to be much; giving back what is not resident any more costs microseconds.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

namespace octane::app {

// Bytes. `unused` is what the allocator keeps for later.
struct HeapUse {
    std::uint64_t resident = 0;
    std::uint64_t unused = 0;
};

class MemoryCare {
  public:
    static constexpr std::uint64_t kMostUnused = 64UL << 20U;  // bytes; what the program always needs is 20 to 40 MiB

    // Asked at regular times; nothing where the system does not tell. True if so much is unused, and so much resident, now and
    // the time before.
    bool should_trim(const std::optional<HeapUse>& use) {
        const bool is_much = use && std::min(use->unused, use->resident) > kMostUnused;
        const bool was_much = was_much_;
        was_much_ = is_much && !was_much;  // once it is trimmed it has two looks to be used again
        return is_much && was_much;
    }

  private:
    bool was_much_ = false;
};

}  // namespace octane::app
