// Tool: bench. What handing a finished frame to many viewers costs: hub, worker and loops of the proxy, without sockets.
#pragma once

#include "bench/histogram.hpp"

namespace octane::bench {

// Nanoseconds from publishing a tiny frame until the last of so many viewers, shared out among two loops, was told to write it.
Histogram time_publishing(unsigned viewers, unsigned rounds);

}  // namespace octane::bench
