// Room: frames. Who watches what: joins the session's frames to the tracks that make them and the loops that write them.
//
// The hub lives on the session's strand. Loops talk to it by posting; it talks to them the same way. No locks.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/thread_pool.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "frames/loop_hub.hpp"
#include "frames/track.hpp"

namespace octane::frames {

class Hub {
  public:
    // Each variant is encoded for itself; no more than this many at once. A viewer that asks for one more is refused by the
    // endpoint.
    static constexpr std::size_t kMaxVariants = 32;

    // `strand` is the session's; `loops` are the I/O threads' executors. Both and the workers must outlive the hub, and must have
    // stopped before it ends.
    Hub(boost::asio::any_io_executor strand, const std::vector<boost::asio::any_io_executor>& loops,
        boost::asio::thread_pool& workers, FrameStats& stats);
    Hub(const Hub&) = delete;
    Hub& operator=(const Hub&) = delete;

    [[nodiscard]] LoopHub& at(std::size_t loop) { return *loops_[loop]; }

    // On the strand.
    void publish(std::shared_ptr<const Frame> frame);
    void announce(std::string json);  // an event for every viewer, never dropped
    // Also for those who join later. `epoch` of the Octane that came (0: it was lost): frames of an older one are not shown any
    // more.
    void announce_octane(std::string json, std::uint64_t epoch);
    void say_goodbye(std::string json);  // the last event, then the end of every stream
    [[nodiscard]] const std::shared_ptr<const Frame>& newest() const { return newest_; }
    [[nodiscard]] std::size_t viewers() const { return viewers_; }
    // Any thread: whether a viewer of this variant can be served, because it is being made already or there is room for one more.
    [[nodiscard]] bool has_room_for(const Variant& variant) const;
    void on_viewers_changed(std::function<void()> listener) { listener_ = std::move(listener); }
    void stop();

    // From the loops; each posts.
    void ping(const std::string& viewer_id);
    void watch(std::size_t loop, const Variant& variant, std::shared_ptr<Outlet> outlet);
    void unwatch(std::size_t loop, const Variant& variant);
    void count_viewer(int change);

  private:
    template <typename Act>
    void on_each_loop(Act act);

    boost::asio::any_io_executor strand_;
    boost::asio::thread_pool& workers_;
    FrameStats& stats_;
    std::vector<std::shared_ptr<LoopHub>> loops_;
    std::map<Variant, std::shared_ptr<Track>> tracks_;
    mutable std::mutex made_mutex_;  // guards made_, which only joining and leaving touch
    std::set<Variant> made_;         // the keys of tracks_, for has_room_for()
    std::shared_ptr<const Frame> newest_;
    std::size_t viewers_ = 0;
    std::function<void()> listener_;
};

}  // namespace octane::frames
