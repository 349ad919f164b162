// Room: app. The spelled values of options. Each throws std::invalid_argument with a sentence that shows the value and what would
// fit.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "http/network.hpp"

namespace octane::app {

// Which of Octane's schemas to speak.
enum class Api : std::uint8_t { automatic, alpha5, beta2 };

// "1000", "64KiB", "64MiB", "2GiB" (powers of 1024), "1kB", "64MB", "1GB" (powers of 1000); the case of letters does not matter.
// At least 1 byte, at most `limit`.
std::size_t parse_size(const std::string& text, std::size_t limit);

// "500ms", "30s", "2m", "1h", "0"; a number without unit other than 0 is refused.
std::chrono::milliseconds parse_duration(const std::string& text);

// The same, but not 0.
std::chrono::milliseconds parse_positive_duration(const std::string& text);

std::uint64_t parse_number(const std::string& text, std::uint64_t lowest, std::uint64_t highest);

// A host name or address without port; brackets around an IPv6 address are taken off.
std::string parse_host(const std::string& text);

std::filesystem::path parse_file(const std::string& text);       // must be a readable file
std::filesystem::path parse_directory(const std::string& text);  // must be a directory

// A whole origin ("https://example.org:8443"), a host with or without a port, "null", or "*".
std::string parse_allowed_origin(const std::string& text);

// "https://example.org", or "*".
std::string parse_web_origin(const std::string& text);

// "10.0.0.7", "10.0.0.0/8", "fd00::/8".
http::Network parse_network(const std::string& text);

// "auto", "alpha5", "beta2".
Api parse_api(const std::string& text);

// "Service/method", where * stands for any characters.
std::string parse_method_pattern(const std::string& text);
std::string parse_header_name(const std::string& text);  // in lower case; one that may go on to an upstream

// "a, b,,c" → a b c
std::vector<std::string> split_list(std::string_view text);

// The one word that a file of at most 4 KiB holds; the text is never shown, not in errors either.
std::string read_token(const std::string& file);

// The value as an error message shows it: in quotes, on one line, cut at 200 bytes.
std::string show_value(std::string_view value);

}  // namespace octane::app
