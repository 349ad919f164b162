// Room: livelink. How Octane is, for those who only report it.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace octane::livelink {

enum class OctaneLink : std::uint8_t {
    connecting,  // the first attempt is under way
    connected,
    busy,    // at a call that takes long
    silent,  // the connection stands, and nothing is answered
    lost,
};
inline constexpr std::array kEveryLink = {OctaneLink::connecting, OctaneLink::connected, OctaneLink::busy, OctaneLink::silent,
                                          OctaneLink::lost};
// "connected": what people are told.
const char* name_of(OctaneLink link);

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

    OctaneLink link = OctaneLink::connecting;
    bool is_connected = false;  // and answers: connected or busy
    bool is_release_known = false;
    std::string address;  // "127.0.0.1:51022"
    std::string api;      // "alpha5": the schema in use
    std::string version;  // octaneVersion's number; empty if unknown
    std::uint64_t epoch = 0;
    std::uint64_t connections = 0;  // how often Octane has been found
    std::string error;              // why it is not connected and what to do; empty if it is
    std::optional<std::chrono::duration<double>> silent_for;
    std::size_t calls_in_flight = 0;
    std::size_t calls_waiting = 0;
    std::optional<std::chrono::seconds> busy;  // for how long every place has been taken without one given back
    std::optional<Work> at_work_on;            // the oldest call that it is still at, as far as can be known
    std::optional<Break> last_break;           // the calls before the connection broke
};

}  // namespace octane::livelink
