#include "frames/encode.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "decode.hpp"
#include "pictures.hpp"

namespace octane::frames {
namespace {

using tests::decode_jpeg;
using tests::decode_png;
using tests::decode_webp;
using tests::Decoded;
using tests::kEveryRows;
using tests::Kind;
using tests::kKinds;
using tests::picture;
using tests::Rows;
using tests::worst_difference;

constexpr std::uint32_t kWidth = 37;
constexpr std::uint32_t kHeight = 23;
const Kind& kRgba = kKinds[0];

std::string encode(const RenderImage& image, Format format, int quality) {
    auto encoded = encode_image(image, format, quality, {image.width, image.height});
    REQUIRE(encoded);
    return *encoded;
}

// The picture's fourth channel is alpha, by which its colours have not been multiplied.
RenderImage with_alpha(RenderImage image) {
    image.has_alpha = true;
    return image;
}

TEST_CASE("PNG keeps every pixel of every type, however its rows lie") {
    for (const auto& kind : kKinds) {
        for (const Rows rows : kEveryRows) {
            CAPTURE(kind.name);
            CAPTURE(static_cast<int>(rows));
            const Decoded decoded = decode_png(encode(with_alpha(picture(kind, kWidth, kHeight, rows)), Format::png, 85));
            CHECK(decoded.width == kWidth);
            CHECK(decoded.height == kHeight);
            CHECK(worst_difference(decoded, kind, true) == 0);
        }
    }
}

TEST_CASE("JPEG is close to every type's pixels, however its rows lie") {
    for (const auto& kind : kKinds) {
        for (const Rows rows : kEveryRows) {
            CAPTURE(kind.name);
            CAPTURE(static_cast<int>(rows));
            const Decoded decoded = decode_jpeg(encode(picture(kind, kWidth, kHeight, rows), Format::jpeg, 100));
            CHECK(decoded.width == kWidth);
            CHECK(decoded.height == kHeight);
            CHECK(worst_difference(decoded, kind, false) <= 4);
        }
    }
}

TEST_CASE("WebP is close to every type's pixels, however its rows lie, and keeps alpha") {
    for (const auto& kind : kKinds) {
        for (const Rows rows : kEveryRows) {
            CAPTURE(kind.name);
            CAPTURE(static_cast<int>(rows));
            const Decoded decoded = decode_webp(encode(with_alpha(picture(kind, kWidth, kHeight, rows)), Format::webp, 100));
            CHECK(decoded.width == kWidth);
            CHECK(decoded.height == kHeight);
            CHECK(worst_difference(decoded, kind, true) <= 12);
        }
    }
}

TEST_CASE("the format both is a JPEG") {
    const RenderImage image = picture(kRgba, kWidth, kHeight);
    CHECK(encode(image, Format::both, 85) == encode(image, Format::jpeg, 85));
}

TEST_CASE("pixels in pieces encode to the same file as pixels in one run") {
    for (const auto& kind : kKinds) {
        CAPTURE(kind.name);
        const RenderImage whole = picture(kind, kWidth, kHeight, Rows::padded);
        RenderImage pieces = whole;
        pieces.pixels = tests::scattered(whole.pixels.flatten(), 41);
        for (const Format format : {Format::jpeg, Format::png, Format::webp})
            CHECK(encode(pieces, format, 80) == encode(whole, format, 80));
    }
}

TEST_CASE("a lower quality makes a smaller file") {
    const RenderImage image = picture(kRgba, 64, 64);
    for (const Format format : {Format::jpeg, Format::webp}) {
        CHECK(encode(image, format, 20).size() < encode(image, format, 85).size());
        CHECK(encode(image, format, 85).size() < encode(image, format, 100).size());
    }
}

TEST_CASE("every quality from 1 to 100 makes a readable file") {
    const RenderImage image = picture(kRgba, 16, 16);
    for (int quality = 1; quality <= 100; ++quality) {
        CAPTURE(quality);
        CHECK(decode_jpeg(encode(image, Format::jpeg, quality)).width == 16);
        CHECK(decode_webp(encode(image, Format::webp, quality)).width == 16);
    }
}

TEST_CASE("pictures of one pixel, one row and one column are whole") {
    for (const auto& [width, height] : {std::pair(1U, 1U), std::pair(60U, 1U), std::pair(1U, 60U)}) {
        const RenderImage image = picture(kRgba, width, height);
        for (const Decoded& decoded : {decode_png(encode(image, Format::png, 85)), decode_jpeg(encode(image, Format::jpeg, 100)),
                                       decode_webp(encode(image, Format::webp, 100))}) {
            CHECK(decoded.width == width);
            CHECK(decoded.height == height);
        }
        CHECK(worst_difference(decode_png(encode(with_alpha(image), Format::png, 85)), kRgba, true) == 0);
    }
}

RenderImage strip(std::uint32_t width, std::uint32_t height) {
    RenderImage image;
    image.width = width;
    image.height = height;
    image.pixels = base::ByteChain::own(std::string(std::size_t{4} * width * height, 'x'));
    return image;
}

TEST_CASE("a picture larger than its format allows is a wish that cannot be met, and the answer says what can be asked for") {
    const auto words_for = [](const RenderImage& image, Format format) {
        const auto encoded = encode_image(image, format, 85, {image.width, image.height});
        REQUIRE_FALSE(encoded);
        CHECK(encoded.error().code == base::ErrorCode::not_acceptable);
        return encoded.error().message;
    };
    CHECK(words_for(strip(16384, 1), Format::webp) ==
          "a WebP picture has at most 16383 pixels a side and this frame is 16384×1; ask with width= or height=, or for jpeg or "
          "png");
    CHECK(words_for(strip(1, 16384), Format::webp).find("this frame is 1×16384;") != std::string::npos);
    for (const Format format : {Format::jpeg, Format::both}) {
        CHECK(words_for(strip(65501, 1), format) ==
              "a JPEG picture has at most 65500 pixels a side and this frame is 65501×1; ask with width= or height=, or for png");
        CHECK(words_for(strip(1, 65501), format).find("this frame is 1×65501;") != std::string::npos);
    }
}

TEST_CASE("a picture as large as its format allows is whole, and so is a larger one made smaller") {
    CHECK(decode_webp(encode(strip(16383, 1), Format::webp, 85)).width == 16383);
    CHECK(decode_jpeg(encode(strip(65500, 1), Format::jpeg, 85)).width == 65500);
    CHECK(decode_png(encode(strip(70000, 1), Format::png, 85)).width == 70000);
    const auto smaller = encode_image(strip(16384, 2), Format::webp, 85, {8192, 1});
    REQUIRE(smaller);
    CHECK(decode_webp(*smaller).width == 8192);
}

TEST_CASE("a buffer that does not fit its size is a bad answer in every format") {
    RenderImage image = picture(kRgba, 8, 8);
    image.pixels = base::ByteChain::own(std::string(8 * 8 * 4 - 1, 'x'));
    for (const Format format : {Format::both, Format::jpeg, Format::png, Format::webp, Format::exr}) {
        const auto encoded = encode_image(image, format, 85, {image.width, image.height});
        REQUIRE_FALSE(encoded);
        CHECK(encoded.error().code == base::ErrorCode::bad_answer);
    }
}

TEST_CASE("several workers encode at once without disturbing one another") {
    const RenderImage image = picture(kRgba, kWidth, kHeight);
    const std::string expected = encode(image, Format::jpeg, 85);
    std::vector<std::string> made(4);
    {
        std::vector<std::jthread> workers;
        for (auto& mine : made) {
            workers.emplace_back([&image, &mine] {
                for (int i = 0; i < 50; ++i) {
                    auto encoded = encode_image(image, Format::jpeg, 85, {image.width, image.height});
                    mine = encoded ? *encoded : std::string();
                }
            });
        }
    }
    for (const auto& one : made) CHECK(one == expected);
}

Variant at_most(std::uint32_t width, std::uint32_t height) {
    Variant variant;
    variant.max_width = width;
    variant.max_height = height;
    return variant;
}

std::pair<std::uint32_t, std::uint32_t> fitted(std::uint32_t width, std::uint32_t height, const Variant& variant) {
    RenderImage image;
    image.width = width;
    image.height = height;
    const PictureSize size = fit_inside(image, variant);
    return {size.width, size.height};
}

using Size = std::pair<std::uint32_t, std::uint32_t>;

TEST_CASE("a picture is made to fit inside the limits, keeps its proportions, and is never made larger") {
    CHECK(fitted(1920, 1080, at_most(0, 0)) == Size{1920, 1080});
    CHECK(fitted(1920, 1080, at_most(960, 0)) == Size{960, 540});
    CHECK(fitted(1920, 1080, at_most(0, 540)) == Size{960, 540});
    CHECK(fitted(1920, 1080, at_most(960, 100)) == Size{178, 100});
    CHECK(fitted(1920, 1080, at_most(100, 960)) == Size{100, 56});
    CHECK(fitted(1920, 1080, at_most(1920, 1080)) == Size{1920, 1080});
    CHECK(fitted(1920, 1080, at_most(4000, 4000)) == Size{1920, 1080});
    CHECK(fitted(10000, 2, at_most(10, 0)) == Size{10, 1});
    CHECK(fitted(2, 10000, at_most(0, 10)) == Size{1, 10});
    CHECK(fitted(1, 1, at_most(1, 1)) == Size{1, 1});
}

TEST_CASE("no limit is ever exceeded by rounding") {
    for (std::uint32_t width = 1; width <= 40; ++width) {
        for (std::uint32_t height = 1; height <= 40; ++height) {
            for (const std::uint32_t limit : {1U, 3U, 7U, 16U, 39U}) {
                const Size size = fitted(width, height, at_most(limit, limit));
                REQUIRE(size.first >= 1);
                REQUIRE(size.second >= 1);
                REQUIRE(size.first <= std::min(limit, width));
                REQUIRE(size.second <= std::min(limit, height));
            }
        }
    }
}

TEST_CASE("data formats keep their size whatever the limits say") {
    RenderImage image;
    image.width = 1920;
    image.height = 1080;
    for (const Format format : {Format::raw, Format::exr}) {
        Variant variant = at_most(10, 10);
        variant.format = format;
        CHECK(fit_inside(image, variant).width == 1920);
        CHECK(fit_inside(image, variant).height == 1080);
    }
}

TEST_CASE("a smaller picture of every type is the large one seen from further away") {
    for (const auto& kind : kKinds) {
        CAPTURE(kind.name);
        const RenderImage image = picture(kind, 40, 24, Rows::padded);
        auto encoded = encode_image(image, Format::png, 85, {20, 12});
        REQUIRE(encoded);
        const Decoded decoded = decode_png(*encoded);
        REQUIRE(decoded.width == 20);
        REQUIRE(decoded.height == 12);
        int worst = 0;
        for (std::size_t y = 0; y < 12; ++y) {
            for (std::size_t x = 0; x < 20; ++x) {
                const tests::Pixel near = tests::expected_pixel(kind, 2 * x, 2 * y);
                worst = std::max({worst, std::abs(decoded.at(x, y).r - near.r), std::abs(decoded.at(x, y).b - near.b)});
            }
        }
        CHECK(worst <= 5);  // the slopes climb at most three a pixel
    }
}

TEST_CASE("a picture without alpha is a PNG and a WebP without alpha, whatever its fourth byte holds") {
    RenderImage image = picture(kRgba, kWidth, kHeight);
    CHECK(decode_png(encode(image, Format::png, 85)).at(20, 3).a == 255);
    CHECK(decode_webp(encode(image, Format::webp, 85)).at(20, 3).a == 255);
    CHECK(worst_difference(decode_png(encode(image, Format::png, 85)), kRgba, false) == 0);
    image = with_alpha(image);
    CHECK(decode_png(encode(image, Format::png, 85)).at(20, 3).a == tests::slope(20, 3, 3));
}

Look looking(Alpha alpha) {
    Look look;
    look.alpha = alpha;
    return look;
}

// One pixel of an RGBA picture of one colour, as a decoded file shows it.
tests::Pixel shown(Format format, tests::Pixel pixel, std::int32_t multiplied, const Look& look, std::size_t x = 3) {
    RenderImage image;
    image.width = 32;
    image.height = 32;
    image.has_alpha = true;
    image.premultiplied_alpha_type = multiplied;
    std::string bytes;
    for (int i = 0; i < 32 * 32; ++i) {
        for (const std::uint8_t channel : {pixel.r, pixel.g, pixel.b, pixel.a}) bytes += static_cast<char>(channel);
    }
    image.pixels = base::ByteChain::own(std::move(bytes));
    const auto file = encode_image(image, format, 100, {32, 32}, look);
    REQUIRE(file);
    return format == Format::png ? decode_png(*file).at(x, 3) : decode_jpeg(*file).at(x, 3);
}

bool is_near(tests::Pixel a, tests::Pixel b, int most) {
    return std::abs(a.r - b.r) <= most && std::abs(a.g - b.g) <= most && std::abs(a.b - b.b) <= most &&
           std::abs(a.a - b.a) <= most;
}

TEST_CASE("PNG has straight alpha however the colours have been multiplied") {
    const Look keep;
    CHECK(shown(Format::png, {200, 100, 50, 128}, 0, keep) == tests::Pixel{200, 100, 50, 128});
    CHECK(is_near(shown(Format::png, {100, 50, 25, 128}, 2, keep), {199, 100, 50, 128}, 1));
    // 146 is 200 halved in linear light (0.5776 · 128/255 = 0.2899), 71 likewise 100.
    CHECK(is_near(shown(Format::png, {147, 72, 35, 128}, 1, keep), {200, 100, 51, 128}, 2));
    CHECK(shown(Format::png, {0, 0, 0, 0}, 1, keep).a == 0);
}

TEST_CASE("JPEG shows multiplied colours as they are and others over black, in linear light") {
    const Look keep;
    CHECK(is_near(shown(Format::jpeg, {147, 72, 35, 128}, 1, keep), {147, 72, 35, 255}, 2));
    CHECK(is_near(shown(Format::jpeg, {100, 50, 25, 128}, 2, keep), {100, 50, 25, 255}, 2));
    CHECK(is_near(shown(Format::jpeg, {200, 100, 50, 128}, 0, keep), {147, 72, 35, 255}, 3));
}

TEST_CASE("opaque leaves colours alone and ends alpha") {
    for (const std::int32_t multiplied : {0, 1, 2}) {
        CHECK(shown(Format::png, {147, 72, 35, 128}, multiplied, looking(Alpha::opaque)) == tests::Pixel{147, 72, 35, 255});
        CHECK(is_near(shown(Format::jpeg, {147, 72, 35, 128}, multiplied, looking(Alpha::opaque)), {147, 72, 35, 255}, 2));
    }
}

TEST_CASE("a checkerboard shows through where the picture does not cover it") {
    for (const Format format : {Format::png, Format::jpeg}) {
        const auto checker = looking(Alpha::checkerboard);
        CHECK(is_near(shown(format, {0, 0, 0, 0}, 1, checker, 3), {204, 204, 204, 255}, 2));
        CHECK(is_near(shown(format, {0, 0, 0, 0}, 1, checker, 12), {153, 153, 153, 255}, 2));
        CHECK(is_near(shown(format, {200, 100, 50, 255}, 1, checker, 3), {200, 100, 50, 255}, 2));
        // Half of 200 and half of 204 in linear light.
        CHECK(is_near(shown(format, {200, 100, 50, 128}, 0, checker, 3), {202, 162, 151, 255}, 3));
    }
}

TEST_CASE("where the environment stays visible, alpha is a mask and the picture opaque") {
    RenderImage image = picture(kRgba, kWidth, kHeight);
    image.has_alpha = true;
    image.keeps_environment = true;
    image.premultiplied_alpha_type = 1;
    const Decoded decoded = decode_png(encode(image, Format::png, 85));
    CHECK(worst_difference(decoded, kRgba, false) == 0);
    CHECK(decoded.at(20, 3).a == 255);
}

TEST_CASE("each format has its media type") {
    CHECK(mime_of(Format::jpeg) == "image/jpeg");
    CHECK(mime_of(Format::both) == "image/jpeg");
    CHECK(mime_of(Format::png) == "image/png");
    CHECK(mime_of(Format::webp) == "image/webp");
    CHECK(mime_of(Format::exr) == "image/x-exr");
}

}  // namespace
}  // namespace octane::frames
