// Room: telemetry. What this process uses of its machine.
#pragma once

#include <cstdint>
#include <optional>

namespace octane::telemetry {

// Nothing stands for what this system does not tell.
struct ProcessUsage {
    std::optional<double> cpu_seconds;  // user and system
    std::optional<std::uint64_t> resident_bytes;
    std::optional<std::uint64_t> virtual_bytes;
    std::optional<std::uint64_t> threads;
    std::optional<std::uint64_t> open_fds;
    std::optional<std::uint64_t> max_fds;
    std::optional<double> start_time;  // seconds since 1970
};

// Costs some small reads of /proc and one directory entry per open file: tens of microseconds, milliseconds with thousands open.
ProcessUsage read_process_usage();

}  // namespace octane::telemetry
