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

// What read_frame_query() knows: what every viewer may ask for, and `after` and `wait`.
inline constexpr auto kFrameParameters = [] {
    std::array<std::string_view, kViewParameters.size() + 2> names{"after", "wait"};
    std::ranges::copy(kViewParameters, names.begin() + 2);
    return names;
}();

struct FrameQuery {
    FrameFormat format;
    frames::Variant variant;
    std::optional<std::uint64_t> after;             // only a frame with a greater seq
    std::optional<std::chrono::milliseconds> wait;  // for it
};

// Path, query and Accept. Errors: choose_frame_format's and read_view_query's; 40006 bad_query for after and wait.
base::Result<FrameQuery> read_frame_query(const http::Request& request, const schema::Schema& schema);

// The strong ETag of a frame in the form that is asked for: the same bytes have it and no others. `run` tells lives of the proxy
// apart, since each begins to count anew.
std::string make_frame_etag(std::string_view run, const frames::Frame& frame, const FrameQuery& query);

// Whether If-None-Match names the tag.
bool names_etag(std::string_view if_none_match, std::string_view etag);

}  // namespace octane::endpoints
