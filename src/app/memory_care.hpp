// Room: app. When memory that the allocator keeps, although nobody uses it, goes back to the system.
//
// After a burst of large frames, or of viewers too slow for them, the allocator holds some hundred MiB in pieces of which the
// next frames use few. Giving it back costs milliseconds, and new pages when it is needed again: so not while it is in use.
#pragma once

#include <cstdint>
#include <optional>

namespace octane::app {

// Bytes. `allocated` is what the program has asked for and not given back.
struct HeapUse {
    std::uint64_t resident = 0;
    std::uint64_t allocated = 0;
};

class MemoryCare {
  public:
    static constexpr std::uint64_t kMostUnused = 64UL
                                                 << 20U;  // bytes; code, stacks and what the allocator needs are 20 to 40 MiB

    // Asked at regular times; nothing where the system does not tell. True if so much is resident and unused now, and was the
    // time before.
    bool should_trim(const std::optional<HeapUse>& use) {
        const bool is_much = use && use->resident > use->allocated + kMostUnused;
        const bool was_much = was_much_;
        was_much_ = is_much && !was_much;  // once it is trimmed it has two looks to be used again
        return is_much && was_much;
    }

  private:
    bool was_much_ = false;
};

}  // namespace octane::app
