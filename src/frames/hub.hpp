// Room: frames. Who watches what: joins the session's frames to the tracks that make them and the loops that write them.
//
// The hub lives on the session's strand. Loops talk to it by posting; it talks to them the same way. Two facts the loops may
// read at any time are copied under a lock instead: which pictures are being made, and the newest frame.
#pragma once

#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "frames/frame_wait.hpp"
#include "frames/loop_hub.hpp"
#include "frames/picture.hpp"
#include "frames/track.hpp"

namespace octane::frames {

class Hub {
  public:
    // Each picture (picture_keys(): whatever the container, and each form by itself) is encoded for itself; no more than this
    // many at once. A viewer that asks for more is refused by the endpoint.
    static constexpr std::size_t kMaxVariants = 32;
    // The camera rests when nobody has moved it for so long.
    static constexpr std::chrono::milliseconds kMotionHold{300};

    // `strand` is the session's; `loops` are the I/O threads' executors. Both and the workers must outlive the hub, and must have
    // stopped before it ends.
    Hub(boost::asio::any_io_executor strand, const std::vector<boost::asio::any_io_executor>& loops,
        boost::asio::thread_pool& workers, FrameStats& stats);
    Hub(const Hub&) = delete;
    Hub& operator=(const Hub&) = delete;

    [[nodiscard]] LoopHub& at(std::size_t loop) { return *loops_[loop]; }

    // On the strand.
    void publish(std::shared_ptr<const Frame> frame);
    void repeat();                         // Octane has said once more that the newest frame is the newest
    void announce(std::string json);       // an event for every viewer, never dropped
    void announce_call(std::string json);  // the same for those who want to know of edits
    // Also for those who join later. `epoch` of the Octane that came (0: it was lost): frames of an older one are not shown any
    // more.
    void announce_octane(std::string json, std::uint64_t epoch);
    void say_goodbye(std::string json);  // the last event, then the end of every stream
    [[nodiscard]] const std::shared_ptr<const Frame>& newest() const { return newest_; }
    [[nodiscard]] std::size_t viewers() const { return viewers_; }
    // Any thread: whether a viewer of this variant can be served, because there is room for those of its pictures that are not
    // being made already.
    [[nodiscard]] bool has_room_for(const Variant& variant) const;
    // Any thread: the newest frame; null if there is none of this Octane or the one before.
    [[nodiscard]] std::shared_ptr<const Frame> latest() const;
    void on_viewers_changed(std::function<void()> listener) { listener_ = std::move(listener); }
    void stop();

    // Any thread: the camera is being moved. Viewers with a motion form get it from the next frame on, until the camera rests.
    void camera_moved();
    // On the strand, by itself after the hold: they get the newest frame once more in full, and full ones again.
    void camera_rests();
    void set_motion_hold(std::chrono::milliseconds hold) { motion_hold_ = hold; }

    // From the loops; each posts.
    void ping(const std::string& viewer_id);
    void watch(std::size_t loop, const Variant& variant, std::shared_ptr<Outlet> outlet);
    void unwatch(std::size_t loop, const Variant& variant);
    void count_viewer(int change);
    void count_call_watcher(int change) { call_watchers_.fetch_add(change); }
    [[nodiscard]] bool has_call_watchers() const { return call_watchers_.load() > 0; }  // any thread

    // From a loop. The newest frame that fits the wish, now or within the limit; null if none came or `gone` was emitted (on the
    // loop). Who waits counts as a viewer, so Octane is asked for frames.
    boost::asio::awaitable<std::shared_ptr<const Frame>> wait_for_frame(FrameWish wish, std::chrono::milliseconds limit,
                                                                        boost::asio::cancellation_slot gone);
    // From a loop: the variant's picture of the frame, made by a worker unless it is there. `image` is the frame's own.
    boost::asio::awaitable<Pictures::Made> picture_of(std::shared_ptr<const Frame> frame, const RenderImage& image,
                                                      Variant variant);

  private:
    template <typename Act>
    void on_each_loop(Act act);
    void set_newest(std::shared_ptr<const Frame> frame);

    boost::asio::any_io_executor strand_;
    boost::asio::thread_pool& workers_;
    FrameStats& stats_;
    std::vector<std::shared_ptr<LoopHub>> loops_;
    std::map<Variant, std::shared_ptr<Track>> tracks_;
    mutable std::mutex made_mutex_;        // guards made_, which only joining and leaving touch
    std::map<Variant, std::size_t> made_;  // pictures and how many of tracks_ may show them, for has_room_for()
    std::shared_ptr<const Frame> newest_;
    mutable std::mutex latest_mutex_;  // guards latest_; held for a copy of the pointer
    std::shared_ptr<const Frame> latest_;
    FrameWaits waits_;
    boost::asio::steady_timer motion_timer_;  // strand
    std::chrono::milliseconds motion_hold_ = kMotionHold;
    bool is_moving_ = false;  // strand
    std::size_t viewers_ = 0;
    std::atomic<int> call_watchers_{0};
    std::function<void()> listener_;
};

}  // namespace octane::frames
