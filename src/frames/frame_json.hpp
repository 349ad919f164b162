// Room: frames. What is said of a frame as JSON: docs/api.md §3. Pure.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/bytes.hpp"
#include "frames/encoded_frame.hpp"
#include "frames/image.hpp"

namespace octane::frames {

// Everything of a newImage event after the viewer's own head, to its closing blank line. The pixels' base64 is written straight
// from the slices.
base::ByteChain make_frame_event(const EncodedFrame& frame);

// The rest of the JSON header of a binary message after the viewer's own head; the payload is frame.bytes.
std::string make_message_header(const EncodedFrame& frame);

// All of a frame but its pixels, as one JSON object.
std::string describe_frame(const Frame& frame, bool is_stale);

// Seconds since 1970 with microseconds: what every `timestamp` holds.
void append_timestamp(std::string& out, std::chrono::system_clock::time_point time);

}  // namespace octane::frames
