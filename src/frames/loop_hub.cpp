#include "frames/loop_hub.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <utility>

#include "frames/hub.hpp"

namespace octane::frames {
namespace asio = boost::asio;

LoopHub::LoopHub(Hub& hub, asio::any_io_executor executor, FrameStats& stats)
    : hub_(hub), executor_(std::move(executor)), stats_(stats), tick_timer_(executor_), pacing_timer_(executor_) {}

// A viewer may close while it is served: leave() takes it away when its transport says so.
template <typename Act>
void LoopHub::for_each(Act act) {
    for (auto& [variant, group] : groups_) {
        const auto viewers = group.viewers;
        for (const auto& viewer : viewers) act(*viewer);
    }
}

void LoopHub::keep(const std::shared_ptr<Viewer>& viewer) {
    kept_.push_back(viewer);
    if (goodbye_) viewer->say_goodbye(goodbye_);
    if (!is_ticking_) arm_tick();
}

void LoopHub::join(const std::shared_ptr<Viewer>& viewer) {
    std::erase(kept_, viewer);
    stats_.viewers.fetch_add(1, std::memory_order_relaxed);
    stats_.viewers_ever.fetch_add(1, std::memory_order_relaxed);
    if (renderer_event_) viewer->send(renderer_event_);
    enter_group(viewer);
    if (viewer->wants_calls()) hub_.count_call_watcher(+1);
    if (viewer->wants_statistics()) hub_.count_statistics_watcher(+1);
    hub_.count_viewer(+1);  // last: the source looks then who wants what
    if (goodbye_) viewer->say_goodbye(goodbye_);
    if (!is_ticking_) arm_tick();
}

void LoopHub::leave(const std::shared_ptr<Viewer>& viewer) {
    if (std::erase(kept_, viewer) > 0 || !leave_group(viewer)) return;
    stats_.viewers.fetch_sub(1, std::memory_order_relaxed);
    hub_.count_viewer(-1);
    if (viewer->wants_calls()) hub_.count_call_watcher(-1);
    if (viewer->wants_statistics()) hub_.count_statistics_watcher(-1);
}

void LoopHub::change_view(const std::shared_ptr<Viewer>& viewer, const Variant& variant,
                          std::chrono::nanoseconds frame_interval) {
    const auto group = groups_.find(viewer->variant());
    if (group != groups_.end() && !group->second.has_begun) {
        group->second.wishes[viewer] = View{variant, frame_interval};
        return;
    }
    if (!leave_group(viewer)) return;
    viewer->set_view(variant, frame_interval);
    enter_group(viewer);
}

void LoopHub::enter_group(const std::shared_ptr<Viewer>& viewer) {
    const Variant& variant = viewer->variant();
    stats_.delivery.count_viewer(variant.container, variant.format, +1);
    if (viewer->needs_timer()) ++timed_viewers_;
    auto& group = groups_[variant];
    group.viewers.push_back(viewer);
    if (!group.outlet) {
        group.outlet = make_outlet(variant);
        hub_.watch(variant, group.outlet);
    } else if (group.newest) {
        viewer->offer(group.newest, Viewer::Clock::now());
        arm_pacing();
    }
}

std::shared_ptr<Outlet> LoopHub::make_outlet(const Variant& variant) {
    const auto poster = [&](void (LoopHub::*act)(const Variant&)) {
        return [weak = weak_from_this(), variant, executor = executor_, act] {
            asio::post(executor, [weak, variant, act] {
                if (const auto self = weak.lock()) (self.get()->*act)(variant);
            });
        };
    };
    return std::make_shared<Outlet>(poster(&LoopHub::deliver), poster(&LoopHub::begin));
}

void LoopHub::begin(const Variant& variant) {
    const auto found = groups_.find(variant);
    if (found == groups_.end()) return;
    found->second.has_begun = true;
    const auto wishes = std::exchange(found->second.wishes, {});
    for (const auto& [viewer, view] : wishes) change_view(viewer, view.variant, view.frame_interval);
}

bool LoopHub::leave_group(const std::shared_ptr<Viewer>& viewer) {
    const Variant variant = viewer->variant();
    const auto found = groups_.find(variant);
    if (found == groups_.end()) return false;
    auto& viewers = found->second.viewers;
    if (std::erase(viewers, viewer) == 0) return false;
    found->second.wishes.erase(viewer);
    stats_.delivery.count_viewer(variant.container, variant.format, -1);
    if (viewer->needs_timer()) --timed_viewers_;
    if (!viewers.empty()) return true;
    hub_.unwatch(variant, found->second.outlet);
    groups_.erase(found);
    return true;
}

void LoopHub::deliver(const Variant& variant) {
    const auto found = groups_.find(variant);
    if (found == groups_.end()) return;
    auto frame = found->second.outlet->newest();
    if (!frame || frame->epoch < epoch_) return;
    found->second.newest = frame;
    const auto now = Viewer::Clock::now();
    const auto viewers = found->second.viewers;
    for (const auto& viewer : viewers) viewer->offer(frame, now);
    arm_pacing();
}

void LoopHub::announce(const EventPointer& event) {
    for_each([&](Viewer& viewer) { viewer.send(event); });
}

void LoopHub::announce_edit(const EventPointer& event) {
    for_each([&event](Viewer& viewer) {
        if (viewer.wants_calls()) viewer.send(event);
    });
}

void LoopHub::announce_statistics(const EventPointer& event) {
    for_each([&event](Viewer& viewer) {
        if (viewer.wants_statistics()) viewer.send(event);
    });
}

void LoopHub::set_renderer_event(EventPointer event, std::uint64_t epoch) {
    if (epoch > epoch_) {
        epoch_ = epoch;
        for (auto& [variant, group] : groups_) group.newest.reset();
        for_each([](Viewer& viewer) { viewer.forget_waiting(); });
    }
    renderer_event_ = std::move(event);
    announce(renderer_event_);
}

void LoopHub::say_goodbye(const EventPointer& event) {
    goodbye_ = event;
    for_each([&](Viewer& viewer) { viewer.say_goodbye(event); });
    for (const auto& viewer : std::vector(kept_)) viewer->say_goodbye(event);
}

void LoopHub::ping(const std::string& viewer_id) {
    for_each([&](Viewer& viewer) {
        if (viewer.id() == viewer_id) viewer.send(std::make_shared<const ControlEvent>(Ping{}));
    });
}

void LoopHub::stop() {
    is_stopped_ = true;
    tick_timer_.cancel();
    pacing_timer_.cancel();
}

void LoopHub::arm_tick() {
    if (is_stopped_) return;
    is_ticking_ = true;
    tick_timer_.expires_after(std::chrono::seconds(1));
    tick_timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
        const auto self = weak.lock();
        if (self && !error) self->tick();
    });
}

void LoopHub::tick() {
    const auto now = Viewer::Clock::now();
    for_each([&](Viewer& viewer) { viewer.check_progress(now); });
    for (const auto& viewer : std::vector(kept_)) viewer->check_progress(now);
    if (--seconds_to_ping_ <= 0) {
        seconds_to_ping_ = kSecondsBetweenPings;
        announce(std::make_shared<const ControlEvent>(Ping{}));
    }
    is_ticking_ = false;
    if (!groups_.empty() || !kept_.empty()) arm_tick();
}

// Viewers with a frame-rate cap hold a frame until its time, others get one again; one timer serves the earliest of them.
void LoopHub::arm_pacing() {
    if (timed_viewers_ == 0 || is_stopped_) return;
    const auto now = Viewer::Clock::now();
    auto earliest = Viewer::Clock::time_point::max();
    for (const auto& [variant, group] : groups_) {
        for (const auto& viewer : group.viewers) {
            if (viewer->needs_timer()) earliest = std::min(earliest, viewer->due(now));
        }
    }
    if (earliest == Viewer::Clock::time_point::max()) return;
    pacing_timer_.expires_at(earliest);
    pacing_timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
        const auto self = weak.lock();
        if (!self || error) return;
        self->for_each([due = Viewer::Clock::now()](Viewer& viewer) { viewer.advance(due); });
        self->arm_pacing();
    });
}

}  // namespace octane::frames
