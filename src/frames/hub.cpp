#include "frames/hub.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <utility>

#include "frames/image.hpp"
#include "frames/two_speeds.hpp"

namespace octane::frames {
namespace asio = boost::asio;

Hub::Hub(asio::any_io_executor strand, const std::vector<asio::any_io_executor>& loops, asio::thread_pool& workers,
         FrameStats& stats)
    : strand_(std::move(strand)), workers_(workers), stats_(stats), motion_timer_(strand_) {
    for (const auto& loop : loops) loops_.push_back(std::make_shared<LoopHub>(*this, loops_.size(), loop, stats));
}

template <typename Act>
void Hub::on_each_loop(Act act) {
    for (const auto& loop : loops_) asio::post(loop->executor(), [loop, act] { act(*loop); });
}

void Hub::publish(std::shared_ptr<const Frame> frame) {
    set_newest(std::move(frame));
    stats_.published.fetch_add(1, std::memory_order_relaxed);
    for (const auto& [variant, track] : tracks_) track->offer(newest_, is_moving_ ? Form::motion : Form::full);
    waits_.publish(newest_);
}

void Hub::camera_moved() {
    asio::post(strand_, [this] {
        is_moving_ = true;
        motion_timer_.expires_after(motion_hold_);
        motion_timer_.async_wait([this](const boost::system::error_code& has_moved_again) {
            if (!has_moved_again) camera_rests();
        });
    });
}

void Hub::camera_rests() {
    if (!std::exchange(is_moving_, false) || !newest_) return;
    for (const auto& [variant, track] : tracks_) {
        if (has_form(variant, Form::motion)) track->offer(newest_, Form::full);
    }
}

void Hub::repeat() {
    if (newest_) waits_.repeat(newest_);
}

void Hub::set_newest(std::shared_ptr<const Frame> frame) {
    newest_ = std::move(frame);
    const std::lock_guard lock(latest_mutex_);
    latest_ = newest_;
}

std::shared_ptr<const Frame> Hub::latest() const {
    const std::lock_guard lock(latest_mutex_);
    return latest_;
}

void Hub::announce(std::string json) {
    const auto event = std::make_shared<const std::string>(std::move(json));
    on_each_loop([event](LoopHub& loop) { loop.announce(event); });
}

void Hub::announce_call(std::string json) {
    const auto event = std::make_shared<const std::string>(std::move(json));
    on_each_loop([event](LoopHub& loop) { loop.announce_call(event); });
}

void Hub::announce_octane(std::string json, std::uint64_t epoch) {
    if (newest_ && newest_->epoch < epoch) set_newest(nullptr);
    const auto event = std::make_shared<const std::string>(std::move(json));
    on_each_loop([event, epoch](LoopHub& loop) { loop.set_octane_event(event, epoch); });
}

void Hub::say_goodbye(std::string json) {
    waits_.end_all();
    const auto event = std::make_shared<const std::string>(std::move(json));
    on_each_loop([event](LoopHub& loop) { loop.say_goodbye(event); });
}

void Hub::ping(const std::string& viewer_id) {
    on_each_loop([viewer_id](LoopHub& loop) { loop.ping(viewer_id); });
}

void Hub::stop() {
    asio::post(strand_, [this] { motion_timer_.cancel(); });
    on_each_loop([](LoopHub& loop) { loop.stop(); });
}

bool Hub::has_room_for(const Variant& variant) const {
    const std::lock_guard lock(made_mutex_);
    const auto is_new = [this](const Variant& key) { return !made_.contains(key); };
    const auto added = static_cast<std::size_t>(std::ranges::count_if(picture_keys(variant), is_new));
    return added == 0 || made_.size() + added <= kMaxVariants;
}

void Hub::watch(std::size_t loop, const Variant& variant, std::shared_ptr<Outlet> outlet) {
    asio::post(strand_, [this, loop, variant, outlet = std::move(outlet)]() mutable {
        auto& track = tracks_[variant];
        if (!track) {
            track = std::make_shared<Track>(workers_, variant, stats_);
            const std::lock_guard lock(made_mutex_);
            for (const auto& key : picture_keys(variant)) ++made_[key];
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
        for (const auto& key : picture_keys(variant)) {
            const auto made = made_.find(key);
            if (--made->second == 0) made_.erase(made);
        }
    });
}

void Hub::count_viewer(int change) {
    asio::post(strand_, [this, change] {
        viewers_ = static_cast<std::size_t>(static_cast<std::ptrdiff_t>(viewers_) + change);
        if (listener_) listener_();
    });
}

}  // namespace octane::frames
