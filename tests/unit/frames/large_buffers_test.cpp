#include "frames/large_buffers.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>

#include "frames/encoded_frame.hpp"
#include "frames/frame_json.hpp"

namespace octane::frames {
namespace {

constexpr std::size_t kMiB = 1UL << 20U;

TEST_CASE("a buffer that was given back is taken again, if it is large enough and not twice too large") {
    LargeBuffers buffers;
    std::string first = buffers.take(3 * kMiB);
    CHECK(first.empty());
    CHECK(first.capacity() >= 3 * kMiB);
    first.assign(3 * kMiB, 'x');
    const char* const place = first.data();
    buffers.give_back(std::move(first));
    CHECK(buffers.bytes() >= 3 * kMiB);
    CHECK(buffers.take(4 * kMiB).data() != place);
    CHECK(buffers.take(kMiB).data() != place);
    const std::string again = buffers.take(2 * kMiB);
    CHECK(again.data() == place);
    CHECK(again.empty());
    CHECK(buffers.bytes() == 0);
    CHECK(buffers.take(2 * kMiB).data() != place);
}

TEST_CASE("small buffers are not kept, and no more than the bound") {
    LargeBuffers buffers(5 * kMiB);
    buffers.give_back(std::string(kMiB / 2, 'x'));
    CHECK(buffers.bytes() == 0);
    for (int i = 0; i < 4; ++i) buffers.give_back(std::string(2 * kMiB, 'x'));
    CHECK(buffers.bytes() >= 4 * kMiB);
    CHECK(buffers.bytes() <= 5 * kMiB);
}

TEST_CASE("what nobody takes between two looks is let go, and what is in use again and again is kept") {
    LargeBuffers buffers;
    for (int i = 0; i < 3; ++i) buffers.give_back(std::string(2 * kMiB, 'x'));
    const auto all = buffers.bytes();
    buffers.drop_unused();
    CHECK(buffers.bytes() == all);
    std::string used = buffers.take(2 * kMiB);
    const char* const place = used.data();
    buffers.give_back(std::move(used));
    buffers.drop_unused();
    CHECK(buffers.bytes() == all / 3);
    CHECK(buffers.take(2 * kMiB).data() == place);
}

TEST_CASE("the text of a large frame goes where that of one before it was") {
    large_buffers().drop_unused();
    large_buffers().drop_unused();
    EncodedFrame frame;
    frame.format = Format::jpeg;
    frame.bytes = base::ByteChain::own(std::string(3 * kMiB, 'x'));
    const auto text_of_pixels = [&frame] {
        const auto event = make_frame_event(frame);
        REQUIRE(event.segments().size() == 3);
        return event.segments()[1].data();
    };
    const char* const place = text_of_pixels();
    CHECK(large_buffers().bytes() >= 4 * kMiB);
    CHECK(text_of_pixels() == place);
}

}  // namespace
}  // namespace octane::frames
