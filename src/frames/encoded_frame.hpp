// Room: frames. A frame in one form, in no container yet: what a relay carries and what every container is made from.
//
// Made on a worker, or by a source that has no pixels; never changes; shared by workers, loops and sinks.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "frames/image.hpp"
#include "frames/variant.hpp"

namespace octane::frames {

struct Picture;

// What is known of a frame besides its pixels.
struct FrameFacts {
    std::uint32_t callback_id = 0;
    std::uint64_t user_data = 0;
    std::chrono::system_clock::time_point received;  // by the proxy that the renderer sent it to
    PictureSize size;                                // of what is shown
    ImageFacts image;                                // of the image that is shown
};

struct EncodedFrame {
    std::string source;  // which renderer it is of
    std::uint64_t epoch = 0;
    std::uint64_t seq = 0;
    // Counts the frames that could be had in this variant, so that who knows two of them knows how many lie between.
    std::uint64_t ordinal = 0;
    Form form = Form::full;
    Format format = Format::jpeg;
    std::string_view mime;  // of `bytes`; as mime_of() gives it, which lives for ever
    FrameFacts facts;
    base::ByteChain bytes;             // the picture file; of `raw` the shown image's buffer as it came
    std::vector<RenderImage> buffers;  // of `raw` and `both`: the images that the variant asks for, as they came

    // Whether `bytes` are a picture file, and not the renderer's buffer.
    [[nodiscard]] bool has_picture() const { return format != Format::raw; }
    // The same frame in a better form is newer.
    [[nodiscard]] bool is_newer_than(const EncodedFrame& other) const {
        return seq > other.seq || (seq == other.seq && form > other.form);
    }
};

// The frame in that form. `image` is the frame's own and the one shown; `variant` is the one of the form (in_form()); `picture`
// is null for variants without one. Copies no pixels. The ordinal is the caller's to set.
EncodedFrame make_encoded_frame(const Frame& frame, const RenderImage& image, const Variant& variant, const Picture* picture,
                                Form form = Form::full);

}  // namespace octane::frames
