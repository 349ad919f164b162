// Room: app. One Octane with all that shows its frames: its calls, its hub, its callback session, and what their handlers work
// with.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <functional>
#include <vector>

#include "endpoints/context.hpp"
#include "frames/hub.hpp"
#include "frames/stats.hpp"
#include "livelink/busy_watch.hpp"
#include "livelink/callback_session.hpp"
#include "livelink/octane.hpp"

namespace octane::app {

class OctaneFront {
  public:
    // `control` is the thread of the session and the watch; all that is passed must outlive this.
    OctaneFront(const livelink::OctaneOptions& options, boost::asio::any_io_executor control,
                const std::vector<boost::asio::any_io_executor>& loops, boost::asio::thread_pool& workers,
                const endpoints::Site& site);
    OctaneFront(const OctaneFront&) = delete;
    OctaneFront& operator=(const OctaneFront&) = delete;

    [[nodiscard]] livelink::Octane& octane() { return octane_; }
    [[nodiscard]] const endpoints::Context& context() const { return context_; }

    // On the control thread, as all that follows. `on_end` is called whenever something that has_ended() tells of may have ended.
    void start(std::function<void()> on_end);
    void stop();      // says goodbye to viewers and gives the callback back; calls go on
    void stop_hub();  // the hub's loops do nothing more
    [[nodiscard]] bool is_session_running() const { return is_session_running_; }
    [[nodiscard]] bool is_watch_running() const { return is_watch_running_; }

  private:
    void watch_busy();

    boost::asio::any_io_executor control_;
    frames::FrameStats stats_;
    livelink::Octane octane_;
    frames::Hub hub_;
    livelink::CallbackSession session_;
    endpoints::Context context_;
    std::function<boost::asio::awaitable<void>()> watch_ = [this] { return octane_.run(); };
    std::function<boost::asio::awaitable<void>()> serve_ = [this] { return session_.run(); };
    boost::asio::steady_timer busy_timer_;
    livelink::BusyWatch busy_watch_;
    bool is_session_running_ = false;
    bool is_watch_running_ = false;
};

}  // namespace octane::app
