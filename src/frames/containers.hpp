// Room: frames. A frame wrapped in what carries it: an event, a part, a message. Pure. docs/api.md §3.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "frames/encoded_frame.hpp"
#include "frames/variant.hpp"

namespace octane::frames {

inline constexpr std::string_view kBoundary = "octane-frame";

// What stands before the bytes that viewers share, since it says how many frames the viewer missed.
enum class HeadKind : std::uint8_t {
    none,       // of a part
    event,      // the beginning of a Server-Sent Event
    text,       // the beginning of a JSON object
    with_size,  // the same, after the length of the whole object in four bytes, little-endian
};

// A frame as all viewers of one variant in one container get it.
struct WrappedFrame {
    explicit WrappedFrame(const EncodedFrame& frame);

    std::uint64_t seq = 0;
    std::uint64_t epoch = 0;
    std::uint64_t ordinal = 0;
    Form form = Form::full;
    HeadKind head = HeadKind::none;
    std::chrono::system_clock::time_point received;
    std::size_t header_size = 0;  // of HeadKind::with_size: how many of the bytes belong to the object
    base::ByteChain bytes;        // what follows the viewer's own head

    [[nodiscard]] bool is_newer_than(std::uint64_t other_seq, Form other_form) const {
        return seq > other_seq || (seq == other_seq && form > other_form);
    }
};

// Makes the bytes of a frame in a container. A pure function of any thread: the hub is given the one that knows all containers.
using WrapFrame = WrappedFrame (*)(const EncodedFrame& frame, Container container);

// The containers of this room: sse, mjpeg and ws. A part of a multipart stream is complete by itself: boundary, length, picture.
WrappedFrame wrap_frame(const EncodedFrame& frame, Container container);

// A binary message: a JSON object that `header` ends, then the payload, which is not copied.
WrappedFrame wrap_message(const EncodedFrame& frame, std::string header, const base::ByteChain& payload);

// A viewer's own first bytes of a frame; empty for HeadKind::none. They hold what may be otherwise for the next viewer: how many
// frames this one missed, whether the frame is stale by now, and so whether it is final.
std::string make_frame_head(const WrappedFrame& frame, std::uint64_t dropped, bool is_stale);

}  // namespace octane::frames
