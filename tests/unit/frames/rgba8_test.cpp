#include "frames/rgba8.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "pictures.hpp"

namespace octane::frames {
namespace {

using tests::kEveryRows;
using tests::kKinds;
using tests::picture;
using tests::Pixel;
using tests::Rows;

Pixel at(const Rgba8& rows, std::size_t x, std::size_t y) {
    const auto* p = rows.pixels + y * rows.stride + x * 4;
    return {p[0], p[1], p[2], p[3]};
}

// A row of single-channel pixels of the given type, one for each value.
template <typename Value>
RenderImage row_of(ImageType type, const std::vector<Value>& values, bool is_linear) {
    RenderImage image;
    image.type = type;
    image.is_linear = is_linear;
    image.width = static_cast<std::uint32_t>(values.size());
    image.height = 1;
    std::string bytes(values.size() * sizeof(Value), '\0');
    std::memcpy(bytes.data(), values.data(), bytes.size());
    image.pixels = base::ByteChain::own(std::move(bytes));
    return image;
}

int srgb(double linear) {
    if (!(linear > 0)) return 0;
    if (linear >= 1) return 255;
    return static_cast<int>(
        std::lround(255 * (linear <= 0.0031308 ? 12.92 * linear : 1.055 * std::pow(linear, 1 / 2.4) - 0.055)));
}

// What an IEEE half means, by its definition.
double half_value(std::uint32_t bits) {
    const double sign = (bits & 0x8000U) != 0 ? -1 : 1;
    const int exponent = static_cast<int>((bits >> 10U) & 31U);
    const double mantissa = bits & 1023U;
    if (exponent == 31)
        return mantissa != 0 ? std::numeric_limits<double>::quiet_NaN() : sign * std::numeric_limits<double>::infinity();
    return exponent == 0 ? sign * std::ldexp(mantissa, -24) : sign * std::ldexp(1024 + mantissa, exponent - 25);
}

int clamped(double value) {
    return !(value > 0) ? 0 : value >= 1 ? 255 : static_cast<int>(std::lround(value * 255));
}

TEST_CASE("every type becomes eight-bit RGBA with the values it holds, however its rows lie") {
    for (const auto& kind : kKinds) {
        for (const Rows rows : kEveryRows) {
            CAPTURE(kind.name);
            CAPTURE(static_cast<int>(rows));
            const RenderImage image = picture(kind, 11, 6, rows);
            const auto rgba = to_rgba8(image);
            REQUIRE(rgba);
            REQUIRE(rgba->stride >= 11 * 4);
            for (std::size_t y = 0; y < 6; ++y) {
                for (std::size_t x = 0; x < 11; ++x) REQUIRE(at(*rgba, x, y) == tests::expected_pixel(kind, x, y));
            }
        }
    }
}

TEST_CASE("eight-bit RGBA in one run is used where it lies, padding and all") {
    const RenderImage image = picture(kKinds[0], 11, 6, Rows::padded);
    const auto rgba = to_rgba8(image);
    REQUIRE(rgba);
    CHECK(reinterpret_cast<const char*>(rgba->pixels) == image.pixels.segments().front().data());
    CHECK(rgba->stride == 14 * 4);
    CHECK(rgba->owned.empty());
}

TEST_CASE("eight-bit RGBA in several pieces is joined once") {
    RenderImage image = picture(kKinds[0], 11, 6, Rows::padded);
    image.pixels = tests::scattered(image.pixels.flatten(), 10);
    const auto rgba = to_rgba8(image);
    REQUIRE(rgba);
    CHECK(rgba->stride == 11 * 4);
    CHECK(rgba->owned.size() == 11 * 4 * 6);
    for (std::size_t y = 0; y < 6; ++y) {
        for (std::size_t x = 0; x < 11; ++x) REQUIRE(at(*rgba, x, y) == tests::expected_pixel(kKinds[0], x, y));
    }
}

TEST_CASE("the first row stays the top row and the first pixel the left one") {
    RenderImage image;
    image.width = 2;
    image.height = 2;
    image.pixels = base::ByteChain::own(std::string("\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0A\x0B\x0C\x0D\x0E\x0F\x10", 16));
    const auto rgba = to_rgba8(image);
    REQUIRE(rgba);
    CHECK(at(*rgba, 0, 0) == Pixel{1, 2, 3, 4});
    CHECK(at(*rgba, 1, 0) == Pixel{5, 6, 7, 8});
    CHECK(at(*rgba, 0, 1) == Pixel{9, 10, 11, 12});
    CHECK(at(*rgba, 1, 1) == Pixel{13, 14, 15, 16});
}

TEST_CASE("floats outside 0 to 1 are clamped, and what is no number is black") {
    const float inf = std::numeric_limits<float>::infinity();
    const float nan = std::numeric_limits<float>::quiet_NaN();
    const std::vector<float> values = {-inf,    -1,    -0.0F, 0,   0.5F, 1,
                                       1.0001F, 1e30F, inf,   nan, -nan, std::numeric_limits<float>::denorm_min()};
    const std::vector<int> expected = {0, 0, 0, 0, 128, 255, 255, 255, 255, 0, 0, 0};
    const RenderImage image = row_of(ImageType::hdr_mono, values, false);
    const auto rgba = to_rgba8(image);
    REQUIRE(rgba);
    for (std::size_t i = 0; i < values.size(); ++i) {
        CAPTURE(values[i]);
        CHECK(at(*rgba, i, 0).r == expected[i]);
        CHECK(at(*rgba, i, 0).a == 255);
    }
    const RenderImage linear = row_of(ImageType::hdr_mono, values, true);
    const auto curved = to_rgba8(linear);
    REQUIRE(curved);
    for (std::size_t i = 0; i < values.size(); ++i) {
        CAPTURE(values[i]);
        CHECK(at(*curved, i, 0).r == (expected[i] == 128 ? 188 : expected[i]));
    }
}

TEST_CASE("every half float has its value, subnormal, infinite and not a number included") {
    std::vector<std::uint16_t> halves(65536);
    for (std::size_t i = 0; i < halves.size(); ++i) halves[i] = static_cast<std::uint16_t>(i);
    const RenderImage image = row_of(ImageType::half_mono, halves, false);
    const auto rgba = to_rgba8(image);
    REQUIRE(rgba);
    for (std::size_t i = 0; i < halves.size(); ++i) {
        CAPTURE(i);
        REQUIRE(at(*rgba, i, 0).g == clamped(half_value(static_cast<std::uint32_t>(i))));
    }
}

TEST_CASE("linear values get the sRGB curve to within one step of 255") {
    std::vector<float> values;
    for (int i = 0; i <= 100000; ++i) values.push_back(static_cast<float>(i) / 100000.0F);
    const RenderImage image = row_of(ImageType::hdr_mono, values, true);
    const auto rgba = to_rgba8(image);
    REQUIRE(rgba);
    int worst = 0;
    for (std::size_t i = 0; i < values.size(); ++i) worst = std::max(worst, std::abs(at(*rgba, i, 0).b - srgb(values[i])));
    CHECK(worst <= 1);
}

TEST_CASE("alpha never gets the curve, colours of linear bytes do") {
    RenderImage image = picture(kKinds[0], 11, 6);
    image.is_linear = true;
    const auto rgba = to_rgba8(image);
    REQUIRE(rgba);
    for (std::size_t x = 0; x < 11; ++x) {
        const Pixel held = tests::expected_pixel(kKinds[0], x, 2);
        const Pixel is = at(*rgba, x, 2);
        CHECK(std::abs(is.r - srgb(held.r / 255.0)) <= 1);
        CHECK(is.a == held.a);
    }
}

TEST_CASE("floats need not lie where floats usually lie") {
    std::string bytes = "x";
    for (const float value : {0.25F, 0.75F}) bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
    auto owner = std::make_shared<const std::string>(bytes);
    RenderImage image;
    image.type = ImageType::hdr_mono;
    image.width = 2;
    image.height = 1;
    image.pixels = base::ByteChain({std::string_view(*owner).substr(1)}, owner);
    const auto rgba = to_rgba8(image);
    REQUIRE(rgba);
    CHECK(at(*rgba, 0, 0).r == 64);
    CHECK(at(*rgba, 1, 0).r == 191);
}

Rgba8 rows_of(std::uint32_t width, std::uint32_t height, Pixel (*pixel_at)(std::uint32_t x, std::uint32_t y)) {
    Rgba8 rows;
    rows.width = width;
    rows.height = height;
    rows.stride = std::size_t{width} * 4;
    for (std::uint32_t y = 0; y < height; ++y) {
        for (std::uint32_t x = 0; x < width; ++x) {
            const Pixel pixel = pixel_at(x, y);
            rows.owned.insert(rows.owned.end(), {pixel.r, pixel.g, pixel.b, pixel.a});
        }
    }
    rows.pixels = rows.owned.data();
    return rows;
}

TEST_CASE("rows that have the size already are left alone") {
    const RenderImage image = picture(kKinds[0], 11, 6, Rows::padded);
    auto rgba = to_rgba8(image);
    REQUIRE(rgba);
    CHECK(rgba->width == 11);
    CHECK(rgba->height == 6);
    const auto* const where = rgba->pixels;
    const Rgba8 same = *scale_down(*std::move(rgba), 11, 6);
    CHECK(same.pixels == where);
    CHECK(same.stride == 14 * 4);
}

TEST_CASE("a picture of one colour has that colour in every smaller size, and what was opaque stays opaque") {
    const auto white = [](std::uint32_t, std::uint32_t) { return Pixel{255, 255, 255, 255}; };
    const auto other = [](std::uint32_t, std::uint32_t) { return Pixel{200, 100, 1, 255}; };
    for (const auto& [width, height] : {std::pair(32U, 24U), std::pair(20U, 15U), std::pair(63U, 47U), std::pair(7U, 5U),
                                        std::pair(1U, 1U), std::pair(64U, 1U)}) {
        CAPTURE(width);
        for (const Pixel colour : {Pixel{255, 255, 255, 255}, Pixel{200, 100, 1, 255}}) {
            const Rgba8 small = *scale_down(rows_of(64, 48, colour.r == 255 ? +white : +other), width, height);
            REQUIRE(small.width == width);
            REQUIRE(small.height == height);
            std::size_t different = 0;
            int worst = 0;
            for (std::size_t y = 0; y < height; ++y) {
                for (std::size_t x = 0; x < width; ++x) {
                    const Pixel is = at(small, x, y);
                    different += is.a == 255 ? 0 : 1;
                    worst = std::max({worst, std::abs(is.r - colour.r), std::abs(is.g - colour.g), std::abs(is.b - colour.b)});
                }
            }
            CHECK(different == 0);
            CHECK(worst <= 1);
        }
    }
}

TEST_CASE("a smaller pixel is the mean of those it covers") {
    const auto stripes = [](std::uint32_t x, std::uint32_t y) {
        return Pixel{static_cast<std::uint8_t>(x % 2 == 0 ? 0 : 200), static_cast<std::uint8_t>(y % 2 == 0 ? 40 : 60), 77, 255};
    };
    const Rgba8 half = *scale_down(rows_of(64, 48, +stripes), 32, 24);
    for (std::size_t y = 0; y < 24; ++y) {
        for (std::size_t x = 0; x < 32; ++x) {
            const Pixel is = at(half, x, y);
            REQUIRE(std::abs(is.r - 100) <= 1);
            REQUIRE(std::abs(is.g - 50) <= 1);
            REQUIRE(std::abs(is.b - 77) <= 1);
        }
    }
}

TEST_CASE("a buffer of the wrong size is refused before a byte is read") {
    for (const auto& kind : kKinds) {
        CAPTURE(kind.name);
        RenderImage image = picture(kind, 5, 4);
        image.height = 5;
        const auto rgba = to_rgba8(image);
        REQUIRE_FALSE(rgba);
        CHECK(rgba.error().code == base::ErrorCode::bad_answer);
    }
}

}  // namespace
}  // namespace octane::frames
