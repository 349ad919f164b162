// Room: livelink. How Octane is, for those who only report it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace octane::livelink {

struct OctaneStatus {
    using Time = std::chrono::steady_clock::time_point;

    struct Work {
        std::string method;  // "ApiItem/name"
        Time since;
    };
    struct LastCall {
        std::string method;
        std::string id;
        Time begun;
        bool was_in_flight = false;  // when the connection broke
    };
    struct Break {
        Time at;
        std::vector<LastCall> calls;  // in flight first, then the newest first
    };

    bool is_connected = false;
    bool is_release_known = false;
    std::string address;  // "127.0.0.1:51022"
    std::string api;      // "alpha5": the schema in use
    std::string version;  // octaneVersion's number; empty if unknown
    std::uint64_t epoch = 0;
    std::uint64_t connections = 0;  // how often Octane has been found
    std::string error;              // why it is not connected and what to do; empty if it is
    std::size_t calls_in_flight = 0;
    std::size_t calls_waiting = 0;
    std::optional<std::chrono::seconds> busy;  // for how long every place has been taken without one given back
    std::optional<Work> at_work_on;            // the oldest call that it is still at, as far as can be known
    std::optional<Break> last_break;           // the calls before the connection broke
};

}  // namespace octane::livelink
