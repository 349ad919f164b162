// Room: endpoints. Points in time as JavaScript writes them.
#pragma once

#include <chrono>
#include <string>

namespace octane::endpoints {

// "2026-03-01T12:00:00.000Z"
std::string iso_time(std::chrono::system_clock::time_point time);

}  // namespace octane::endpoints
