// Room: telemetry. Repeats are counted, not repeated: decides which lines are written and which only counted. docs/api.md §7.
//
// It reads no clock and takes no lock; its owner brings both. It remembers at most `capacity` lines, the newest.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "telemetry/log.hpp"

namespace octane::telemetry {

class Repeats {
  public:
    using Time = std::chrono::steady_clock::time_point;

    // A line that came again after it was written.
    struct Summary {
        Level level = Level::info;
        std::string body;
        unsigned count = 0;
    };

    Repeats(std::chrono::steady_clock::duration window, std::size_t capacity) : window_(window), capacity_(capacity) {}

    // True if the line is to be written now; false if an equal one was written less than a window ago and this one was counted.
    bool admit(Level level, std::string_view body, Time now);

    // The lines whose window has passed (or which had to make room) and which came again meanwhile, oldest first.
    std::vector<Summary> take_finished(Time now);

    // All that is still being counted, for the end of the program.
    std::vector<Summary> take_all();

    // When take_finished will next have something to say.
    [[nodiscard]] std::optional<Time> next_deadline() const;

  private:
    struct Entry {
        Summary line;
        Time written;
    };
    void drop_oldest();

    std::chrono::steady_clock::duration window_;
    std::size_t capacity_;
    std::deque<Entry> entries_;  // in the order they were written, so also in the order they expire
    std::vector<Summary> finished_;
};

}  // namespace octane::telemetry
