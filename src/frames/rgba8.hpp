// Room: frames. Any kind of pixels as eight-bit RGBA rows, which every encoder takes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/result.hpp"
#include "frames/image.hpp"
#include "frames/look.hpp"

namespace octane::frames {

// Rows of width × 4 bytes, `stride` apart, encoded for a screen (sRGB). `pixels` points into the image itself if that holds just
// these bytes, else into `owned`.
struct Rgba8 {
    std::uint32_t width = 0;   // pixels
    std::uint32_t height = 0;  // pixels
    const std::uint8_t* pixels = nullptr;
    std::size_t stride = 0;
    bool has_alpha = false;  // not premultiplied; false: what stands in the fourth byte means nothing
    std::unique_ptr<std::uint8_t[]> owned;
};

// Rows of that size to be filled: as many bytes as `owned` holds.
Rgba8 make_rows(std::uint32_t width, std::uint32_t height, bool has_alpha);

// Whether and in what colours are multiplied by alpha, by the renderer's numbers: docs/octane.md §2.1.
namespace premultiplied {
constexpr std::int32_t kNot = 0, kInLight = 1, kEncoded = 2;
}  // namespace premultiplied

// What becomes of a picture's alpha.
enum class AlphaUse : std::uint8_t {
    ignored,   // the colours as the renderer sent them, which is over black if they are premultiplied
    straight,  // kept, and the colours divided by it as far as they were multiplied
};

// True if the picture's alpha says what shows through: not without alpha, nor where the environment stays visible behind it.
bool has_transparency(const RenderImage& image);

// The image in that look. Linear light is brought to sRGB's primaries and gets exposure and curve; data that are encoded are
// touched only if there is an exposure, in linear light. The image must outlive the result. Error 50002 bad_answer:
// resolve_layout's.
base::Result<Rgba8> to_rgba8(const RenderImage& image, const Look& look, AlphaUse alpha);

// Puts a background under rows with alpha, in linear light, and so ends their having one.
enum class Background : std::uint8_t { black, checkerboard };
void lay_over(Rgba8& rows, Background background);

}  // namespace octane::frames
