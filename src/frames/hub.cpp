#include "frames/hub.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <utility>

#include "frames/image.hpp"
#include "frames/two_speeds.hpp"

namespace octane::frames {
namespace asio = boost::asio;

Hub::Hub(asio::any_io_executor strand, const std::vector<asio::any_io_executor>& loops, asio::thread_pool& workers,
         FrameStats& stats, WrapFrame wrap)
    : strand_(std::move(strand)), workers_(workers), stats_(stats), wrap_(wrap), waits_(stats), motion_timer_(strand_) {
    for (const auto& loop : loops) loops_.push_back(std::make_shared<LoopHub>(*this, loop, stats));
}

template <typename Act>
void Hub::on_each_loop(Act act) {
    for (const auto& loop : loops_) asio::post(loop->executor(), [loop, act] { act(*loop); });
}

void Hub::publish(std::shared_ptr<const Frame> frame) {
    set_newest(std::move(frame));
    stats_.published.fetch_add(1, std::memory_order_relaxed);
    for (const auto& [variant, making] : tracks_) making.track->offer(newest_, is_moving_ ? Form::motion : Form::full);
    waits_.publish(newest_);
}

void Hub::publish(const Variant& variant, const std::shared_ptr<const EncodedFrame>& frame) {
    const auto found = tracks_.find(track_key(variant));
    if (found != tracks_.end()) found->second.track->offer(frame);
}

void Hub::set_source(Source* source) {
    source_ = source;
    if (source_ == nullptr) return;
    source_->on_demand(viewers_);
    for (const auto& [variant, making] : tracks_) source_->on_variant(variant, true);
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
    for (const auto& [variant, making] : tracks_) {
        if (has_form(variant, Form::motion)) making.track->offer(newest_, Form::full);
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

void Hub::announce(ControlEvent::What what) {
    const auto event = std::make_shared<const ControlEvent>(std::move(what));
    on_each_loop([event](LoopHub& loop) { loop.announce(event); });
}

void Hub::announce_edit(EditMade edit, std::chrono::system_clock::time_point time) {
    const auto event = std::make_shared<const ControlEvent>(std::move(edit), time);
    on_each_loop([event](LoopHub& loop) { loop.announce_edit(event); });
}

void Hub::announce_statistics(std::string json) {
    const auto event = std::make_shared<const ControlEvent>(StatisticsAnswer{std::move(json)});
    on_each_loop([event](LoopHub& loop) { loop.announce_statistics(event); });
}

void Hub::newest_is_fresh() {
    if (!newest_) return;
    waits_.publish(newest_);
    for (const auto& [variant, making] : tracks_) making.track->offer_final(newest_);
}

void Hub::announce_renderer(RendererState state) {
    const std::uint64_t epoch = state.kind == RendererState::Kind::connected ? state.epoch : 0;
    if (newest_ && newest_->epoch < epoch) set_newest(nullptr);
    const auto event = std::make_shared<const ControlEvent>(std::move(state));
    on_each_loop([event, epoch](LoopHub& loop) { loop.set_renderer_event(event, epoch); });
}

void Hub::say_goodbye() {
    waits_.end_all();
    const auto event = std::make_shared<const ControlEvent>(Goodbye{});
    on_each_loop([event](LoopHub& loop) { loop.say_goodbye(event); });
}

void Hub::ping(const std::string& viewer_id) {
    on_each_loop([viewer_id](LoopHub& loop) { loop.ping(viewer_id); });
}

void Hub::stop() {
    asio::post(strand_, [this] { motion_timer_.cancel(); });
    on_each_loop([](LoopHub& loop) { loop.stop(); });
}

Variant Hub::track_key(Variant variant) {
    variant.container = Container::sse;
    return variant;
}

void Hub::add_sink(const Variant& variant, std::shared_ptr<Sink> sink) {
    asio::post(strand_, [this, variant, sink = std::move(sink)]() mutable {
        making_of(variant).track->add_sink(std::move(sink), newest_);
    });
}

void Hub::remove_sink(const Variant& variant, std::shared_ptr<Sink> sink) {
    asio::post(strand_, [this, key = track_key(variant), sink = std::move(sink)] {
        const auto found = tracks_.find(key);
        if (found == tracks_.end()) return;
        found->second.track->remove_sink(sink);
        if (!found->second.track->is_unused()) return;
        tracks_.erase(found);
        if (source_ != nullptr) source_->on_variant(key, false);
    });
}

void Hub::watch(const Variant& variant, std::shared_ptr<Outlet> outlet) {
    asio::post(strand_, [this, variant, outlet = std::move(outlet)] {
        Making& making = making_of(variant);
        auto& shared = making.wrappers[static_cast<std::size_t>(variant.container)];
        auto wrapper = shared.lock();
        if (!wrapper) shared = wrapper = std::make_shared<SharedWrapper>(wrap_, variant.container, stats_);
        outlet->set_wrapper(std::move(wrapper));
        making.track->add_sink(outlet, newest_);
    });
}

void Hub::unwatch(const Variant& variant, std::shared_ptr<Outlet> outlet) {
    remove_sink(variant, std::move(outlet));
}

Hub::Making& Hub::making_of(const Variant& variant) {
    const Variant key = track_key(variant);
    Making& making = tracks_[key];
    if (making.track) return making;
    making.track = std::make_shared<Track>(workers_, key, PictureMaker{stats_, budget_});
    if (source_ != nullptr) source_->on_variant(key, true);
    return making;
}

void Hub::count_viewer(int change) {
    asio::post(strand_, [this, change] {
        viewers_ = static_cast<std::size_t>(static_cast<std::ptrdiff_t>(viewers_) + change);
        if (source_ != nullptr) source_->on_demand(viewers_);
    });
}

}  // namespace octane::frames
