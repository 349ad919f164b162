// Room: frames. Pixels become a picture file. Runs on workers; pure.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "frames/image.hpp"
#include "frames/rgba8.hpp"
#include "frames/variant.hpp"

namespace octane::frames {

// "image/jpeg" for Format::jpeg and Format::both, "application/octet-stream" for Format::raw.
std::string_view mime_of(Format format);

// The largest size of the image's proportions that is not larger than the image nor than the variant's limits; at least one pixel
// each way. The image's own for exr and raw, which are data and not made smaller.
PictureSize fit_inside(const ImageFacts& image, const Variant& variant);

// The image as JPEG (for both, jpeg), PNG, WebP or EXR. The size must not be larger than the image. `exr` holds the renderer's
// values in full size whatever size, quality and look say (exr.hpp). Costs for 1024×512 on one core: JPEG 1.5 ms, PNG 5 ms, WebP
// 10 ms. Errors: 40601 not_acceptable for a size that the format cannot have, 50002 bad_answer for a buffer that does not fit its
// size, 50001 if the library refuses. The string holds no more memory than the file needs.
base::Result<std::string> encode_image(const RenderImage& image, Format format, int quality, PictureSize size,
                                       const Look& look = {});

// Rows that are ready as JPEG, PNG or WebP. Errors: 40601, 50001.
base::Result<std::string> encode_rows(Rgba8 rows, Format format, int quality);

}  // namespace octane::frames
