// Room: frames. Rows as a PNG file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/result.hpp"
#include "frames/rgba8.hpp"

namespace octane::frames {

// Lossless, sRGB, with an alpha channel only if the rows have one. Made for frames that live a tenth of a second: libdeflate's
// fastest level over differences of neighbours, some 9 ns a pixel. Error 50001 if the memory does not suffice.
base::Result<std::string> encode_png(const Rgba8& rows);

// Samples as a PNG file has them: row after row without a gap, those of 16 bits with the high byte first.
struct PngSamples {
    std::uint32_t width = 0;   // pixels
    std::uint32_t height = 0;  // pixels
    std::size_t channels = 0;  // 1: grey, 3, 4: with alpha
    unsigned bits = 8;         // of each; 8 or 16
    const std::uint8_t* bytes = nullptr;
};

// Lossless, as data: without a word on their colour space unless they have eight bits. Errors as above.
base::Result<std::string> encode_png(const PngSamples& samples);

}  // namespace octane::frames
