// Tests of the frames room: Server-Sent Events as a browser takes them apart.
#pragma once

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace octane::frames::tests {

struct SseEvent {
    std::optional<std::string> id;
    std::optional<std::string> retry;
    nlohmann::json data;
};

// One whole event with nothing before or after it: `name: value` lines and one blank line.
inline SseEvent read_event(std::string_view text) {
    SseEvent event;
    REQUIRE(text.ends_with("\n\n"));
    text.remove_suffix(1);
    std::string data;
    std::size_t data_lines = 0;
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(line.size() + 1);
        REQUIRE_FALSE(line.empty());
        const auto colon = line.find(": ");
        REQUIRE(colon != std::string_view::npos);
        const std::string_view name = line.substr(0, colon);
        const std::string value(line.substr(colon + 2));
        if (name == "id") {
            event.id = value;
        } else if (name == "retry") {
            event.retry = value;
        } else {
            REQUIRE(name == "data");  // unnamed events: onmessage sees them all
            data += value;
            ++data_lines;
        }
    }
    REQUIRE(data_lines == 1);
    event.data = nlohmann::json::parse(data, nullptr, false);
    REQUIRE_FALSE(event.data.is_discarded());
    REQUIRE(event.data.is_object());
    return event;
}

}  // namespace octane::frames::tests
