// Room: frames. A frame wrapped in what carries it: an event, a part, a message. Pure. CONTRACT §3.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "frames/image.hpp"
#include "frames/picture.hpp"
#include "frames/two_speeds.hpp"
#include "frames/variant.hpp"

namespace octane::frames {

inline constexpr std::string_view kBoundary = "octane-frame";

// The line between the parts of a multipart stream and the header of a part. Each part is followed by this at once, and the
// stream begins with it: Chromium shows a part when it has read the next one's header. So a header says only what is known before
// its picture is.
std::string part_opening(Format format);

// The bytes that all viewers of the variant share. `image` is the one shown; `picture` is null for variants without one.
// `variant` is that of the form; `ordinal` is the caller's to set.
VariantFrame wrap_frame(const Frame& frame, const RenderImage& image, const Variant& variant, const Picture* picture,
                        Form form = Form::full);

// A viewer's own first bytes of a frame, which say how many it missed; none for a part. Not for Container::frame.
std::string make_frame_head(const VariantFrame& frame, Container container, std::uint64_t dropped);

}  // namespace octane::frames
