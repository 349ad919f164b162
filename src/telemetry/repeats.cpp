#include "telemetry/repeats.hpp"

#include <algorithm>
#include <utility>

namespace octane::telemetry {

bool Repeats::admit(Level level, std::string_view body, Time now) {
    while (!entries_.empty() && entries_.front().written + window_ <= now) drop_oldest();
    const auto known = std::ranges::find_if(entries_, [body](const Entry& entry) { return entry.line.body == body; });
    if (known != entries_.end()) {
        ++known->line.count;
        return false;
    }
    if (entries_.size() >= capacity_) drop_oldest();
    entries_.push_back({{level, std::string(body), 0}, now});
    return true;
}

std::vector<Repeats::Summary> Repeats::take_finished(Time now) {
    while (!entries_.empty() && entries_.front().written + window_ <= now) drop_oldest();
    return std::exchange(finished_, {});
}

std::vector<Repeats::Summary> Repeats::take_all() {
    while (!entries_.empty()) drop_oldest();
    return std::exchange(finished_, {});
}

std::optional<Repeats::Time> Repeats::next_deadline() const {
    if (!finished_.empty()) return Time::min();
    const auto counted = std::ranges::find_if(entries_, [](const Entry& entry) { return entry.line.count > 0; });
    if (counted == entries_.end()) return std::nullopt;
    return counted->written + window_;
}

void Repeats::drop_oldest() {
    if (entries_.front().line.count > 0) finished_.push_back(std::move(entries_.front().line));
    entries_.pop_front();
}

}  // namespace octane::telemetry
