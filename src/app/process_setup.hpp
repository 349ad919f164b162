// Room: app. What the program asks of its operating system: the one place of its POSIX calls.
#pragma once

#include <cstddef>
#include <optional>

#include "app/memory_care.hpp"

namespace octane::app {

// A reader of our output that goes away costs its output, not the process.
void ignore_broken_pipes();

// Before gRPC is used: its own log, in its own form, stays off unless GRPC_VERBOSITY says otherwise. It repeats at each attempt
// to connect what the proxy says once.
void quiet_grpc();

// Raises the soft limit of open files to the hard one, as far as the system lets us: a connection takes one each. The limit now;
// 0 where there is none to ask.
std::size_t raise_file_limit();

struct ConnectionLimits {
    std::size_t most = 0;     // that are served
    std::size_t refused = 0;  // beyond them, that are told so
};

// How many of the wanted connections fit under a limit of open files (0: none). The rest is kept for Octane, which must be
// reached again when it comes back, for the log and for files that are read.
ConnectionLimits fit_connections(std::size_t wanted, std::size_t file_limit);

// From now on the signal ends the process at once, with the status that a shell shows for it. Works whatever any thread is at.
void end_at_once_on(int signal);

// Costs some tens of microseconds. Nothing where it cannot be known.
std::optional<HeapUse> read_heap_use();

// Gives what the allocator keeps unused back to the system, where it can be told to: some milliseconds for 100 MiB.
void trim_heap();

}  // namespace octane::app
