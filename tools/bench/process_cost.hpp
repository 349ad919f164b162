// Tool: bench. What another process has used so far, from /proc.
#pragma once

#include <sys/types.h>

#include <cstdint>

namespace octane::bench {

struct ProcessCost {
    double cpu_seconds = 0;  // user and system time of all its threads since it started
    std::uint64_t resident_bytes = 0;
    std::uint64_t peak_resident_bytes = 0;
};

// Throws std::runtime_error if there is no such process.
ProcessCost cost_of_process(pid_t pid);

// User and system time of this process.
double own_cpu_seconds();

}  // namespace octane::bench
