// Room: frames. Who watches what: joins a source's frames to the tracks that make them and the sinks that take them.
//
// The hub lives on its source's strand. Loops talk to it by posting; it talks to them the same way. What the loops may read at
// any time stands under a lock instead: the newest frame, and the places for pictures.
#pragma once

#include <array>
#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "frames/control_event.hpp"
#include "frames/encoded_frame.hpp"
#include "frames/frame_wait.hpp"
#include "frames/loop_hub.hpp"
#include "frames/outlet.hpp"
#include "frames/picture.hpp"
#include "frames/picture_places.hpp"
#include "frames/sink.hpp"
#include "frames/track.hpp"

namespace octane::frames {

class Hub {
  public:
    // The camera rests when nobody has moved it for so long.
    static constexpr std::chrono::milliseconds kMotionHold{300};

    // `strand` is the source's; `loops` are the I/O threads' executors. Both and the workers must outlive the hub, and must have
    // stopped before it ends. `wrap` knows every container that viewers ask for.
    Hub(boost::asio::any_io_executor strand, const std::vector<boost::asio::any_io_executor>& loops,
        boost::asio::thread_pool& workers, FrameStats& stats, WrapFrame wrap = wrap_frame);
    Hub(const Hub&) = delete;
    Hub& operator=(const Hub&) = delete;

    [[nodiscard]] LoopHub& at(std::size_t loop) { return *loops_[loop]; }

    // On the strand. The source must outlive the hub's work, or be replaced by null before it ends.
    void set_source(Source* source);
    void publish(std::shared_ptr<const Frame> frame);
    // A frame that its source has encoded in this variant; nothing if nobody takes it.
    void publish(const Variant& variant, const std::shared_ptr<const EncodedFrame>& frame);
    void repeat();                           // the renderer has said once more that the newest frame is the newest
    void announce(ControlEvent::What what);  // an event for every viewer, never dropped
    // The same for those who want to know of edits, and for those who want the render's figures.
    void announce_edit(EditMade edit, std::chrono::system_clock::time_point time);
    void announce_statistics(std::string json);
    // The newest frame, which FrameStats::stale_up_to has called stale, is so no longer: who waits for a fresh one gets it, and a
    // converged one is final after all.
    void newest_is_fresh();
    // Also for those who join later. Once a renderer has come, frames of an older epoch are not shown any more.
    void announce_renderer(RendererState state);
    void say_goodbye();  // the last event, then the end of every stream
    [[nodiscard]] const std::shared_ptr<const Frame>& newest() const { return newest_; }
    [[nodiscard]] std::size_t viewers() const { return viewers_; }
    // Any thread: what a viewer must take for its variant before it joins, and keep while it watches it.
    [[nodiscard]] PicturePlaces& places() { return places_; }
    // Any thread: the newest frame; null if there is none of this renderer or the one before.
    [[nodiscard]] std::shared_ptr<const Frame> latest() const;
    void stop();

    // Any thread: the camera is being moved. Viewers with a motion form get it from the next frame on, until the camera rests.
    void camera_moved();
    // On the strand, by itself after the hold: they get the newest frame once more in full, and full ones again.
    void camera_rests();
    void set_motion_hold(std::chrono::milliseconds hold) { motion_hold_ = hold; }

    // From the loops; each posts.
    void ping(const std::string& viewer_id);
    void add_sink(const Variant& variant, std::shared_ptr<Sink> sink);  // gets the newest frame, then every one
    void remove_sink(const Variant& variant, std::shared_ptr<Sink> sink);
    void watch(const Variant& variant, std::shared_ptr<Outlet> outlet);  // the same in the variant's container
    void unwatch(const Variant& variant, std::shared_ptr<Outlet> outlet);
    void count_viewer(int change);
    void count_call_watcher(int change) { call_watchers_.fetch_add(change); }
    [[nodiscard]] bool has_call_watchers() const { return call_watchers_.load() > 0; }  // any thread
    void count_statistics_watcher(int change) { statistics_watchers_.fetch_add(change); }
    [[nodiscard]] bool has_statistics_watchers() const { return statistics_watchers_.load() > 0; }  // any thread

    // From a loop. The newest frame that fits the wish, now or within the limit; null if none came or `gone` was emitted (on the
    // loop). Who waits counts as a viewer, so the source is asked for frames.
    boost::asio::awaitable<std::shared_ptr<const Frame>> wait_for_frame(FrameWish wish, std::chrono::milliseconds limit,
                                                                        boost::asio::cancellation_slot gone);
    // From a loop: the frame in that variant, its picture made by a worker unless it is there. `image` is the frame's own.
    boost::asio::awaitable<base::Result<EncodedFrame>> encode(std::shared_ptr<const Frame> frame, const RenderImage& image,
                                                              Variant variant);

  private:
    // A variant that somebody takes, and what wraps its frames for the loops.
    struct Making {
        std::shared_ptr<Track> track;
        std::array<std::weak_ptr<SharedWrapper>, kContainerNames.size()> wrappers;  // by container
    };
    static Variant track_key(Variant variant);
    Making& making_of(const Variant& variant);
    template <typename Act>
    void on_each_loop(Act act);
    void set_newest(std::shared_ptr<const Frame> frame);

    boost::asio::any_io_executor strand_;
    boost::asio::thread_pool& workers_;
    FrameStats& stats_;
    std::vector<std::shared_ptr<LoopHub>> loops_;
    WrapFrame wrap_;
    PictureBudget budget_;
    PicturePlaces places_;
    std::map<Variant, Making> tracks_;  // by track_key(): whatever the container
    std::shared_ptr<const Frame> newest_;
    mutable std::mutex latest_mutex_;  // guards latest_; held for a copy of the pointer
    std::shared_ptr<const Frame> latest_;
    FrameWaits waits_;
    boost::asio::steady_timer motion_timer_;  // strand
    std::chrono::milliseconds motion_hold_ = kMotionHold;
    bool is_moving_ = false;  // strand
    std::size_t viewers_ = 0;
    std::atomic<int> call_watchers_{0};
    std::atomic<int> statistics_watchers_{0};
    Source* source_ = nullptr;
};

}  // namespace octane::frames
