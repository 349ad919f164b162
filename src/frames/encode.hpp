// Room: frames. Pixels become a picture file. Runs on workers; pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "frames/image.hpp"
#include "frames/variant.hpp"

namespace octane::frames {

// "image/jpeg" for Format::jpeg and Format::both.
std::string_view mime_of(Format format);

struct PictureSize {
    std::uint32_t width = 0;   // pixels
    std::uint32_t height = 0;  // pixels
};

// The largest size of the image's proportions that is not larger than the image nor than the variant's limits; at least one pixel
// each way.
PictureSize fit_inside(const RenderImage& image, const Variant& variant);

// The image as JPEG (for both, jpeg), PNG or WebP of exactly the given size, which must not be larger than the image. Linear data
// gets the sRGB curve; values outside 0…1 are clamped. Errors: 50002 bad_answer for a buffer that does not fit its size, 50001 if
// the library refuses.
base::Result<std::string> encode_image(const RenderImage& image, Format format, int quality, PictureSize size);

}  // namespace octane::frames
