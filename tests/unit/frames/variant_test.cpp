#include "frames/variant.hpp"

#include <doctest/doctest.h>

namespace octane::frames {
namespace {

TEST_CASE("formats have the names of the query") {
    CHECK(parse_format("both") == Format::both);
    CHECK(parse_format("raw") == Format::raw);
    CHECK(parse_format("jpeg") == Format::jpeg);
    CHECK(parse_format("png") == Format::png);
    CHECK(parse_format("webp") == Format::webp);
    CHECK(parse_format("exr") == Format::exr);
    for (const char* word : {"", "JPEG", "gif", "both ", "EXR", "jpegx"}) CHECK_FALSE(parse_format(word));
}

TEST_CASE("a raw variant keeps its pass and its container, and nothing that would tell equal bytes apart") {
    Variant wished;
    wished.format = Format::raw;
    wished.quality = 3;
    wished.max_width = 10;
    wished.render_pass = 4;
    wished.look.exposure_millistops = 500;
    wished.motion = MotionForm{4, 1};
    wished.last = LastForm{};
    wished.container = Container::ws;
    Variant plain;
    plain.format = Format::raw;
    plain.render_pass = 4;
    plain.container = Container::ws;
    CHECK(drop_unused_options(wished) == plain);
    wished.format = Format::jpeg;
    CHECK(drop_unused_options(wished) == wished);
}

}  // namespace
}  // namespace octane::frames
