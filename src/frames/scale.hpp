// Room: frames. Pictures made smaller.
#pragma once

#include <cstdint>

#include "frames/rgba8.hpp"

namespace octane::frames {

// The rows made to that size, which must not be larger either way; unchanged if they have it. The filter is a tent as wide as two
// of the new pixels, and the mean is taken in linear light and weighed by alpha: small bright things keep their light, and edges
// of transparent things do not darken. Cost: some 4 ns for each pixel of the large picture.
Rgba8 scale_down(Rgba8 rows, std::uint32_t width, std::uint32_t height);

}  // namespace octane::frames
