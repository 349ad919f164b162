// Room: wire. Pieces of JSON text appended to a string: what every answer and event is written with.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace octane::wire {

// A quoted JSON string with the escapes of RFC 8259; invalid UTF-8 becomes U+FFFD.
void append_json_string(std::string& out, std::string_view text);

// Shortest digits that read back the same; "NaN", "Infinity" and "-Infinity" (quoted) for what JSON lacks.
void append_json_number(std::string& out, float value);
void append_json_number(std::string& out, double value);
void append_json_number(std::string& out, std::int64_t value);
void append_json_number(std::string& out, std::uint64_t value);

}  // namespace octane::wire
