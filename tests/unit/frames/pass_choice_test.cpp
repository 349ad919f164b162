#include <doctest/doctest.h>

#include <initializer_list>
#include <limits>

#include "frames/picture.hpp"

namespace octane::frames {
namespace {

Frame frame_of(std::initializer_list<std::int32_t> passes) {
    Frame frame;
    for (const std::int32_t pass : passes) frame.images.emplace_back().render_pass_id = pass;
    return frame;
}

// The place of the image that is shown, -1 if none is.
std::ptrdiff_t place(const Frame& frame, std::optional<std::int32_t> pass) {
    const RenderImage* image = shown_image(frame, pass);
    return image == nullptr ? -1 : image - frame.images.data();
}

TEST_CASE("without a pass the first image is shown, else the one whose id it is") {
    const Frame frame = frame_of({0, 1001, 43});
    CHECK(place(frame, std::nullopt) == 0);
    CHECK(place(frame, 0) == 0);
    CHECK(place(frame, 1001) == 1);
    CHECK(place(frame, 43) == 2);
    CHECK(place(frame, 1) == -1);
    CHECK(place(frame_of({43, 0}), std::nullopt) == 0);
    CHECK(place(frame_of({43, 0}), 0) == 1);
}

TEST_CASE("where servers leave the ids unset, the number is a place in the frame") {
    const Frame frame = frame_of({0, 0, 0});
    CHECK(place(frame, 0) == 0);
    CHECK(place(frame, 1) == 1);
    CHECK(place(frame, 2) == 2);
    for (const std::int32_t beyond :
         {3, -1, 1001, std::numeric_limits<std::int32_t>::max(), std::numeric_limits<std::int32_t>::min()})
        CHECK(place(frame, beyond) == -1);
}

}  // namespace
}  // namespace octane::frames
