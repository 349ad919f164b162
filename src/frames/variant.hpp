// Room: frames. The form in which a viewer wants its frames, and one frame in that form.
#pragma once

#include <array>
#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.hpp"
#include "frames/look.hpp"

namespace octane::frames {

enum class Format : std::uint8_t { both, raw, jpeg, png, webp, exr };
inline constexpr std::array<std::string_view, 6> kFormatNames = {"both", "raw", "jpeg", "png", "webp", "exr"};

// What carries a frame to a viewer, and so what its bytes are wrapped in.
enum class Container : std::uint8_t {
    sse,               // a newImage event, the pixels in base64
    mjpeg,             // one part of a multipart stream
    ws,                // one binary message: length of the header, JSON header, pixels
    frame,             // the body of a single answer: no wrapping, and no track
    callbacks,         // octaneWebR's text message, the pixels in base64
    callbacks_binary,  // its newer binary one: length of the header, JSON header, pixels
};
inline constexpr std::array<std::string_view, 6> kContainerNames = {"sse",   "mjpeg",     "ws",
                                                                    "frame", "callbacks", "callbacks-binary"};

// What frames are like while the camera moves.
struct MotionForm {
    std::uint32_t max_width = 0;  // pixels
    int quality = 0;              // 1…100, for jpeg and webp
    auto operator<=>(const MotionForm&) const = default;
};

// How the last picture of a render is sent once more.
struct LastForm {
    Format format = Format::png;  // png, jpeg or webp
    int quality = 100;            // for jpeg and webp
    auto operator<=>(const LastForm&) const = default;
};

// Viewers that ask for equal variants share every byte of their frames.
struct Variant {
    Format format = Format::both;
    int quality = 85;             // 1…100, for jpeg and webp
    std::uint32_t max_width = 0;  // pixels; the picture is made to fit inside, never larger than it is; 0: no limit
    std::uint32_t max_height = 0;
    std::optional<std::int32_t> render_pass;  // by renderPassId; none: the first image of the frame
    Look look;                                // for jpeg, png and webp
    Container container = Container::sse;
    std::optional<MotionForm> motion;  // what these two mean: two_speeds.hpp
    std::optional<LastForm> last;
    auto operator<=>(const Variant&) const = default;
};

// Without the wishes that mean nothing to its format, so that viewers of the same share it: `raw` is Octane's buffer as it came.
inline Variant without_vain_wishes(const Variant& variant) {
    if (variant.format != Format::raw) return variant;
    Variant raw;
    raw.format = variant.format;
    raw.render_pass = variant.render_pass;
    raw.container = variant.container;
    return raw;
}

std::optional<Format> parse_format(std::string_view word);

// A frame in one variant: what follows the viewer's own first bytes (make_frame_head() of containers.hpp).
struct VariantFrame {
    std::uint64_t seq = 0;
    std::uint8_t form = 0;  // of Form; of two with equal seq the greater is the newer
    std::uint64_t epoch = 0;
    // Counts the frames that could be had in this variant, so that who knows two of them knows how many lie between.
    std::uint64_t ordinal = 0;
    std::chrono::system_clock::time_point received;  // by the proxy
    std::size_t header_size = 0;                     // bytes of the event that belong to the JSON header; of binary messages only
    base::ByteChain event;

    [[nodiscard]] bool is_newer_than(std::uint64_t other_seq, std::uint8_t other_form) const {
        return seq > other_seq || (seq == other_seq && form > other_form);
    }
};

}  // namespace octane::frames
