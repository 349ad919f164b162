#include "rpc/call_history.hpp"

#include <algorithm>
#include <utility>

namespace octane::rpc {
using base::GrpcStatus;

bool is_given_up(GrpcStatus status) {
    return status == GrpcStatus::deadline_exceeded || status == GrpcStatus::cancelled;
}

bool is_answer(GrpcStatus status) {
    return !is_given_up(status) && status != GrpcStatus::unavailable && status != GrpcStatus::unimplemented &&
           status != GrpcStatus::resource_exhausted;
}

std::string short_method(std::string_view path) {
    constexpr std::string_view kSuffix = "Service";
    if (path.starts_with('/')) path.remove_prefix(1);
    const auto slash = path.find('/');
    std::string_view service = path.substr(0, slash);
    if (const auto dot = service.rfind('.'); dot != std::string_view::npos) service.remove_prefix(dot + 1);
    if (service.size() > kSuffix.size() && service.ends_with(kSuffix)) service.remove_suffix(kSuffix.size());
    std::string name(service);
    if (slash != std::string_view::npos) name += path.substr(slash);
    return name;
}

void CallHistory::begin(Live& call, std::string_view path, std::string_view id, Clock::time_point now) {
    const std::lock_guard lock(mutex_);
    call.path = path;
    call.id = id;
    call.begun = now;
    call.number = ++count_;
    live_.push_back(call);
    Record& record = records_[call.number % kRemembered];
    record.number = call.number;
    record.path = path;
    record.id = id;
    record.begun = now;
    record.is_answered = false;
}

void CallHistory::end(Live& call, GrpcStatus status, Clock::time_point now) {
    const std::lock_guard lock(mutex_);
    live_.erase(live_.iterator_to(call));
    Record& record = records_[call.number % kRemembered];
    // What ends with the connection was in flight when it broke.
    const bool is_answered = !is_given_up(status) && status != GrpcStatus::unavailable;
    if (record.number == call.number) record.is_answered = is_answered;
    if (call.is_stream) return;
    if (is_answer(status)) {
        answered_ = std::max(answered_, call.number);
        if (abandoned_ && abandoned_->number < answered_) abandoned_.reset();
    } else if (is_given_up(status) && call.number > answered_ && (!abandoned_ || call.number < abandoned_->number)) {
        abandoned_ = Record{call.number, std::string(call.path), std::string(call.id), call.begun, false};
        abandoned_at_ = now;
    }
}

std::uint64_t CallHistory::begun() const {
    const std::lock_guard lock(mutex_);
    return count_;
}

std::uint64_t CallHistory::oldest_long() const {
    const std::lock_guard lock(mutex_);
    const auto oldest = std::ranges::find_if(live_, [](const Live& call) { return !call.is_stream && !call.is_short; });
    return oldest == live_.end() ? 0 : oldest->number;
}

void CallHistory::answered_up_to(std::uint64_t number) {
    const std::lock_guard lock(mutex_);
    answered_ = std::max(answered_, number);
    if (abandoned_ && abandoned_->number <= number) abandoned_.reset();
}

std::optional<CallHistory::Busy> CallHistory::busy(Clock::time_point now) const {
    const std::lock_guard lock(mutex_);
    const auto oldest = std::find_if(live_.begin(), live_.end(), [](const Live& call) { return !call.is_stream; });
    const bool may_run = abandoned_ && now - abandoned_at_ < kDoubtful;
    if (may_run && (oldest == live_.end() || abandoned_->number < oldest->number)) {
        return Busy{short_method(abandoned_->path), abandoned_->begun, abandoned_->number};
    }
    if (oldest == live_.end()) return std::nullopt;
    return Busy{short_method(oldest->path), oldest->begun, oldest->number};
}

void CallHistory::connection_lost(Clock::time_point now) {
    const std::lock_guard lock(mutex_);
    Break broken;
    broken.at = now;
    const std::uint64_t oldest_record = count_ < kRemembered ? 1 : count_ - kRemembered + 1;
    for (const auto& call : live_) {
        if (call.number >= oldest_record || broken.calls.size() == kRemembered) break;
        broken.calls.push_back({short_method(call.path), std::string(call.id), call.begun, true});
    }
    std::vector<const Record*> records;
    for (const auto& record : records_) {
        if (record.number != 0) records.push_back(&record);
    }
    std::ranges::sort(records, [](const Record* a, const Record* b) {
        return a->is_answered != b->is_answered ? b->is_answered : a->number > b->number;
    });
    for (const auto* record : records) {
        if (broken.calls.size() == kRemembered) break;
        broken.calls.push_back({short_method(record->path), record->id, record->begun, !record->is_answered});
    }
    for (auto& record : records_) record.number = 0;
    break_ = std::move(broken);
    connected_since_.reset();
    abandoned_.reset();
}

void CallHistory::connection_made(Clock::time_point now) {
    const std::lock_guard lock(mutex_);
    connected_since_ = now;
}

std::optional<CallHistory::Break> CallHistory::last_break(Clock::time_point now) const {
    const std::lock_guard lock(mutex_);
    if (!break_ || (connected_since_ && now - *connected_since_ >= kTrusted)) return std::nullopt;
    return break_;
}

}  // namespace octane::rpc
