// Room: frames. What is said of a frame as JSON, and the text of Server-Sent Events: CONTRACT §3. Pure.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/bytes.hpp"
#include "frames/encode.hpp"
#include "frames/image.hpp"
#include "frames/picture.hpp"
#include "frames/two_speeds.hpp"
#include "frames/variant.hpp"

namespace octane::frames {

// Everything of a newImage event after the viewer's own head, to its closing blank line. `image` is the one shown, `picture` is
// null for variants without one. The pixels' base64 is written straight from the slices.
base::ByteChain make_frame_event(const Frame& frame, const RenderImage& image, const Variant& variant, const Picture* picture,
                                 Form form = Form::full);

// The members of a newImage event that concern the frame as a whole, each with a comma before it.
std::string frame_facts(const Frame& frame, PictureSize size);
// What a viewer of a single encoded image needs to know of it besides its pixels: members, each with a comma before it.
void append_picture_facts(std::string& out, const RenderImage& image);
// One member of render_images.data: enums as numbers, every member present (octane-livelink.md §3.2; the value of changeLevel
// also under the name that octaneProxy gave it). It ends inside its `buffer`: the caller closes both with "}}".
void append_image_facts(std::string& out, std::size_t index, const RenderImage& image);

// All of a frame but its pixels, as one JSON object.
std::string describe_frame(const Frame& frame);

// Seconds since 1970 with microseconds: what every `timestamp` holds.
void append_timestamp(std::string& out, std::chrono::system_clock::time_point time);

}  // namespace octane::frames
