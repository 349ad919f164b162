// Room: frames. The text of what viewers get: Server-Sent Events of CONTRACT §3. Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "frames/image.hpp"
#include "frames/variant.hpp"

namespace octane::frames {

// Everything of a newImage event after the viewer's own head, to its closing blank line. Nothing (an empty chain) if the frame
// lacks the variant's pass. The pixels' base64 is written straight from the slices. Errors: encode_image's.
base::Result<base::ByteChain> make_frame_event(const Frame& frame, const Variant& variant);

// The viewer's own head of a newImage event: `id:`, `"seq"` and `"dropped"`.
std::string make_frame_head(std::uint64_t seq, std::uint64_t dropped);

// A whole event from the text of a JSON object.
std::string make_event(std::string_view json);

// Seconds since 1970 with microseconds: what every `timestamp` holds.
void append_timestamp(std::string& out, std::chrono::system_clock::time_point time);

}  // namespace octane::frames
