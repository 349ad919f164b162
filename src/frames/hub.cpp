#include "frames/hub.hpp"

#include <boost/asio/post.hpp>
#include <utility>

#include "frames/event.hpp"

namespace octane::frames {
namespace asio = boost::asio;

Hub::Hub(asio::any_io_executor strand, const std::vector<asio::any_io_executor>& loops, asio::thread_pool& workers,
         FrameStats& stats)
    : strand_(std::move(strand)), workers_(workers), stats_(stats) {
    for (const auto& loop : loops) loops_.push_back(std::make_shared<LoopHub>(*this, loops_.size(), loop, stats));
}

template <typename Act>
void Hub::on_each_loop(Act act) {
    for (const auto& loop : loops_) asio::post(loop->executor(), [loop, act] { act(*loop); });
}

void Hub::publish(std::shared_ptr<const Frame> frame) {
    newest_ = std::move(frame);
    stats_.published.fetch_add(1, std::memory_order_relaxed);
    for (const auto& [variant, track] : tracks_) track->offer(newest_);
}

void Hub::announce(std::string json) {
    const auto event = std::make_shared<const std::string>(make_event(json));
    on_each_loop([event](LoopHub& loop) { loop.announce(event); });
}

void Hub::announce_octane(std::string json, std::uint64_t epoch) {
    const auto event = std::make_shared<const std::string>(make_event(json));
    on_each_loop([event, epoch](LoopHub& loop) { loop.set_octane_event(event, epoch); });
}

void Hub::say_goodbye(std::string json) {
    const auto event = std::make_shared<const std::string>(make_event(json));
    on_each_loop([event](LoopHub& loop) { loop.say_goodbye(event); });
}

void Hub::ping(const std::string& viewer_id) {
    on_each_loop([viewer_id](LoopHub& loop) { loop.ping(viewer_id); });
}

void Hub::stop() {
    on_each_loop([](LoopHub& loop) { loop.stop(); });
}

bool Hub::has_room_for(const Variant& variant) const {
    const std::lock_guard lock(made_mutex_);
    return made_.size() < kMaxVariants || made_.contains(variant);
}

void Hub::watch(std::size_t loop, const Variant& variant, std::shared_ptr<Outlet> outlet) {
    asio::post(strand_, [this, loop, variant, outlet = std::move(outlet)]() mutable {
        auto& track = tracks_[variant];
        if (!track) {
            track = std::make_shared<Track>(workers_, variant, stats_);
            const std::lock_guard lock(made_mutex_);
            made_.insert(variant);
        }
        track->add_outlet(loop, std::move(outlet), newest_);
    });
}

void Hub::unwatch(std::size_t loop, const Variant& variant) {
    asio::post(strand_, [this, loop, variant] {
        const auto found = tracks_.find(variant);
        if (found == tracks_.end()) return;
        found->second->remove_outlet(loop);
        if (!found->second->is_unused()) return;
        tracks_.erase(found);
        const std::lock_guard lock(made_mutex_);
        made_.erase(variant);
    });
}

void Hub::count_viewer(int change) {
    asio::post(strand_, [this, change] {
        viewers_ = static_cast<std::size_t>(static_cast<std::ptrdiff_t>(viewers_) + change);
        if (listener_) listener_();
    });
}

}  // namespace octane::frames
