// Room: telemetry. How an event is spelled as one line of text or of JSON. Pure functions.
//
// Whatever a caller puts into a message or a value, the result is one line: control characters are escaped, so nobody can forge
// an entry. Text that is not UTF-8 is repaired in JSON and passed on as it is in text.
#pragma once

#include <chrono>
#include <initializer_list>
#include <string>
#include <string_view>

#include "telemetry/log.hpp"

namespace octane::telemetry {

// Level, message and fields without the time. Without measurements it is what makes two events the same event.
std::string format_body(LogFormat format, Level level, std::string_view message, std::initializer_list<Field> fields,
                        bool with_measurements = true);

// The complete line without its end. `repeats` is how often the event came again after it was written; 0 for the first time.
std::string format_line(LogFormat format, std::chrono::system_clock::time_point time, std::string_view body, unsigned repeats);

// "2026-03-01T09:05:07.012Z"
std::string format_time(std::chrono::system_clock::time_point time);

}  // namespace octane::telemetry
