// Room: endpoints. In which form a single frame is wanted: by the path, by ?format=, or by Accept. Pure.
#pragma once

#include <string_view>

#include "base/result.hpp"
#include "frames/variant.hpp"
#include "http/message.hpp"

namespace octane::endpoints {

struct FrameFormat {
    bool is_description = false;  // .json: all that is known of the frame but its pixels
    frames::Format format = frames::Format::jpeg;
    bool is_negotiated = false;  // by Accept
};

// "/render/frame.png" says it, else ?format=, else the Accept header (none: JPEG). Errors: 40006 bad_query, 40601 not_acceptable.
base::Result<FrameFormat> choose_frame_format(std::string_view path, const http::Query& query, std::string_view accept);

}  // namespace octane::endpoints
