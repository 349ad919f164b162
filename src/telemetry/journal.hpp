// Room: telemetry. Events become lines: repeats are counted, and a thread of its own writes, so that who logs never waits for a
// terminal that is held, a pipe that nobody reads, or a disk. docs/api.md §7.
//
// What waits to be written is bounded. While it is full, newer lines are lost; they are counted, and one line tells so where they
// would have stood.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "telemetry/log.hpp"

namespace octane::telemetry {

class Journal {
  public:
    static constexpr std::size_t kMostWaiting = 4096;  // lines, besides those that are being written
    static constexpr std::chrono::milliseconds kLongestEnd{2000};

    // Gets lines with their ends, in order, on the journal's thread; may block. It must own what it refers to: where it blocks
    // for ever it outlives the journal.
    using Write = std::function<void(const std::vector<std::string>& lines)>;

    Journal(LogFormat format, Write write, std::chrono::milliseconds longest_end = kLongestEnd);
    // Writes what waits and what is still counted. After `longest_end` the thread is left to itself with what it has not written.
    ~Journal();
    Journal(const Journal&) = delete;
    Journal& operator=(const Journal&) = delete;

    // Any thread.
    void add(Level level, std::string_view message, std::initializer_list<Field> fields);

  private:
    struct Shared;

    std::shared_ptr<Shared> shared_;  // the thread's too
    std::chrono::milliseconds longest_end_;
    std::thread thread_;
};

}  // namespace octane::telemetry
