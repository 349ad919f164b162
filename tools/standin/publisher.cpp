// Stand-in renderer: publishes frames and keeps the grab and release accounts.
#include "standin/publisher.hpp"

#include <utility>

namespace octane::standin {

Publisher::Publisher(const FrameMessages& messages, StreamHub& hub, Counters& counters, const Options& options)
    : messages_(messages), hub_(hub), counters_(counters), options_(options) {}

void Publisher::publish(Frame frame) {
    const std::lock_guard order(order_);
    std::shared_ptr<const Frame> shared;
    Registration to;
    {
        const std::lock_guard lock(mutex_);
        frame.number = ++number_;
        shared = std::make_shared<const Frame>(std::move(frame));
        newest_ = shared;
        to = registration("newImage");
    }
    ++counters_.frames;
    const Event event{messages_.new_image(*shared, to), true};
    hub_.broadcast(event);
    if (options_.duplicates_callbacks) hub_.broadcast(event);
    if (options_.sends_statistics_events) send("newStatistics");
}

void Publisher::send(std::string_view payload) {
    Registration to;
    {
        const std::lock_guard lock(mutex_);
        to = registration(payload);
    }
    hub_.broadcast({messages_.event(payload, to), false});
}

void Publisher::announce_project_change() {
    const std::lock_guard order(order_);
    send("projectManagerChanged");
}

void Publisher::announce_failure() {
    const std::lock_guard order(order_);
    send("renderFailure");
}

std::shared_ptr<const Frame> Publisher::newest() const {
    const std::lock_guard lock(mutex_);
    return newest_;
}

void Publisher::forget_newest() {
    const std::lock_guard lock(mutex_);
    newest_.reset();
}

void Publisher::registered(std::string_view payload, std::optional<Registration> by) {
    const std::lock_guard lock(mutex_);
    if (by) {
        ++counters_.registrations;
        registrations_.insert_or_assign(std::string(payload), *std::move(by));
    } else {
        ++counters_.unregistrations;
        if (const auto found = registrations_.find(payload); found != registrations_.end()) registrations_.erase(found);
    }
}

int Publisher::registered_count() const {
    const std::lock_guard lock(mutex_);
    return static_cast<int>(registrations_.size());
}

Registration Publisher::registration(std::string_view payload) const {
    const auto found = registrations_.find(payload);
    return found == registrations_.end() ? Registration{} : found->second;
}

grpc::ByteBuffer Publisher::grab() {
    ++counters_.grabs;
    counters_.grabs_in_flight.enter();
    std::shared_ptr<const Frame> frame;
    {
        const std::lock_guard lock(mutex_);
        if (!options_.grab_fails) frame = newest_;
        if (frame) ++held_;
    }
    if (frame) {
        ++counters_.successful_grabs;
    } else {
        counters_.grabs_in_flight.leave();
    }
    return messages_.grabbed(frame.get());
}

void Publisher::release() {
    ++counters_.releases;
    const std::lock_guard lock(mutex_);
    if (held_ == 0) return;
    --held_;
    counters_.grabs_in_flight.leave();
}

}  // namespace octane::standin
