// Stand-in renderer: event queues and their fan-out.
#include "standin/stream_hub.hpp"

#include <algorithm>
#include <utility>

namespace octane::standin {

std::size_t EventQueue::push(Event event) {
    std::size_t dropped = 0;
    const std::size_t length = event.bytes.Length();
    while (!events_.empty() && (events_.size() >= kMostEvents || bytes_ + length > kMostBytes)) {
        drop_oldest();
        ++dropped;
    }
    bytes_ += length;
    events_.push_back(std::move(event));
    return dropped;
}

std::optional<Event> EventQueue::pop() {
    if (events_.empty()) return std::nullopt;
    std::optional<Event> event(std::move(events_.front()));
    bytes_ -= event->bytes.Length();
    events_.pop_front();
    return event;
}

void EventQueue::drop_oldest() {
    pop();
}

void EventQueue::clear() {
    events_.clear();
    bytes_ = 0;
}

void StreamHub::add(std::shared_ptr<Subscriber> subscriber) {
    const std::lock_guard lock(mutex_);
    if (subscribers_.insert(std::move(subscriber)).second) counters_.streams.enter();
}

void StreamHub::remove(const std::shared_ptr<Subscriber>& subscriber) {
    const std::lock_guard lock(mutex_);
    if (subscribers_.erase(subscriber) > 0) counters_.streams.leave();
}

std::set<std::shared_ptr<Subscriber>> StreamHub::all() const {
    const std::lock_guard lock(mutex_);
    return subscribers_;
}

void StreamHub::broadcast(const Event& event) {
    for (const auto& subscriber : all()) subscriber->push(event);
}

bool StreamHub::has_idle_subscriber() const {
    const auto subscribers = all();
    return std::any_of(subscribers.begin(), subscribers.end(), [](const auto& s) { return s->is_idle(); });
}

void StreamHub::end_all() {
    for (const auto& subscriber : all()) subscriber->end();
}

}  // namespace octane::standin
