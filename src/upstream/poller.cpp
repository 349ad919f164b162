#include "upstream/poller.hpp"

#include <absl/synchronization/mutex.h>

#include <utility>

#include "upstream/completion.hpp"

namespace octane::upstream {
namespace {

void drain(grpc::CompletionQueue& queue) {
    void* tag = nullptr;
    bool is_ok = false;
    while (queue.Next(&tag, &is_ok)) {
        tell_completion(static_cast<Tag*>(tag));
        static_cast<Tag*>(tag)->complete(is_ok);
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

bool Poller::shutdown() {
    {
        const std::unique_lock lock(gate);
        if (!std::exchange(is_open, false)) return !thread_.joinable();
        {
            const std::lock_guard live_lock(live_mutex_);
            for (auto& call : live_) call.context.TryCancel();
        }
        queue.Shutdown();
    }
    if (has_ended_.get_future().wait_for(kLongestEnd) != std::future_status::ready) return false;
    thread_.join();
    return true;
}

}  // namespace octane::upstream
