// Stand-in renderer: synthetic frames at a set rate, prepared ahead so that sending one costs next to nothing.
//
// user_data of each event: (microseconds since the Unix epoch mod 2^44) << 20 | (frame number mod 2^20), so that whoever
// receives the frame can tell its age and whether one is missing.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

#include "standin/options.hpp"
#include "standin/publisher.hpp"

namespace octane::standin {

// A moving test picture in any of the six types; step tells the pictures of a sequence apart. Of the options only those that
// concern pixels count: alpha, environment, colour space, pass ids.
Picture make_pattern_picture(ImageType type, std::uint32_t width, std::uint32_t height, std::uint32_t pitch, int pass,
                             std::uint32_t step, const PatternOptions& options = {});

std::uint64_t pattern_user_data(std::uint64_t unix_microseconds, std::uint64_t number);

class Pattern {
  public:
    Pattern(const Options& options, Publisher& publisher, const StreamHub& hub);
    ~Pattern();

    void start();
    void stop();
    void send_one();  // any thread

  private:
    void run();

    const Options& options_;
    Publisher& publisher_;
    const StreamHub& hub_;
    std::vector<std::vector<Picture>> prepared_;  // by step, then by pass
    std::mutex mutex_;
    std::condition_variable changed_;
    bool is_stopped_ = false;
    std::mutex sending_;
    std::uint64_t sent_ = 0;
    std::thread thread_;
};

}  // namespace octane::standin
