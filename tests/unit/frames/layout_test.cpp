#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "frames/image.hpp"
#include "pictures.hpp"

namespace octane::frames {
namespace {

using tests::kKinds;
using tests::pixel_bytes;

constexpr std::uint32_t kMost = std::numeric_limits<std::uint32_t>::max();

// Only the length of the buffer matters here, so the bytes need not exist: one view stands for them all.
RenderImage image_of(ImageType type, std::uint32_t width, std::uint32_t height, std::uint32_t pitch, std::size_t length) {
    static const char kByte = 'x';
    RenderImage image;
    image.type = type;
    image.width = width;
    image.height = height;
    image.pitch = pitch;
    image.pixels = base::ByteChain({std::string_view(&kByte, length)}, nullptr);
    return image;
}

std::optional<std::size_t> stride_of(ImageType type, std::uint32_t width, std::uint32_t height, std::uint32_t pitch,
                                     std::size_t length) {
    const auto layout = resolve_layout(image_of(type, width, height, pitch, length));
    if (!layout) return std::nullopt;
    return layout->stride;
}

void check_unexpected(const RenderImage& image) {
    const auto layout = resolve_layout(image);
    REQUIRE_FALSE(layout);
    CHECK(layout.error().code == base::ErrorCode::bad_answer);
    CHECK(layout.error().message.find("unexpected buffer size") != std::string::npos);
    CHECK(layout.error().message.find(std::to_string(image.pixels.size()) + " bytes") != std::string::npos);
}

TEST_CASE("every type has its bytes per pixel, and tight rows are as long as their pixels") {
    for (const auto& kind : kKinds) {
        CAPTURE(kind.name);
        const auto layout = resolve_layout(image_of(kind.type, 10, 7, 10, 70 * pixel_bytes(kind)));
        REQUIRE(layout);
        CHECK(layout->bytes_per_pixel == pixel_bytes(kind));
        CHECK(layout->stride == 10 * pixel_bytes(kind));
    }
}

TEST_CASE("rule 1: a buffer of exactly the pixels is tight whatever the pitch says") {
    for (const auto& kind : kKinds) {
        CAPTURE(kind.name);
        const std::size_t row = 10 * pixel_bytes(kind);
        for (const std::uint32_t pitch : {0U, 1U, 10U, 11U, 40U, 160U, kMost})
            CHECK(stride_of(kind.type, 10, 7, pitch, row * 7) == row);
    }
}

TEST_CASE("rule 2: a buffer of pitch pixels a row is padded in pixels") {
    for (const auto& kind : kKinds) {
        CAPTURE(kind.name);
        CHECK(stride_of(kind.type, 10, 7, 13, 13 * pixel_bytes(kind) * 7) == 13 * pixel_bytes(kind));
    }
}

TEST_CASE("rule 3: a buffer of pitch bytes a row is padded in bytes") {
    for (const auto& kind : kKinds) {
        if (pixel_bytes(kind) == 1) continue;  // one reading only
        CAPTURE(kind.name);
        const auto pitch = static_cast<std::uint32_t>(10 * pixel_bytes(kind) + 5);  // not even a whole number of pixels
        CHECK(stride_of(kind.type, 10, 7, pitch, std::size_t{pitch} * 7) == pitch);
    }
}

TEST_CASE("rule 4: the last row may end after its last pixel, in either reading, and pixels are preferred") {
    for (const auto& kind : kKinds) {
        CAPTURE(kind.name);
        const std::size_t pixel = pixel_bytes(kind);
        CHECK(stride_of(kind.type, 10, 7, 13, 13 * pixel * 6 + 10 * pixel) == 13 * pixel);
        const auto pitch = static_cast<std::uint32_t>(10 * pixel + 5);
        CHECK(stride_of(kind.type, 10, 7, pitch, std::size_t{pitch} * 6 + 10 * pixel) == pitch);
    }
    // 40 could be bytes of a tight row or pixels of a padded one: what fits as pixels is taken as pixels.
    CHECK(stride_of(ImageType::ldr_rgba, 10, 7, 40, 160 * 6 + 40) == 160);
    CHECK(stride_of(ImageType::ldr_rgba, 10, 7, 40, 160 * 6 + 39) == 40);
}

TEST_CASE("rule 4 needs every byte of the last row") {
    for (const auto& kind : kKinds) {
        CAPTURE(kind.name);
        const std::size_t pixel = pixel_bytes(kind);
        check_unexpected(image_of(kind.type, 10, 7, 13, 13 * pixel * 6 + 10 * pixel - 1));
    }
}

TEST_CASE("rule 5: pitch 0 stands for the width") {
    CHECK(stride_of(ImageType::ldr_rgba, 10, 7, 0, 280) == 40);
    CHECK(stride_of(ImageType::ldr_rgba, 10, 7, 0, 281) == 40);
    check_unexpected(image_of(ImageType::ldr_rgba, 10, 7, 0, 279));
}

TEST_CASE("a single row needs no more than its pixels") {
    CHECK(stride_of(ImageType::hdr_rgba, 10, 1, 10, 160) == 160);
    CHECK(stride_of(ImageType::hdr_rgba, 10, 1, 16, 256) == 256);
    CHECK(stride_of(ImageType::hdr_rgba, 10, 1, 16, 160) == 160);
    check_unexpected(image_of(ImageType::hdr_rgba, 10, 1, 10, 159));
}

TEST_CASE("a pitch shorter than the row never makes rows overlap") {
    check_unexpected(image_of(ImageType::ldr_rgba, 10, 7, 9, 9 * 4 * 7));
    check_unexpected(image_of(ImageType::ldr_rgba, 10, 7, 39, 39 * 7));
    check_unexpected(image_of(ImageType::ldr_rgba, 10, 7, 1, 7));
    // More than enough bytes do not make up for a pitch that cannot be.
    check_unexpected(image_of(ImageType::ldr_rgba, 10, 7, 9, 4000));
}

TEST_CASE("pictures cut short by the SDK's converter are refused: rows of HDR counted as if they were LDR") {
    check_unexpected(image_of(ImageType::hdr_rgba, 1024, 512, 1024, std::size_t{1024} * 512 * 4));
    check_unexpected(image_of(ImageType::hdr_mono_alpha, 1024, 512, 1024, std::size_t{1024} * 512 * 2));
    check_unexpected(image_of(ImageType::half_rgba, 1024, 512, 1024, 0));
}

TEST_CASE("an empty buffer is refused for every type") {
    for (const auto& kind : kKinds) check_unexpected(image_of(kind.type, 1, 1, 1, 0));
}

TEST_CASE("an image without width or height is refused") {
    for (const auto& [width, height] : {std::pair(0U, 0U), std::pair(0U, 5U), std::pair(5U, 0U)}) {
        const auto layout = resolve_layout(image_of(ImageType::ldr_rgba, width, height, 0, 0));
        REQUIRE_FALSE(layout);
        CHECK(layout.error().code == base::ErrorCode::bad_answer);
        CHECK(layout.error().message.find("without a size") != std::string::npos);
    }
}

TEST_CASE("types that no renderer produces are refused by their number") {
    for (const std::int32_t type : {9, 15, 16, -1, 1000, std::numeric_limits<std::int32_t>::max()}) {
        const auto layout = resolve_layout(image_of(static_cast<ImageType>(type), 4, 4, 4, 256));
        REQUIRE_FALSE(layout);
        CHECK(layout.error().code == base::ErrorCode::bad_answer);
        CHECK(layout.error().message.find("type " + std::to_string(type)) != std::string::npos);
    }
}

TEST_CASE("sizes whose product overflows are refused, with every length that the product could wrap to") {
    const std::uint32_t half = 1U << 31U;
    for (const auto& kind : kKinds) {
        CAPTURE(kind.name);
        for (const std::size_t length : {std::size_t{0}, std::size_t{16}, std::size_t{1} << 20U, std::size_t{1} << 32U}) {
            CHECK_FALSE(stride_of(kind.type, kMost, kMost, kMost, length));
            CHECK_FALSE(stride_of(kind.type, half, half, half, length));
            CHECK_FALSE(stride_of(kind.type, 1U << 30U, 1U << 30U, 0, length));
            CHECK_FALSE(stride_of(kind.type, 2, kMost, kMost, length));
            CHECK_FALSE(stride_of(kind.type, 65536, 65536, 65536, std::min<std::size_t>(length, 65536)));
        }
    }
}

TEST_CASE("the message about a picture of absurd size does not claim that a few bytes would do") {
    const auto layout = resolve_layout(image_of(ImageType::hdr_rgba, 1U << 30U, 1U << 30U, 0, 100));
    REQUIRE_FALSE(layout);
    CHECK(layout.error().message.find("which needs 0 ") == std::string::npos);
}

TEST_CASE("whatever is accepted lies within the buffer") {
    for (const auto& kind : kKinds) {
        for (const std::uint32_t width : {1U, 3U}) {
            for (const std::uint32_t height : {1U, 2U, 3U}) {
                for (const std::uint32_t pitch : {0U, 1U, 2U, 3U, 4U, 5U, 8U, 12U, 16U, 20U, 48U, 50U}) {
                    for (std::size_t length = 0; length <= 160; ++length) {
                        const auto stride = stride_of(kind.type, width, height, pitch, length);
                        if (!stride) continue;
                        const std::size_t row = width * pixel_bytes(kind);
                        REQUIRE(*stride >= row);
                        REQUIRE(*stride * (height - 1) + row <= length);
                    }
                }
            }
        }
    }
}

}  // namespace
}  // namespace octane::frames
