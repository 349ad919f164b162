// Room: frames. The form in which a viewer wants its frames.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>

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

// In which form a frame is made, the poorest first: a frame that was shown is shown again only in a better form.
enum class Form : std::uint8_t { motion, full, final };

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

// The variant without the options that its format has no use for, so that viewers of the same bytes share them: `raw` is the
// renderer's buffer as it came.
Variant drop_unused_options(const Variant& variant);

std::optional<Format> parse_format(std::string_view word);

}  // namespace octane::frames
