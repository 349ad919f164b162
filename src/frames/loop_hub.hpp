// Room: frames. The viewers of one I/O thread.
//
// Everything here runs on that thread's loop, except deliver's wake-up, which only posts to it. A frame costs one post per loop,
// not one per viewer.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "frames/containers.hpp"
#include "frames/control_event.hpp"
#include "frames/outlet.hpp"
#include "frames/stats.hpp"
#include "frames/viewer.hpp"

namespace octane::frames {

class Hub;

class LoopHub : public std::enable_shared_from_this<LoopHub> {
  public:
    // docs/api.md §3: how often a ping goes to every viewer.
    static constexpr int kSecondsBetweenPings = 15;

    LoopHub(Hub& hub, boost::asio::any_io_executor executor, FrameStats& stats);
    LoopHub(const LoopHub&) = delete;
    LoopHub& operator=(const LoopHub&) = delete;

    // The viewer gets the renderer's state, then the newest frame, then all that follows. It must be leave()d before it is
    // destroyed.
    void join(const std::shared_ptr<Viewer>& viewer);
    void leave(const std::shared_ptr<Viewer>& viewer);
    // Instead of join() for a viewer that wants nothing yet: it is told goodbye and must read what it is sent, no more. Until
    // join() or leave().
    void keep(const std::shared_ptr<Viewer>& viewer);
    // A viewer that has joined gets its frames in another form from now on, beginning with the newest. One change at a time:
    // until the work for the one before has been done, the newest wish waits.
    void change_view(const std::shared_ptr<Viewer>& viewer, const Variant& variant, std::chrono::nanoseconds frame_interval);

    // Posted by the hub.
    void announce(const EventPointer& event);
    void announce_edit(const EventPointer& event);                     // to those who want to know of edits
    void announce_statistics(const EventPointer& event);               // to those who want the render's figures
    void set_renderer_event(EventPointer event, std::uint64_t epoch);  // see Hub::announce_renderer
    void say_goodbye(const EventPointer& event);
    void ping(const std::string& viewer_id);
    void stop();  // no more timers

    [[nodiscard]] const boost::asio::any_io_executor& executor() const { return executor_; }

  private:
    struct View {
        Variant variant;
        std::chrono::nanoseconds frame_interval{0};
    };
    struct Group {
        std::shared_ptr<Outlet> outlet;
        std::shared_ptr<const WrappedFrame> newest;
        std::vector<std::shared_ptr<Viewer>> viewers;
        std::map<std::shared_ptr<Viewer>, View> wishes;  // of its viewers, for when it has begun
        bool has_begun = false;
    };
    void enter_group(const std::shared_ptr<Viewer>& viewer);
    bool leave_group(const std::shared_ptr<Viewer>& viewer);
    std::shared_ptr<Outlet> make_outlet(const Variant& variant);
    void begin(const Variant& variant);
    void deliver(const Variant& variant);
    void arm_tick();
    void tick();
    void arm_pacing();
    template <typename Act>
    void for_each(Act act);

    Hub& hub_;
    boost::asio::any_io_executor executor_;
    FrameStats& stats_;
    boost::asio::steady_timer tick_timer_;
    boost::asio::steady_timer pacing_timer_;
    std::map<Variant, Group> groups_;
    std::vector<std::shared_ptr<Viewer>> kept_;  // see keep()
    EventPointer renderer_event_;
    std::size_t timed_viewers_ = 0;
    EventPointer goodbye_;     // set once the proxy goes down
    std::uint64_t epoch_ = 0;  // frames of an older one are not shown
    int seconds_to_ping_ = kSecondsBetweenPings;
    bool is_ticking_ = false;
    bool is_stopped_ = false;
};

}  // namespace octane::frames
