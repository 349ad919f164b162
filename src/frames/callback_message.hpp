// Room: frames. A frame as octaneWebR's page knows it from its own server: octane-livelink.md §3.3. Pure.
#pragma once

#include <string>

#include "base/bytes.hpp"
#include "frames/image.hpp"

namespace octane::frames {

// The rest of the text message after the viewer's own head: ,"data":{callback_source, callback_id, user_data, render_images},
// "timestamp" in milliseconds. Enums by name, 64-bit numbers as strings, all images, their pixels in base64.
base::ByteChain make_callback_text(const Frame& frame);

// The rest of the JSON header of the binary message; the pixels follow as they came. `format` is the ImageType's name, `pitch` is
// in pixels, `pixelSize` in bytes.
std::string make_callback_header(const Frame& frame, const RenderImage& image);

}  // namespace octane::frames
