// Room: frames. Pixels as OpenEXR, for those who want the light and not a picture of it. Runs on workers; pure.
#pragma once

#include <string>

#include "base/result.hpp"
#include "frames/image.hpp"

namespace octane::frames {

// The whole image, one part, scan lines from the top, uncompressed: a frame is gone before zlib would be done with it.
// Channels R, G, B, A, or Y and A, or Y. Float and half values are the renderer's own, bit for bit, whatever their colour space.
// Bytes become linear halves; their colours are multiplied by alpha in linear light, as EXR has them.
//
// Attributes beside the required ones: `chromaticities` where the primaries are known; `isLinear`, `colorSpace`,
// `renderPassId`, `premultipliedAlphaType` (the renderer's numbers, of the values in the file), `samplesPerPixel`, `renderTime`,
// `changeLevel` (a string: 64 bits). Errors: resolve_layout's; 50001 if the library refuses.
base::Result<std::string> encode_exr(const RenderImage& image);

}  // namespace octane::frames
