// Tests of the frames room: pictures whose every pixel is known, in each pixel format and each way of laying out rows.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "frames/image.hpp"
#include "frames/rgba8.hpp"

namespace octane::frames::tests {

struct Pixel {
    std::uint8_t r = 0, g = 0, b = 0, a = 255;
    bool operator==(const Pixel&) const = default;
};

inline Pixel at(const Rgba8& rows, std::size_t x, std::size_t y) {
    const auto* p = rows.pixels + y * rows.stride + x * 4;
    return {p[0], p[1], p[2], p[3]};
}

struct Kind {
    ImageType type;
    const char* name;
    std::size_t channels;
    std::size_t channel_bytes;  // 1: a byte, 2: half, 4: float
};
inline constexpr Kind kKinds[] = {
    {ImageType::ldr_rgba, "LDR_RGBA", 4, 1},
    {ImageType::ldr_mono, "LDR_MONO", 1, 1},
    {ImageType::hdr_rgba, "HDR_RGBA", 4, 4},
    {ImageType::hdr_mono, "HDR_MONO", 1, 4},
    {ImageType::ldr_mono_alpha, "LDR_MONO_ALPHA", 2, 1},
    {ImageType::hdr_mono_alpha, "HDR_MONO_ALPHA", 2, 4},
    {ImageType::half_rgba, "HALF_RGBA", 4, 2},
    {ImageType::half_mono, "HALF_MONO", 1, 2},
    {ImageType::half_mono_alpha, "HALF_MONO_ALPHA", 2, 2},
};

inline std::size_t pixel_bytes(const Kind& kind) {
    return kind.channels * kind.channel_bytes;
}

// Gentle slopes, so that JPEG and WebP come close; each channel another one.
inline std::uint8_t slope(std::size_t x, std::size_t y, std::size_t channel) {
    const std::size_t value = channel == 0 ? 40 + 3 * x : channel == 1 ? 200 - 2 * y : channel == 2 ? 90 + x + y : 255 - 2 * x;
    return static_cast<std::uint8_t>(value);
}

// IEEE half of k/256, 0 ≤ k < 256: exact, since a half has eleven significant bits.
inline std::uint16_t half_of_256ths(std::uint32_t k) {
    if (k == 0) return 0;
    const int top = std::bit_width(k) - 1;  // k = 1.m × 2^top
    const auto exponent = static_cast<std::uint32_t>(top - 8 + 15);
    const std::uint32_t mantissa = (k << static_cast<unsigned>(10 - top)) & 0x3FFU;
    return static_cast<std::uint16_t>(exponent << 10U | mantissa);
}

inline void append_channel(std::string& out, std::size_t channel_bytes, std::uint8_t value) {
    if (channel_bytes == 1) {
        out += static_cast<char>(value);
    } else if (channel_bytes == 2) {
        const std::uint16_t half = half_of_256ths(value);
        out.append(reinterpret_cast<const char*>(&half), sizeof half);
    } else {
        const float number = static_cast<float>(value) / 256.0F;
        out.append(reinterpret_cast<const char*>(&number), sizeof number);
    }
}

// What a viewer should see of a channel that holds `value`: bytes as they are, floats k/256 scaled to 255.
inline std::uint8_t shown(const Kind& kind, std::uint8_t value) {
    return kind.channel_bytes == 1 ? value : static_cast<std::uint8_t>(std::lround(value / 256.0 * 255.0));
}

inline Pixel expected_pixel(const Kind& kind, std::size_t x, std::size_t y) {
    const auto at = [&](std::size_t channel) { return shown(kind, slope(x, y, channel)); };
    if (kind.channels == 4) return {at(0), at(1), at(2), at(3)};
    return {at(0), at(0), at(0), kind.channels == 2 ? at(3) : std::uint8_t{255}};
}

enum class Rows { tight, padded, padded_pitch_in_bytes, padded_last_row_short };
inline constexpr Rows kEveryRows[] = {Rows::tight, Rows::padded, Rows::padded_pitch_in_bytes, Rows::padded_last_row_short};

// Cuts bytes into a chain of pieces of the given size, none of which lies beside the next in memory.
inline base::ByteChain scattered(std::string_view bytes, std::size_t piece) {
    auto owner = std::make_shared<std::vector<std::string>>();
    for (std::size_t at = 0; at < bytes.size(); at += piece) owner->emplace_back(bytes.substr(at, piece));
    std::vector<std::string_view> segments(owner->begin(), owner->end());
    return {std::move(segments), std::move(owner)};
}

inline RenderImage picture(const Kind& kind, std::uint32_t width, std::uint32_t height, Rows rows = Rows::tight) {
    constexpr std::uint32_t kPadding = 3;  // pixels; what lies there must never be seen
    const bool is_padded = rows != Rows::tight;
    std::string bytes;
    for (std::size_t y = 0; y < height; ++y) {
        for (std::size_t x = 0; x < width; ++x) {
            const auto put = [&](std::size_t channel) { append_channel(bytes, kind.channel_bytes, slope(x, y, channel)); };
            if (kind.channels == 4) {
                for (std::size_t c = 0; c < 4; ++c) put(c);
            } else {
                put(0);
                if (kind.channels == 2) put(3);
            }
        }
        const bool has_tail = is_padded && (rows != Rows::padded_last_row_short || y + 1 < height);
        if (has_tail) bytes.append(kPadding * pixel_bytes(kind), '\x3B');
    }
    RenderImage image;
    image.type = kind.type;
    image.width = width;
    image.height = height;
    image.pitch = is_padded ? width + kPadding : width;
    if (rows == Rows::padded_pitch_in_bytes) image.pitch *= static_cast<std::uint32_t>(pixel_bytes(kind));
    image.pixels = base::ByteChain::own(std::move(bytes));
    return image;
}

}  // namespace octane::frames::tests
