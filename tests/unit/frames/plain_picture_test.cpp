#include "frames/plain_picture.hpp"

#include <doctest/doctest.h>
#include <spng.h>

#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace octane::frames {
namespace {

struct Png {
    spng_ihdr head{};
    std::vector<std::uint16_t> values;
};

Png read(const std::string& file) {
    const std::unique_ptr<spng_ctx, void (*)(spng_ctx*)> context(spng_ctx_new(0), spng_ctx_free);
    Png png;
    REQUIRE(spng_set_png_buffer(context.get(), file.data(), file.size()) == 0);
    REQUIRE(spng_get_ihdr(context.get(), &png.head) == 0);
    std::size_t size = 0;
    REQUIRE(spng_decoded_image_size(context.get(), SPNG_FMT_PNG, &size) == 0);
    std::vector<unsigned char> bytes(size);
    REQUIRE(spng_decode_image(context.get(), bytes.data(), size, SPNG_FMT_PNG, 0) == 0);
    if (png.head.bit_depth == 8) {
        png.values.assign(bytes.begin(), bytes.end());
    } else {
        png.values.resize(size / 2);  // as this machine has them
        std::memcpy(png.values.data(), bytes.data(), size);
    }
    return png;
}

PlainPicture picture(std::string encoding, std::uint32_t width, std::uint32_t height, std::string pixels, std::size_t step = 0) {
    PlainPicture made;
    made.encoding = std::move(encoding);
    made.width = width;
    made.height = height;
    made.step = step;
    made.pixels = base::ByteChain::own(std::move(pixels));
    return made;
}

Png png_of(const PlainPicture& given) {
    const auto file = encode_plain(given, Format::png, 85);
    REQUIRE(file);
    return read(*file);
}

std::string why_not(const PlainPicture& given, Format format = Format::png) {
    const auto file = encode_plain(given, format, 85);
    return file ? "" : file.error().message;
}

using Values = std::vector<std::uint16_t>;

TEST_CASE("rows are cut to their width, and eight bits stay what they are") {
    const Png grey = png_of(picture("mono8", 2, 2, "\x01\x02..\x03\x04..", 4));
    CHECK(grey.head.bit_depth == 8);
    CHECK(grey.head.color_type == SPNG_COLOR_TYPE_GRAYSCALE);
    CHECK(grey.values == Values{1, 2, 3, 4});
    CHECK(png_of(picture("RGB8", 1, 2, "\x01\x02\x03\x04\x05\x06")).values == Values{1, 2, 3, 4, 5, 6});
    CHECK(png_of(picture("bgr8", 1, 1, "\x01\x02\x03")).values == Values{3, 2, 1});
    CHECK(png_of(picture("bgra8", 1, 1, "\x01\x02\x03\x04")).values == Values{3, 2, 1, 4});
    CHECK(png_of(picture("", 1, 1, "\x01\x02\x03")).values == Values{1, 2, 3});
}

TEST_CASE("sixteen bits stay what they are, from either end") {
    const std::string pixels("\x01\x02\xFF\x00", 4);
    const Png little = png_of(picture("mono16", 2, 1, pixels));
    CHECK(little.head.bit_depth == 16);
    CHECK(little.values == Values{0x0201, 0x00FF});
    auto big = picture("16UC1", 2, 1, pixels);
    big.is_bigendian = true;
    CHECK(png_of(big).values == Values{0x0102, 0xFF00});
    CHECK(png_of(picture("rgb16", 1, 1, std::string("\x01\0\x02\0\x03\0", 6))).values == Values{1, 2, 3});
}

TEST_CASE("floats are spread from the least to the greatest, and what is no number is 0") {
    const std::vector<float> values = {1, 3, std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN(), 2};
    std::string pixels(values.size() * sizeof(float), '\0');
    std::memcpy(pixels.data(), values.data(), pixels.size());
    CHECK(png_of(picture("32FC1", 5, 1, pixels)).values == Values{0, 65535, 0, 0, 32768});
    CHECK(png_of(picture("32FC1", 1, 1, pixels.substr(0, 4))).values == Values{0});
}

TEST_CASE("without an encoding it is guessed only where no other can be meant") {
    CHECK(png_of(picture("", 5, 1, "12345", 5)).head.color_type == SPNG_COLOR_TYPE_GRAYSCALE);
    CHECK(png_of(picture("", 2, 2, std::string(12, 'x'), 6)).head.color_type == SPNG_COLOR_TYPE_TRUECOLOR);
    CHECK(png_of(picture("", 2, 2, std::string(16, 'x'))).head.color_type == SPNG_COLOR_TYPE_TRUECOLOR_ALPHA);
    CHECK(
        why_not(picture("", 5, 2, std::string(32, 'x'), 16)) ==
        "the answer does not say how its pixels are encoded, and 16 bytes for a row of 5 pixels do not tell: the encoding has to "
        "be given, with ?layout=encoding: and a field or a name such as mono16");
    for (const auto& [bytes, step] : {std::pair(32, 0), std::pair(4, 0), std::pair(8, 0), std::pair(6, 6), std::pair(16, 16)}) {
        CHECK(why_not(picture("", 3, 1, std::string(static_cast<std::size_t>(bytes), 'x'), static_cast<std::size_t>(step)))
                  .find("do not tell") != std::string::npos);
    }
    CHECK(why_not(picture("", 3, 2, "123", 3)).find("need 6") != std::string::npos);
}

std::string float_bytes(const std::vector<float>& values) {
    std::string bytes(values.size() * sizeof(float), '\0');
    std::memcpy(bytes.data(), values.data(), bytes.size());
    return bytes;
}

TEST_CASE("with a range equal values look equal, whatever else the picture holds") {
    constexpr float kInfinity = std::numeric_limits<float>::infinity();
    const auto with = [](const PlainPicture& given, ValueRange range) {
        const auto file = encode_plain(given, Format::png, 85, range);
        REQUIRE(file);
        return read(*file);
    };
    const std::vector<float> depths = {1, 3, 5, 7, -1, kInfinity, -kInfinity, std::numeric_limits<float>::quiet_NaN()};
    const auto floats = picture("32FC1", 8, 1, float_bytes(depths));
    CHECK(with(floats, {1, 5}).values == Values{0, 32768, 65535, 65535, 0, 65535, 0, 0});
    CHECK(with(picture("32FC1", 1, 1, float_bytes({3})), {1, 5}).values == Values{32768});
    const auto words = with(picture("16UC1", 3, 1, std::string("\x00\x01\x00\x02\x00\x03", 6)), {0x100, 0x300});
    CHECK(words.values == Values{0, 32768, 65535});
    const auto bytes = with(picture("mono8", 3, 1, std::string("\x00\x0A\x14", 3)), {0, 20});
    CHECK(bytes.head.bit_depth == 16);
    CHECK(bytes.values == Values{0, 32768, 65535});
    const auto colours = encode_plain(picture("rgb8", 1, 1, "abc"), Format::png, 85, ValueRange{0, 1});
    REQUIRE_FALSE(colours);
    CHECK(colours.error().code == base::ErrorCode::bad_query);
    // Eight bits of the range and not of the picture's own greatest value.
    const auto jpeg = encode_plain(picture("16UC1", 8, 8, std::string(128, '\x10')), Format::jpeg, 100, ValueRange{0, 65535});
    const auto same = encode_plain(picture("mono8", 8, 8, std::string(64, '\x10')), Format::jpeg, 100);
    REQUIRE(jpeg);
    REQUIRE(same);
    CHECK(*jpeg == *same);
}

TEST_CASE("colours of floats are spread together, in the order of OpenCV, and EXR keeps them with an alpha of 1") {
    const auto bgr = picture("32FC3", 1, 2, float_bytes({0, 1, 2, 4, 3, 2}));
    CHECK(png_of(bgr).head.color_type == SPNG_COLOR_TYPE_TRUECOLOR);
    CHECK(png_of(bgr).values == Values{32768, 16384, 0, 32768, 49151, 65535});
    CHECK(png_of(picture("16UC3", 1, 1, std::string("\x03\0\x02\0\x01\0", 6))).values == Values{1, 2, 3});
    const auto file = encode_plain(bgr, Format::exr, 85);
    REQUIRE(file);
    // One line after the other, the channels of each by their names: A, B, G, R.
    CHECK(file->find(float_bytes({1, 0, 1, 2})) != std::string::npos);
    CHECK(file->find(float_bytes({1, 4, 3, 2})) != std::string::npos);
    const auto four = encode_plain(picture("32FC4", 1, 1, float_bytes({0.5F, 0.25F, 0.125F, 0.75F})), Format::exr, 85);
    REQUIRE(four);
    CHECK(four->find(float_bytes({0.75F, 0.5F, 0.25F, 0.125F})) != std::string::npos);
    // In a picture, too: it does not move with the colours.
    const auto bright = picture("32FC4", 2, 1, float_bytes({0, 10, 20, 1, 0, 10, 20, 0.5F}));
    CHECK(png_of(bright).values == Values{65535, 32768, 0, 65535, 65535, 32768, 0, 32768});
    // Of words, too, alpha is a share and the colours are values.
    const auto words = encode_plain(picture("rgba16", 1, 1, std::string("\x03\0\x02\0\x01\0\xFF\xFF", 8)), Format::exr, 85);
    REQUIRE(words);
    CHECK(words->find(float_bytes({1, 1, 2, 3})) != std::string::npos);
}

TEST_CASE("EXR keeps values as they are") {
    const auto floats = float_bytes({1.5F, -2, std::numeric_limits<float>::infinity(), 1e-30F});
    std::string padded = floats.substr(0, 8) + "...." + floats.substr(8) + "....";
    const auto file = encode_plain(picture("32FC1", 2, 2, padded, 12), Format::exr, 85);
    REQUIRE(file);
    CHECK(file->substr(0, 4) == "\x76\x2f\x31\x01");
    CHECK(file->find(floats.substr(0, 8)) != std::string::npos);
    CHECK(file->find(floats.substr(8)) != std::string::npos);
    const auto words = encode_plain(picture("mono16", 2, 1, std::string("\x01\x00\xFF\xFF", 4)), Format::exr, 85);
    REQUIRE(words);
    CHECK(words->find(float_bytes({1, 65535})) != std::string::npos);
    for (const char* encoding : {"rgb8", "mono8"}) {
        const auto refused = encode_plain(picture(encoding, 1, 1, "abcdef"), Format::exr, 85);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == base::ErrorCode::not_acceptable);
    }
}

TEST_CASE("JPEG and WebP are made of everything") {
    for (const char* encoding : {"mono8", "mono16", "rgb8", "rgba8", "rgb16", "32FC1"}) {
        const auto given = picture(encoding, 4, 4, std::string(4 * 4 * 8, '\x11'));
        const auto jpeg = encode_plain(given, Format::jpeg, 85);
        REQUIRE(jpeg);
        CHECK(jpeg->starts_with("\xFF\xD8\xFF"));
        const auto webp = encode_plain(given, Format::webp, 85);
        REQUIRE(webp);
        CHECK(webp->substr(8, 4) == "WEBP");
    }
}

TEST_CASE("what does not fit is said, whatever the numbers are") {
    CHECK(why_not(picture("yuv422", 2, 2, "12345678")).find("what can be shown is mono8, mono16") != std::string::npos);
    CHECK(why_not(picture("mono8", 2, 2, "123")) == "the answer has 3 bytes of pixels, and 2×2 pixels of mono8 need 4");
    CHECK(why_not(picture("rgb8", 2, 2, std::string(12, 'x'), 5)) ==
          "the answer says 5 bytes a row, and 2×2 pixels of rgb8 need 6");
    CHECK(why_not(picture("mono8", 0, 2, "")) == "the answer has no picture there: its width or height is 0");
    CHECK(why_not(picture("mono8", 4294967295U, 4294967295U, "")).find("at most 65535 a side") != std::string::npos);
    CHECK(why_not(picture("mono8", 65535, 65535, "x")).find("bytes of pixels") != std::string::npos);
    CHECK(why_not(picture("mono8", 65535, 1, std::string(65535, 'x')), Format::webp).find("at most 16383") != std::string::npos);
    CHECK(why_not(picture("mono8", 2, 2, std::string(100, 'x'), ~std::size_t{0})).find("bytes of pixels") != std::string::npos);
}

}  // namespace
}  // namespace octane::frames
