// Room: rpc. How Octane is, for those who only report it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "upstream/call_log.hpp"

namespace octane::rpc {

struct OctaneStatus {
    bool is_connected = false;
    bool is_release_known = false;
    std::string address;  // "127.0.0.1:51022"
    std::string api;      // "alpha5": the schema in use
    std::string version;  // octaneVersion's number; empty if unknown
    std::uint64_t epoch = 0;
    std::string error;  // why it is not connected and what to do; empty if it is
    std::size_t calls_in_flight = 0;
    std::size_t calls_waiting = 0;
    std::optional<std::chrono::seconds> busy;            // for how long every place has been taken without one given back
    std::optional<upstream::CallLog::Busy> at_work_on;   // the oldest call that it is still at
    std::optional<upstream::CallLog::Break> last_break;  // the calls before the connection broke
};

}  // namespace octane::rpc
