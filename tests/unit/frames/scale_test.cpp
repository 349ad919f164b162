#include "frames/scale.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <utility>

#include "pictures.hpp"

namespace octane::frames {
namespace {

using tests::at;
using tests::Pixel;

Rgba8 rows_of(std::uint32_t width, std::uint32_t height, bool has_alpha, Pixel (*pixel_at)(std::uint32_t x, std::uint32_t y)) {
    Rgba8 rows = make_rows(width, height, has_alpha);
    std::uint8_t* to = rows.owned.get();
    for (std::uint32_t y = 0; y < height; ++y) {
        for (std::uint32_t x = 0; x < width; ++x) {
            const Pixel pixel = pixel_at(x, y);
            for (const std::uint8_t channel : {pixel.r, pixel.g, pixel.b, pixel.a}) *to++ = channel;
        }
    }
    return rows;
}

double light(int byte) {
    const double v = byte / 255.0;
    return v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4);
}

int shown(double linear) {
    const double v = linear <= 0.0031308 ? 12.92 * linear : 1.055 * std::pow(linear, 1 / 2.4) - 0.055;
    return static_cast<int>(std::lround(v * 255));
}

TEST_CASE("rows that have the size already are left where they are") {
    const auto any = [](std::uint32_t x, std::uint32_t y) { return Pixel{static_cast<std::uint8_t>(x + y), 2, 3, 4}; };
    Rgba8 rows = rows_of(11, 6, true, +any);
    const auto* const where = rows.pixels;
    const Rgba8 same = scale_down(std::move(rows), 11, 6);
    CHECK(same.pixels == where);
    CHECK(same.has_alpha);
}

TEST_CASE("a picture of one colour has that colour in every smaller size, and what was opaque stays opaque") {
    const auto white = [](std::uint32_t, std::uint32_t) { return Pixel{255, 255, 255, 255}; };
    const auto other = [](std::uint32_t, std::uint32_t) { return Pixel{200, 100, 1, 255}; };
    for (const auto& [width, height] : {std::pair(32U, 24U), std::pair(20U, 15U), std::pair(63U, 47U), std::pair(7U, 5U),
                                        std::pair(1U, 1U), std::pair(64U, 1U), std::pair(1U, 48U), std::pair(63U, 48U)}) {
        CAPTURE(width);
        for (const Pixel colour : {Pixel{255, 255, 255, 255}, Pixel{200, 100, 1, 255}}) {
            for (const bool has_alpha : {false, true}) {
                const Rgba8 small = scale_down(rows_of(64, 48, has_alpha, colour.r == 255 ? +white : +other), width, height);
                REQUIRE(small.width == width);
                REQUIRE(small.height == height);
                for (std::size_t y = 0; y < height; ++y) {
                    for (std::size_t x = 0; x < width; ++x) REQUIRE(at(small, x, y) == colour);
                }
            }
        }
    }
}

TEST_CASE("a smaller pixel is the mean of those around it in linear light") {
    const auto stripes = [](std::uint32_t x, std::uint32_t y) {
        return Pixel{static_cast<std::uint8_t>(x % 2 == 0 ? 0 : 200), static_cast<std::uint8_t>(y % 2 == 0 ? 40 : 60), 77, 255};
    };
    const Rgba8 half = scale_down(rows_of(64, 48, false, +stripes), 32, 24);
    for (std::size_t y = 1; y < 23; ++y) {
        for (std::size_t x = 1; x < 31; ++x) {
            const Pixel is = at(half, x, y);
            REQUIRE(std::abs(is.r - shown(light(200) / 2)) <= 1);
            REQUIRE(std::abs(is.g - shown((light(40) + light(60)) / 2)) <= 1);
            REQUIRE(is.b == 77);
        }
    }
}

TEST_CASE("the tent weighs eighths at half the size") {
    // One white column: the four columns that a new one covers weigh 1, 3, 3 and 1 eighths.
    const auto line = [](std::uint32_t x, std::uint32_t) {
        const std::uint8_t v = x == 9 ? 255 : 0;
        return Pixel{v, v, v, 255};
    };
    const Rgba8 half = scale_down(rows_of(32, 4, false, +line), 16, 4);
    CHECK(std::abs(at(half, 4, 1).r - shown(3.0 / 8)) <= 1);
    CHECK(std::abs(at(half, 5, 1).r - shown(1.0 / 8)) <= 1);
    CHECK(at(half, 3, 1).r == 0);
    CHECK(at(half, 6, 1).r == 0);
}

TEST_CASE("light is neither lost nor made at any ratio") {
    const auto dots = [](std::uint32_t x, std::uint32_t y) {
        const std::uint8_t v = (x * 7 + y * 3) % 16 == 0 ? 255 : 0;
        return Pixel{v, v, v, 255};
    };
    for (const std::uint32_t side : {5U, 12U, 16U, 23U, 31U, 40U}) {
        CAPTURE(side);
        const Rgba8 small = scale_down(rows_of(48, 48, false, +dots), side, side);
        double sum = 0;
        for (std::uint32_t y = 0; y < side; ++y) {
            for (std::uint32_t x = 0; x < side; ++x) sum += light(at(small, x, y).g);
        }
        CHECK(std::abs(sum / (side * side) - 1 / 16.0) < 0.01);
    }
}

TEST_CASE("what is transparent lends no colour to its neighbours") {
    const auto edge = [](std::uint32_t x, std::uint32_t) { return x < 17 ? Pixel{250, 40, 40, 255} : Pixel{0, 255, 0, 0}; };
    const Rgba8 half = scale_down(rows_of(32, 8, true, +edge), 16, 4);
    for (std::size_t x = 0; x < 16; ++x) {
        const Pixel is = at(half, x, 2);
        if (is.a > 0) CHECK(std::abs(is.r - 250) <= 1);
        if (is.a > 0) CHECK(std::abs(is.g - 40) <= 1);
    }
    CHECK(at(half, 8, 2).a == 128);
    CHECK(at(half, 0, 2).a == 255);
    CHECK(at(half, 12, 2).a == 0);
}

}  // namespace
}  // namespace octane::frames
