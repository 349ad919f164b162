// Tool: bench. The two kinds of load that octane-bench makes.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>

namespace octane::bench {

struct UnaryLoad {
    std::string url;
    std::string path = "/ApiInfo/octaneVersion";
    std::string body = "{}";
    bool gets = false;  // GET without a body
    unsigned connections = 1;
    double pause_ms = 0;  // between an answer and the next request of all connections
    double seconds = 5;
    double warm_up_seconds = 1;
};

// Each connection keeps one request under way, from one thread. Returns the exit status: 1 if any answer was not 200.
int run_unary(const UnaryLoad& load);

struct ViewerLoad {
    std::string url;
    std::string query = "format=raw";
    unsigned viewers = 1;
    unsigned stalled = 0;  // how many of them stop reading once the stream is open
    unsigned threads = 1;
    double seconds = 5;
    double warm_up_seconds = 2;
    bool discards_pixels = false;  // drop the middle of events inside the kernel instead of copying it out
    pid_t pid = 0;                 // whose CPU time and memory to report; 0: nobody's
};

// Returns the exit status: 1 if no frame came at all, or a reading viewer lost its stream.
int run_viewers(const ViewerLoad& load);

}  // namespace octane::bench
