#include "upstream/poller.hpp"

#include <absl/synchronization/mutex.h>

#include <exception>
#include <utility>

#include "telemetry/log.hpp"
#include "upstream/completion.hpp"

namespace octane::upstream {
namespace {

void drain(grpc::CompletionQueue& queue) {
    void* tag = nullptr;
    bool is_ok = false;
    while (queue.Next(&tag, &is_ok)) {
        tell_completion(static_cast<Tag*>(tag));
        try {
            static_cast<Tag*>(tag)->complete(is_ok);
        } catch (const std::exception& error) {  // costs the one who waits, whose own deadline ends it
            telemetry::log(telemetry::Level::error, "An answer could not be handed over", {{"reason", error.what()}});
        }
    }
}

}  // namespace

Poller::Poller() {
    // gRPC's locks are Abseil's, and distributions build Abseil with its search for lock cycles, which takes one global lock for
    // each of them.
    absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
    thread_ = std::thread([this] {
        drain(queue);
        has_ended_.set_value();
    });
}

Poller::~Poller() {
    shutdown();
}

void Poller::close() {
    const std::unique_lock lock(gate);
    if (!std::exchange(is_open, false)) return;
    closed_at_ = std::chrono::steady_clock::now();
    {
        const std::lock_guard live_lock(live_mutex_);
        for (auto& call : live_) {
            call.end_soon(kGoingDown);  // before the cancellation, so that its loop hears of the reason first
            call.context.TryCancel();
        }
    }
    queue.Shutdown();
}

void Poller::end_calls(const void* connection, const Ending& why) {
    const std::lock_guard lock(live_mutex_);
    for (auto& call : live_) {
        if (call.connection != connection) continue;
        call.end_soon(why);
        call.context.TryCancel();
    }
}

bool Poller::shutdown() {
    close();
    if (has_given_up_) return false;
    if (!thread_.joinable()) return true;
    if (ended_.wait_until(closed_at_ + kLongestEnd) == std::future_status::ready) {
        thread_.join();
        return true;
    }
    has_given_up_ = true;
    thread_.detach();  // nobody will join it any more
    return false;
}

}  // namespace octane::upstream
