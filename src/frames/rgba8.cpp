#include "frames/rgba8.hpp"

#include <webp/encode.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

namespace octane::frames {
namespace {

float half_to_float(std::uint16_t half) {
    const std::uint32_t sign = (half & 0x8000U) << 16U;
    const std::uint32_t exponent = (half >> 10U) & 0x1FU;
    const std::uint32_t mantissa = half & 0x3FFU;
    if (exponent == 0) {
        const float value = std::ldexp(static_cast<float>(mantissa), -24);
        return sign != 0 ? -value : value;
    }
    const std::uint32_t wide = exponent == 31 ? 0xFFU : exponent + 112;
    return std::bit_cast<float>(sign | (wide << 23U) | (mantissa << 13U));
}

// The sRGB transfer function as a table over 0…1; 4096 steps keep every eight-bit value exact to within one.
const std::array<std::uint8_t, 4097>& srgb_table() {
    static const auto kTable = [] {
        std::array<std::uint8_t, 4097> table{};
        for (std::size_t i = 0; i < table.size(); ++i) {
            const double linear = static_cast<double>(i) / 4096.0;
            const double encoded = linear <= 0.0031308 ? 12.92 * linear : 1.055 * std::pow(linear, 1 / 2.4) - 0.055;
            table[i] = static_cast<std::uint8_t>(std::lround(encoded * 255.0));
        }
        return table;
    }();
    return kTable;
}

std::uint8_t to_byte(float value) {
    if (!(value > 0)) return 0;  // also NaN
    return value >= 1 ? 255 : static_cast<std::uint8_t>(value * 255.0F + 0.5F);
}

std::uint8_t to_srgb_byte(float value) {
    if (!(value > 0)) return 0;
    return value >= 1 ? 255 : srgb_table()[static_cast<std::size_t>(value * 4096.0F + 0.5F)];
}

struct ByteSource {
    static constexpr std::size_t kSize = 1;
    static float read(const char* at) { return static_cast<float>(static_cast<std::uint8_t>(*at)) / 255.0F; }
};
struct FloatSource {
    static constexpr std::size_t kSize = 4;
    static float read(const char* at) {
        float value = 0;
        std::memcpy(&value, at, sizeof value);
        return value;
    }
};
struct HalfSource {
    static constexpr std::size_t kSize = 2;
    static float read(const char* at) {
        std::uint16_t value = 0;
        std::memcpy(&value, at, sizeof value);
        return half_to_float(value);
    }
};

// One row; kChannels of 1 (grey), 2 (grey, alpha) or 4 (RGBA).
template <typename Source, std::size_t kChannels>
void convert_row(const char* from, std::uint8_t* to, std::size_t width, bool is_linear) {
    const auto curve = is_linear ? to_srgb_byte : to_byte;
    for (std::size_t x = 0; x < width; ++x, from += Source::kSize * kChannels, to += 4) {
        for (std::size_t c = 0; c < 3; ++c) to[c] = curve(Source::read(from + (kChannels == 4 ? c * Source::kSize : 0)));
        to[3] = kChannels == 1 ? 255 : to_byte(Source::read(from + (kChannels - 1) * Source::kSize));
    }
}

using RowConverter = void (*)(const char*, std::uint8_t*, std::size_t, bool);

RowConverter converter_for(ImageType type) {
    switch (type) {
        case ImageType::ldr_rgba: return convert_row<ByteSource, 4>;
        case ImageType::ldr_mono: return convert_row<ByteSource, 1>;
        case ImageType::ldr_mono_alpha: return convert_row<ByteSource, 2>;
        case ImageType::hdr_rgba: return convert_row<FloatSource, 4>;
        case ImageType::hdr_mono: return convert_row<FloatSource, 1>;
        case ImageType::hdr_mono_alpha: return convert_row<FloatSource, 2>;
        case ImageType::half_rgba: return convert_row<HalfSource, 4>;
        case ImageType::half_mono: return convert_row<HalfSource, 1>;
        case ImageType::half_mono_alpha: return convert_row<HalfSource, 2>;
    }
    return nullptr;
}

}  // namespace

base::Result<Rgba8> to_rgba8(const RenderImage& image) {
    const auto layout = resolve_layout(image);
    if (!layout) return layout.error();
    std::string joined;
    std::string_view bytes;
    if (image.pixels.segments().size() == 1) {
        bytes = image.pixels.segments().front();
    } else {
        joined = image.pixels.flatten();
        bytes = joined;
    }
    Rgba8 rows;
    rows.width = image.width;
    rows.height = image.height;
    const bool is_ready = image.type == ImageType::ldr_rgba && !image.is_linear;
    if (is_ready && joined.empty()) {
        rows.pixels = reinterpret_cast<const std::uint8_t*>(bytes.data());
        rows.stride = layout->stride;
        return rows;
    }
    rows.stride = std::size_t{image.width} * 4;
    rows.owned.resize(rows.stride * image.height);
    const RowConverter convert = converter_for(image.type);
    for (std::size_t y = 0; y < image.height; ++y) {
        std::uint8_t* to = rows.owned.data() + y * rows.stride;
        if (is_ready) {
            std::memcpy(to, bytes.data() + y * layout->stride, rows.stride);
        } else {
            convert(bytes.data() + y * layout->stride, to, image.width, image.is_linear);
        }
    }
    rows.pixels = rows.owned.data();
    return rows;
}

base::Result<Rgba8> scale_down(Rgba8 rows, std::uint32_t width, std::uint32_t height) {
    if (width >= rows.width && height >= rows.height) return rows;
    WebPPicture picture;
    if (WebPPictureInit(&picture) == 0)
        return base::make_error(base::ErrorCode::internal, "libwebp is of another version than its header");
    const std::unique_ptr<WebPPicture, void (*)(WebPPicture*)> owned(&picture, WebPPictureFree);
    picture.use_argb = 1;
    picture.width = static_cast<int>(rows.width);
    picture.height = static_cast<int>(rows.height);
    if (WebPPictureImportRGBA(&picture, rows.pixels, static_cast<int>(rows.stride)) == 0 ||
        WebPPictureRescale(&picture, static_cast<int>(width), static_cast<int>(height)) == 0) {
        return base::make_error(base::ErrorCode::internal, "a picture of more than 16383 pixels a side cannot be made smaller");
    }
    Rgba8 small;
    small.width = width;
    small.height = height;
    small.stride = std::size_t{width} * 4;
    small.owned.resize(small.stride * height);
    small.pixels = small.owned.data();
    std::uint8_t* to = small.owned.data();
    for (std::uint32_t y = 0; y < height; ++y) {
        const std::uint32_t* from = picture.argb + std::size_t{y} * static_cast<std::size_t>(picture.argb_stride);
        for (std::uint32_t x = 0; x < width; ++x, to += 4) {
            for (unsigned c = 0; c < 4; ++c) to[c] = static_cast<std::uint8_t>(from[x] >> (c == 3 ? 24U : 16U - 8U * c));
        }
    }
    return small;
}

}  // namespace octane::frames
