// Tests of the frames room: picture files turned back into RGBA by the libraries that made them.
#pragma once

#include <doctest/doctest.h>
#include <spng.h>
#include <turbojpeg.h>
#include <webp/decode.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "pictures.hpp"

namespace octane::frames::tests {

struct Decoded {
    std::size_t width = 0;
    std::size_t height = 0;
    std::vector<std::uint8_t> rgba;

    [[nodiscard]] Pixel at(std::size_t x, std::size_t y) const {
        const auto* p = rgba.data() + (y * width + x) * 4;
        return {p[0], p[1], p[2], p[3]};
    }
};

inline Decoded decode_jpeg(const std::string& bytes) {
    const std::unique_ptr<void, int (*)(void*)> decoder(tjInitDecompress(), tjDestroy);
    const auto* from = reinterpret_cast<const unsigned char*>(bytes.data());
    int width = 0;
    int height = 0;
    int sampling = 0;
    int space = 0;
    REQUIRE(tjDecompressHeader3(decoder.get(), from, bytes.size(), &width, &height, &sampling, &space) == 0);
    Decoded decoded{static_cast<std::size_t>(width), static_cast<std::size_t>(height), {}};
    decoded.rgba.resize(decoded.width * decoded.height * 4);
    REQUIRE(tjDecompress2(decoder.get(), from, bytes.size(), decoded.rgba.data(), width, 0, height, TJPF_RGBA, 0) == 0);
    return decoded;
}

inline Decoded decode_png(const std::string& bytes) {
    const std::unique_ptr<spng_ctx, void (*)(spng_ctx*)> context(spng_ctx_new(0), spng_ctx_free);
    REQUIRE(spng_set_png_buffer(context.get(), bytes.data(), bytes.size()) == 0);
    spng_ihdr header{};
    REQUIRE(spng_get_ihdr(context.get(), &header) == 0);
    Decoded decoded{header.width, header.height, {}};
    decoded.rgba.resize(decoded.width * decoded.height * 4);
    REQUIRE(spng_decode_image(context.get(), decoded.rgba.data(), decoded.rgba.size(), SPNG_FMT_RGBA8, 0) == 0);
    return decoded;
}

inline Decoded decode_webp(const std::string& bytes) {
    int width = 0;
    int height = 0;
    const std::unique_ptr<std::uint8_t, void (*)(void*)> pixels(
        WebPDecodeRGBA(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size(), &width, &height), WebPFree);
    REQUIRE(pixels != nullptr);
    Decoded decoded{static_cast<std::size_t>(width), static_cast<std::size_t>(height), {}};
    decoded.rgba.assign(pixels.get(), pixels.get() + decoded.width * decoded.height * 4);
    return decoded;
}

// How far the colours (and the alpha, if the format has it) are from what the picture holds, at the worst pixel.
inline int worst_difference(const Decoded& decoded, const Kind& kind, bool has_alpha) {
    int worst = 0;
    for (std::size_t y = 0; y < decoded.height; ++y) {
        for (std::size_t x = 0; x < decoded.width; ++x) {
            const Pixel is = decoded.at(x, y);
            const Pixel should = expected_pixel(kind, x, y);
            worst = std::max({worst, std::abs(is.r - should.r), std::abs(is.g - should.g), std::abs(is.b - should.b)});
            if (has_alpha) worst = std::max(worst, std::abs(is.a - should.a));
        }
    }
    return worst;
}

}  // namespace octane::frames::tests
