// Room: frames. Any kind of pixels as eight-bit RGBA rows, which every encoder takes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "frames/image.hpp"

namespace octane::frames {

// Rows of width × 4 bytes, `stride` apart. `pixels` points into the image itself if it was eight-bit RGBA in one piece, else into
// `owned`.
struct Rgba8 {
    std::uint32_t width = 0;   // pixels
    std::uint32_t height = 0;  // pixels
    const std::uint8_t* pixels = nullptr;
    std::size_t stride = 0;
    std::vector<std::uint8_t> owned;
};

// The image must outlive the result. Error 50002 bad_answer: resolve_layout's.
base::Result<Rgba8> to_rgba8(const RenderImage& image);

// The rows made smaller, every pixel the mean of those it covers; what they were if they have that size already. Error 50001 for
// pictures beyond libwebp's 16383 pixels a side.
base::Result<Rgba8> scale_down(Rgba8 rows, std::uint32_t width, std::uint32_t height);

}  // namespace octane::frames
