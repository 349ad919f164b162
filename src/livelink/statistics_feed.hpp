// Room: livelink. The figures of the render for pages that show them and that Octane never sends them to (docs/octane.md §1.5).
//
// While frames come and somebody listens, Octane is asked for them, at most twice a second, one question at a time, with a
// deadline of its own and past the queue, so that no call waits for it. A frame may come before the figures that belong to it
// (the last one while the state still is "rendering"), so while Octane says that it works it is asked again. Lives on the
// session's strand.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>

#include "frames/hub.hpp"
#include "livelink/octane.hpp"

namespace octane::livelink {

class StatisticsFeed {
  public:
    static constexpr std::chrono::milliseconds kPause{500};       // from one question to the next
    static constexpr std::chrono::milliseconds kWorkPause{2000};  // the same while Octane works and no frame comes
    static constexpr std::chrono::milliseconds kLimit{2000};
    static constexpr std::chrono::milliseconds kRetry{5000};  // after one that failed

    // `on_end`: is_asking() has become false. Everything must outlive the questions.
    StatisticsFeed(Octane& octane, frames::Hub& hub, const boost::asio::any_io_executor& strand, std::function<void()> on_end);
    StatisticsFeed(const StatisticsFeed&) = delete;
    StatisticsFeed& operator=(const StatisticsFeed&) = delete;

    // A frame came, or somebody who may want the figures: they are asked for when their time has come.
    void figures_are_due();
    void stop();  // what is under way is abandoned, and nothing is asked any more
    [[nodiscard]] bool is_asking() const { return is_asking_; }

  private:
    void ask_if_due();
    void ask_again();  // after a pause, if no frame asks before
    boost::asio::awaitable<void> ask();

    Octane& octane_;
    frames::Hub& hub_;
    boost::asio::any_io_executor strand_;
    const std::function<void()> on_end_;
    boost::asio::steady_timer timer_;           // until next_
    boost::asio::steady_timer work_timer_;      // until they are due again because Octane works
    boost::asio::cancellation_signal abandon_;  // emitted by stop()
    std::chrono::steady_clock::time_point next_ = std::chrono::steady_clock::time_point::min();
    bool is_due_ = false;
    bool is_waiting_ = false;
    bool is_asking_ = false;
    bool is_stopped_ = false;
};

}  // namespace octane::livelink
