// Room: endpoints. What a request for a single frame asks for, and the names by which clients know what they have. Pure.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "endpoints/frame_format.hpp"
#include "endpoints/view_query.hpp"
#include "frames/image.hpp"
#include "frames/variant.hpp"
#include "http/message.hpp"
#include "schema/schema.hpp"

namespace octane::endpoints {

// What read_frame_query() knows: what every viewer may ask for, and `after`, `wait` and `fresh`.
inline constexpr auto kFrameParameters = [] {
    std::array<std::string_view, kViewParameters.size() + 3> names{"after", "wait", "fresh"};
    std::ranges::copy(kViewParameters, names.begin() + 3);
    return names;
}();

// Which frame a client has.
struct FrameMark {
    std::optional<std::uint64_t> epoch;
    std::uint64_t seq = 0;
};

struct FrameQuery {
    FrameFormat format;
    frames::Variant variant;
    std::optional<FrameMark> after;                 // only a newer frame
    std::optional<std::chrono::milliseconds> wait;  // for it
    bool wants_fresh = false;                       // only a frame that shows the last edit, and the renderer that is there
};

// Path, query and Accept. Errors: choose_frame_format's and read_view_query's; 40006 bad_query for after, wait and fresh.
base::Result<FrameQuery> read_frame_query(const http::Request& request, const schema::Schema& schema);

// The strong ETag of a frame in the form that is asked for: the same bytes have it and no others. `run` tells lives of the proxy
// apart, since each begins to count anew. A description says whether the frame is stale.
std::string make_frame_etag(std::string_view run, const frames::Frame& frame, const FrameQuery& query, bool is_stale = false);

// Whether If-None-Match names the tag.
bool names_etag(std::string_view if_none_match, std::string_view etag);

}  // namespace octane::endpoints
