#include "http/refusals.hpp"

#include <algorithm>

namespace octane::http {

Refusals::Delay Refusals::begin_delay(std::string_view client, Clock::time_point now) {
    constexpr unsigned kMostDoublings = 16;
    const std::lock_guard lock(mutex_);
    auto found = tries_.find(client);
    if (found == tries_.end()) {
        make_place();
        found = tries_.emplace(client, Tries{}).first;
    }
    auto& tries = found->second;
    if (now - tries.last > kMemory) tries.count = 0;
    tries.last = now;
    ++tries.count;
    if (tries.count <= kFreeTries) return {};
    if (tries.waiting >= kMostWaiting) return {{}, true};
    ++tries.waiting;
    const unsigned doublings = std::min(tries.count - kFreeTries - 1, kMostDoublings);
    return {std::min(kFirstDelay * (1U << doublings), kLongestDelay), false};
}

void Refusals::end_delay(std::string_view client) {
    const std::lock_guard lock(mutex_);
    const auto found = tries_.find(client);
    if (found != tries_.end() && found->second.waiting > 0) --found->second.waiting;
}

std::size_t Refusals::clients() const {
    const std::lock_guard lock(mutex_);
    return tries_.size();
}

void Refusals::make_place() {
    if (tries_.size() < kMostClients) return;
    const auto oldest = std::ranges::min_element(tries_, {}, [](const auto& entry) { return entry.second.last; });
    tries_.erase(oldest);
}

}  // namespace octane::http
