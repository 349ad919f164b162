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

using tests::at;
using tests::kEveryRows;
using tests::kKinds;
using tests::picture;
using tests::Pixel;
using tests::Rows;

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
            RenderImage image = picture(kind, 11, 6, rows);
            image.has_alpha = true;
            const auto rgba = to_rgba8(image, {}, AlphaUse::straight);
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
    const auto rgba = to_rgba8(image, {}, AlphaUse::ignored);
    REQUIRE(rgba);
    CHECK(reinterpret_cast<const char*>(rgba->pixels) == image.pixels.segments().front().data());
    CHECK(rgba->stride == 14 * 4);
    CHECK(rgba->owned == nullptr);
    CHECK_FALSE(rgba->has_alpha);
}

TEST_CASE("eight-bit RGBA in several pieces is joined once") {
    RenderImage image = picture(kKinds[0], 11, 6, Rows::padded);
    image.pixels = tests::scattered(image.pixels.flatten(), 10);
    const auto rgba = to_rgba8(image, {}, AlphaUse::ignored);
    REQUIRE(rgba);
    CHECK(rgba->stride == 11 * 4);
    CHECK(rgba->owned != nullptr);
    for (std::size_t y = 0; y < 6; ++y) {
        for (std::size_t x = 0; x < 11; ++x) REQUIRE(at(*rgba, x, y) == tests::expected_pixel(kKinds[0], x, y));
    }
}

TEST_CASE("the first row stays the top row and the first pixel the left one") {
    RenderImage image;
    image.width = 2;
    image.height = 2;
    image.pixels = base::ByteChain::own(std::string("\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0A\x0B\x0C\x0D\x0E\x0F\x10", 16));
    const auto rgba = to_rgba8(image, {}, AlphaUse::ignored);
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
    const auto rgba = to_rgba8(image, {}, AlphaUse::ignored);
    REQUIRE(rgba);
    for (std::size_t i = 0; i < values.size(); ++i) {
        CAPTURE(values[i]);
        CHECK(at(*rgba, i, 0).r == expected[i]);
        CHECK(at(*rgba, i, 0).a == 255);
    }
    const RenderImage linear = row_of(ImageType::hdr_mono, values, true);
    const auto curved = to_rgba8(linear, {}, AlphaUse::ignored);
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
    const auto rgba = to_rgba8(image, {}, AlphaUse::ignored);
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
    const auto rgba = to_rgba8(image, {}, AlphaUse::ignored);
    REQUIRE(rgba);
    int worst = 0;
    for (std::size_t i = 0; i < values.size(); ++i) worst = std::max(worst, std::abs(at(*rgba, i, 0).b - srgb(values[i])));
    CHECK(worst <= 1);
}

TEST_CASE("alpha never gets the curve, colours of linear bytes do") {
    RenderImage image = picture(kKinds[0], 11, 6);
    image.is_linear = true;
    image.has_alpha = true;
    const auto rgba = to_rgba8(image, {}, AlphaUse::straight);
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
    const auto rgba = to_rgba8(image, {}, AlphaUse::ignored);
    REQUIRE(rgba);
    CHECK(at(*rgba, 0, 0).r == 64);
    CHECK(at(*rgba, 1, 0).r == 191);
}

Look exposed(std::int32_t millistops, Curve curve = Curve::srgb) {
    Look look;
    look.exposure_millistops = millistops;
    look.curve = curve;
    return look;
}

std::vector<Pixel> row_shown(const RenderImage& image, const Look& look, AlphaUse alpha = AlphaUse::ignored) {
    const auto rgba = to_rgba8(image, look, alpha);
    REQUIRE(rgba);
    std::vector<Pixel> row;
    for (std::size_t x = 0; x < image.width; ++x) row.push_back(at(*rgba, x, 0));
    return row;
}

TEST_CASE("exposure multiplies linear light before the curve, so that what was beyond white comes back") {
    const std::vector<float> values = {0, 0.1F, 0.5F, 1, 2, 4};
    for (const std::int32_t millistops : {-2000, -500, 0, 1000, 3300}) {
        CAPTURE(millistops);
        const auto row = row_shown(row_of(ImageType::hdr_mono, values, true), exposed(millistops));
        for (std::size_t i = 0; i < values.size(); ++i) {
            CAPTURE(values[i]);
            CHECK(std::abs(row[i].g - srgb(values[i] * std::exp2(millistops / 1000.0))) <= 1);
        }
    }
}

TEST_CASE("exposure of encoded data is done in linear light, in bytes and in floats alike") {
    std::vector<std::uint8_t> bytes;
    std::vector<float> floats;
    for (int i = 0; i < 256; ++i) {
        bytes.push_back(static_cast<std::uint8_t>(i));
        floats.push_back(static_cast<float>(i) / 255);
    }
    const auto linear = [](double encoded) {
        return encoded <= 0.04045 ? encoded / 12.92 : std::pow((encoded + 0.055) / 1.055, 2.4);
    };
    for (const std::int32_t millistops : {-1000, 1500}) {
        const auto of_bytes = row_shown(row_of(ImageType::ldr_mono, bytes, false), exposed(millistops));
        const auto of_floats = row_shown(row_of(ImageType::hdr_mono, floats, false), exposed(millistops));
        for (std::size_t i = 0; i < 256; ++i) {
            CAPTURE(i);
            const int expected = srgb(linear(static_cast<double>(i) / 255) * std::exp2(millistops / 1000.0));
            CHECK(std::abs(of_bytes[i].r - expected) <= 1);
            CHECK(std::abs(of_floats[i].r - expected) <= 1);
        }
    }
}

TEST_CASE("encoded data keep their encoding whatever the curve") {
    std::vector<std::uint8_t> bytes;
    for (int i = 0; i < 256; ++i) bytes.push_back(static_cast<std::uint8_t>(i));
    for (const Curve curve : {Curve::srgb, Curve::linear, Curve::aces}) {
        const auto row = row_shown(row_of(ImageType::ldr_mono, bytes, false), exposed(0, curve));
        for (int i = 0; i < 256; ++i) CHECK(row[static_cast<std::size_t>(i)].r == i);
    }
}

TEST_CASE("the linear curve shows linear values themselves") {
    const std::vector<float> values = {-1, 0, 0.25F, 0.5F, 1, 3};
    const auto row = row_shown(row_of(ImageType::hdr_mono, values, true), exposed(0, Curve::linear));
    for (std::size_t i = 0; i < values.size(); ++i) CHECK(row[i].b == clamped(values[i]));
    const auto brighter = row_shown(row_of(ImageType::hdr_mono, values, true), exposed(1000, Curve::linear));
    for (std::size_t i = 0; i < values.size(); ++i) CHECK(brighter[i].b == clamped(2.0 * values[i]));
}

TEST_CASE("aces rolls off towards white where sRGB clips") {
    const std::vector<float> values = {0, 0.18F, 1, 2, 4, 100};
    const auto row = row_shown(row_of(ImageType::hdr_mono, values, true), exposed(0, Curve::aces));
    const auto fit = [](double x) { return x * (2.51 * x + 0.03) / (x * (2.43 * x + 0.59) + 0.14); };
    for (std::size_t i = 0; i < values.size(); ++i) CHECK(std::abs(row[i].r - srgb(fit(values[i]))) <= 1);
    CHECK(row[2].r < row[3].r);
    CHECK(row[3].r < 255);
}

// Three linear floats and an alpha of 1, in that colour space.
Pixel shown_of(std::int32_t color_space, float r, float g, float b, const Look& look = {}) {
    RenderImage image;
    image.type = ImageType::hdr_rgba;
    image.color_space = color_space;
    image.width = image.height = 1;
    const float pixel[] = {r, g, b, 1};
    image.pixels = base::ByteChain::own(std::string(reinterpret_cast<const char*>(pixel), sizeof pixel));
    return row_shown(image, look).front();
}

bool is_near(Pixel a, Pixel b) {
    return std::abs(a.r - b.r) <= 1 && std::abs(a.g - b.g) <= 1 && std::abs(a.b - b.b) <= 1;
}

TEST_CASE("a linear colour space is linear light, brought to the primaries of sRGB") {
    const auto half = static_cast<std::uint8_t>(srgb(0.5));
    for (const std::int32_t space : {2, 3, 4, 5}) {
        CAPTURE(space);
        CHECK(is_near(shown_of(space, 0.5F, 0.5F, 0.5F), {half, half, half, 255}));  // the white point stays white
    }
    CHECK(shown_of(1, 0.5F, 0.5F, 0.5F) == Pixel{128, 128, 128, 255});  // sRGB is encoded
    CHECK(shown_of(0, 0.5F, 0.5F, 0.5F) == Pixel{128, 128, 128, 255});  // and so is what says nothing
    // sRGB's green in ACEScg, ACES2065-1 and XYZ (E) must come back as green.
    const Pixel green = {0, 255, 0, 255};
    CHECK(is_near(shown_of(4, 0.33952F, 0.91635F, 0.10957F), green));
    CHECK(is_near(shown_of(3, 0.38301F, 0.81344F, 0.11155F), green));
    CHECK(is_near(shown_of(2, 0, 1, 0), green));
    // Without a curve values are shown as they are, in their own primaries.
    CHECK(is_near(shown_of(4, 0.4F, 0.8F, 0.2F, exposed(0, Curve::linear)), {102, 204, 51, 255}));
}

// One RGBA float pixel with alpha.
Pixel straight_of(std::int32_t multiplied, bool is_linear, float r, float a) {
    RenderImage image;
    image.type = ImageType::hdr_rgba;
    image.is_linear = is_linear;
    image.has_alpha = true;
    image.premultiplied_alpha_type = multiplied;
    image.width = image.height = 1;
    const float pixel[] = {r, r, r, a};
    image.pixels = base::ByteChain::own(std::string(reinterpret_cast<const char*>(pixel), sizeof pixel));
    return row_shown(image, {}, AlphaUse::straight).front();
}

TEST_CASE("straight alpha divides colours by what they were multiplied with, where they were") {
    const auto grey = [](int value, int alpha) {
        const auto byte = static_cast<std::uint8_t>(value);
        return Pixel{byte, byte, byte, static_cast<std::uint8_t>(alpha)};
    };
    CHECK(is_near(straight_of(0, true, 0.3F, 0.5F), grey(srgb(0.3), 128)));  // not multiplied
    CHECK(is_near(straight_of(1, true, 0.3F, 0.5F), grey(srgb(0.6), 128)));  // in linear light
    CHECK(is_near(straight_of(2, true, 0.3F, 0.5F), grey(srgb(0.6), 128)));  // linear data know no other
    CHECK(is_near(straight_of(2, false, 0.3F, 0.5F), grey(153, 128)));       // after encoding
    CHECK(is_near(straight_of(1, false, 0.5375F, 0.5F), grey(187, 128)));    // 0.25 in light, divided 0.5
    CHECK(is_near(straight_of(1, true, 0.3F, 0), grey(srgb(0.3), 0)));       // light without cover
    CHECK(straight_of(1, true, 0.3F, 2).a == 255);
    CHECK(straight_of(1, true, 0.3F, std::numeric_limits<float>::quiet_NaN()).a == 0);
}

TEST_CASE("rows in pieces are the rows of the whole, of every type and in every look") {
    for (const auto& kind : kKinds) {
        CAPTURE(kind.name);
        RenderImage whole = picture(kind, 11, 6, Rows::padded);
        whole.has_alpha = true;
        whole.premultiplied_alpha_type = 1;
        RenderImage pieces = whole;
        pieces.pixels = tests::scattered(whole.pixels.flatten(), 7);
        const auto one = to_rgba8(whole, exposed(300), AlphaUse::straight);
        const auto other = to_rgba8(pieces, exposed(300), AlphaUse::straight);
        REQUIRE(one);
        REQUIRE(other);
        CHECK(std::memcmp(one->pixels, other->pixels, 11 * 6 * 4) == 0);
    }
}

TEST_CASE("a buffer of the wrong size is refused before a byte is read") {
    for (const auto& kind : kKinds) {
        CAPTURE(kind.name);
        RenderImage image = picture(kind, 5, 4);
        image.height = 5;
        const auto rgba = to_rgba8(image, {}, AlphaUse::ignored);
        REQUIRE_FALSE(rgba);
        CHECK(rgba.error().code == base::ErrorCode::bad_answer);
    }
}

}  // namespace
}  // namespace octane::frames
