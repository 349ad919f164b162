// Room: telemetry. The lowest level that is logged, changed while the program runs.
#pragma once

#include "telemetry/log.hpp"

namespace octane::telemetry {

// Any thread; not before configure_logging().
void set_log_level(Level level);

}  // namespace octane::telemetry
