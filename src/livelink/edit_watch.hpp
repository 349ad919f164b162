// Room: livelink. After an edit: asks Octane what it has published, so that it is known which frames show the scene as it is.
//
// Lives on the session's strand, but for what says otherwise. One question at a time; no frame and no call waits for it.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <chrono>
#include <functional>

#include "frames/image.hpp"
#include "frames/stats.hpp"
#include "livelink/octane.hpp"
#include "livelink/stale_frames.hpp"

namespace octane::livelink {

class EditWatch {
  public:
    // `on_fresh`: the newest frame, stale until now, turns out to show the last edit. `on_end`: is_asking() has become false.
    // Everything must outlive the questions.
    EditWatch(Octane& octane, boost::asio::any_io_executor strand, frames::FrameStats& stats, std::function<void()> on_fresh,
              std::function<void()> on_end);
    EditWatch(const EditWatch&) = delete;
    EditWatch& operator=(const EditWatch&) = delete;

    void frame_came(const frames::Frame& frame);
    void forget() { stale_.forget(); }  // the epoch has changed
    void stop();                        // what is under way is abandoned, and nothing is asked any more
    [[nodiscard]] bool is_asking() const { return is_asking_; }

    // Any thread; what is known counts at once.
    void edit_made(EditKind kind);
    [[nodiscard]] bool awaits_update() const { return stale_.awaits_update(); }

  private:
    void begin_asking();
    boost::asio::awaitable<void> ask();

    Octane& octane_;
    boost::asio::any_io_executor strand_;
    const std::function<void()> on_fresh_;
    const std::function<void()> on_end_;
    StaleFrames stale_;
    boost::asio::cancellation_signal abandon_;  // emitted by stop()
    bool is_asking_ = false;
    bool is_stopped_ = false;
};

}  // namespace octane::livelink
