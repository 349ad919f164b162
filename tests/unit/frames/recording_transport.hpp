// Tests of the frames room: a transport that keeps what a viewer writes, and a clock that the test sets.
#pragma once

#include <doctest/doctest.h>

#include <chrono>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "control_text.hpp"
#include "event_text.hpp"
#include "frames/viewer.hpp"

namespace octane::frames::tests {

class RecordingTransport final : public Transport {
  public:
    // As a stream of events would frame it.
    void write_event(const ControlEvent& event) override {
        const std::string_view parts[] = {event.text(control_text)};
        write_frame(parts);
    }
    bool accepts(const ControlEvent&) override { return has_place_for_events; }
    void write_frame(std::span<const std::string_view> parts) override {
        REQUIRE_FALSE(is_writing);
        REQUIRE_FALSE(is_closed);
        REQUIRE_FALSE(has_finished);
        std::string text;
        for (const auto part : parts) text += part;
        written.push_back(std::move(text));
        in_write.assign(parts.begin(), parts.end());
        is_writing = true;
    }
    void close() override {
        REQUIRE_FALSE(is_closed);
        is_closed = true;
    }
    void finish() override {
        REQUIRE_FALSE(has_finished);
        has_finished = true;
    }
    [[nodiscard]] std::chrono::steady_clock::time_point last_progress() const override { return progress; }

    // The bytes of the write under way as they are in memory now.
    [[nodiscard]] std::string bytes_in_write() const {
        std::string text;
        for (const auto part : in_write) text += part;
        return text;
    }
    [[nodiscard]] SseEvent event(std::size_t nth) const {
        REQUIRE(nth < written.size());
        return read_event(written[nth]);
    }
    [[nodiscard]] SseEvent last() const { return event(written.size() - 1); }

    std::vector<std::string> written;
    std::vector<std::string_view> in_write;
    std::chrono::steady_clock::time_point progress{};
    bool has_place_for_events = true;
    bool is_writing = false;
    bool is_closed = false;
    bool has_finished = false;
};

}  // namespace octane::frames::tests
