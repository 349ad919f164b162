#include "frames/tone.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace octane::frames {
namespace {

TEST_CASE("the sRGB table is the definition's within a twentieth of a step, and what bytes decode to encodes to them") {
    const ToneTable& table = ToneTable::of(Curve::srgb);
    const DecodeTable& decode = DecodeTable::get();
    double worst = 0;
    for (int i = 0; i <= 200000; ++i) {
        const double linear = i / 200000.0;
        const double exact = srgb_of_linear(linear) * 255;
        worst = std::max(worst, std::abs(table(static_cast<float>(linear)) - exact) - 0.5);
    }
    CHECK(worst < 0.05);
    for (int byte = 0; byte < 256; ++byte) {
        const auto encoded = static_cast<std::uint8_t>(byte);
        CHECK(table(decode(encoded)) == encoded);
        CHECK(table(decode(static_cast<float>(byte) / 255.0F)) == encoded);
        CHECK(decode(encoded) == doctest::Approx(linear_of_srgb(byte / 255.0)).epsilon(1e-6));
    }
}

TEST_CASE("tables take every float") {
    for (const Curve curve : {Curve::srgb, Curve::aces}) {
        const ToneTable& table = ToneTable::of(curve);
        for (const float dark : {0.0F, -0.0F, -1.0F, -std::numeric_limits<float>::infinity(),
                                 std::numeric_limits<float>::denorm_min(), std::numeric_limits<float>::quiet_NaN()})
            CHECK(table(dark) == 0);
        for (const float bright : {8.0F, 1e30F, std::numeric_limits<float>::max(), std::numeric_limits<float>::infinity()})
            CHECK(table(bright) == 255);
    }
    const DecodeTable& decode = DecodeTable::get();
    CHECK(decode(-1.0F) == 0);
    CHECK(decode(std::numeric_limits<float>::quiet_NaN()) == 0);
    CHECK(decode(1e-6F) == doctest::Approx(1e-6 / 12.92));
    CHECK(decode(2.0F) == doctest::Approx(linear_of_srgb(2)).epsilon(0.001));
    CHECK(std::isfinite(decode(std::numeric_limits<float>::infinity())));
}

TEST_CASE("curves never fall") {
    for (const Curve curve : {Curve::srgb, Curve::aces}) {
        const ToneTable& table = ToneTable::of(curve);
        int last = 0;
        for (float light = 1e-5F; light < 20; light *= 1.001F) {
            REQUIRE(table(light) >= last);
            last = table(light);
        }
        CHECK(last == 255);
    }
}

TEST_CASE("linear light is what says so, and what lies in a linear space") {
    RenderImage image;
    for (const auto& [space, is_light] : {std::pair(0, false), std::pair(1, false), std::pair(2, true), std::pair(3, true),
                                          std::pair(4, true), std::pair(5, true), std::pair(1000, false), std::pair(-1, false)}) {
        CAPTURE(space);
        image.color_space = space;
        image.is_linear = false;
        CHECK(holds_linear_light(image) == is_light);
        image.is_linear = true;
        CHECK(holds_linear_light(image));
    }
}

}  // namespace
}  // namespace octane::frames
