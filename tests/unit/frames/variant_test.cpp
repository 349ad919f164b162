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

TEST_CASE("a variant keeps nothing that would tell equal bytes apart") {
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
    wished.format = Format::exr;
    plain.format = Format::exr;
    CHECK(drop_unused_options(wished) == plain);
    wished.format = Format::png;
    const Variant png = drop_unused_options(wished);
    CHECK(png.quality == Variant().quality);
    CHECK_FALSE(png.motion);
    CHECK_FALSE(png.last);
    CHECK(png.max_width == 10);
    CHECK(png.look == wished.look);
    wished.format = Format::both;
    CHECK(drop_unused_options(wished).motion);
    CHECK_FALSE(drop_unused_options(wished).last);
    wished.format = Format::jpeg;
    CHECK(drop_unused_options(wished) == wished);
}

}  // namespace
}  // namespace octane::frames
