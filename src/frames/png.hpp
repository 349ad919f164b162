// Room: frames. Rows as a PNG file.
#pragma once

#include <string>

#include "base/result.hpp"
#include "frames/rgba8.hpp"

namespace octane::frames {

// Lossless, sRGB, with an alpha channel only if the rows have one. Made for frames that live a tenth of a second: libdeflate's
// fastest level over differences of neighbours, some 9 ns a pixel. Error 50001 if the memory does not suffice.
base::Result<std::string> encode_png(const Rgba8& rows);

}  // namespace octane::frames
