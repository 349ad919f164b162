// Room: endpoints. The `status` object that octaneProxy's clients know: docs/octane.md §3.2.
#pragma once

#include <string>

#include "frames/stats.hpp"

namespace octane::endpoints {

// {"stream_active":…,"callback_id":…,…}; callback_id and last_callback_time are null before there is one.
std::string make_callback_status(const frames::FrameStatus& status);

}  // namespace octane::endpoints
