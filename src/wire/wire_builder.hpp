// Room: wire. Wire format written front to back, although the length of a nested message stands before it.
//
// A nested message gets one byte for its length. If it turns out to need more, the place is noted, and finish() makes room for
// all such places in one sweep from the back. So every byte moves at most once, however deep the nesting.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace octane::wire {

class WireBuilder {
  public:
    // What begin() leaves for end().
    struct Nested {
        std::size_t tag_at = 0;
        std::size_t length_at = 0;
        std::size_t spliced_before = 0;
    };

    explicit WireBuilder(std::size_t expected_size) { out_.reserve(expected_size); }

    // For appending values; what stands in it must not be touched.
    std::string& out() { return out_; }
    void tag(int field, int wire_type);

    Nested begin(int field);
    void end(const Nested& nested);
    // Takes the tag back if nothing was written since begin().
    void end_or_drop(const Nested& nested);

    // The whole message; the builder is empty afterwards.
    std::string finish();

  private:
    struct Splice {
        std::size_t at = 0;
        std::uint64_t length = 0;
    };
    std::string out_;
    std::vector<Splice> splices_;
    std::size_t spliced_ = 0;  // bytes that finish() will add
};

}  // namespace octane::wire
