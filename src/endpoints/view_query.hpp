// Room: endpoints. What a viewer asks for in its query, the same for every endpoint that shows frames: docs/api.md §3.
#pragma once

#include <array>
#include <string_view>

#include "base/result.hpp"
#include "frames/viewer.hpp"
#include "http/message.hpp"
#include "schema/schema.hpp"

namespace octane::endpoints {

// What read_view_query() knows.
inline constexpr std::array<std::string_view, 12> kViewParameters = {"format",   "quality", "width", "height", "fps",    "pass",
                                                                     "exposure", "curve",   "alpha", "events", "motion", "final"};

// Any of kViewParameters; what the query does not name stays as in `options`. The schema gives render passes their names. Error
// 40006 bad_query names the parameter and what it takes; of `format` that is what the endpoint has.
base::Result<frames::ViewerOptions> read_view_query(const http::Query& query, const schema::Schema& schema,
                                                    frames::ViewerOptions options = {},
                                                    std::string_view formats = "both, raw, jpeg, png, webp or exr");

}  // namespace octane::endpoints
