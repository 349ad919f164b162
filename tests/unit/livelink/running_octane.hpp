// Tests of the livelink room and of those above it: the proxy's side of Octane, watching its connection on a loop of its own.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "livelink/builtin_schemas.hpp"
#include "livelink/octane.hpp"
#include "schema/schema.hpp"
#include "telemetry/task.hpp"
#include "unit/upstream/loop.hpp"

namespace octane::livelink::tests {

using namespace upstream::tests;  // NOLINT: the stages of the room below are this room's too

inline OctaneOptions options_for(std::uint16_t port) {
    OctaneOptions options;
    options.channel.host = "127.0.0.1";
    options.channel.port = port;
    options.schemas = livelink::builtin_schemas();
    return options;
}

class RunningOctane {
  public:
    using State = std::shared_ptr<const ConnectionState>;
    using Listener = std::function<void(const State&)>;

    explicit RunningOctane(const OctaneOptions& options, const Listener& listener = {}) : octane_(options, loop_.executor()) {
        octane_.on_change([this](const State& state) {
            const std::lock_guard lock(mutex_);
            states_.push_back(state);
            changed_.notify_all();
        });
        if (listener) octane_.on_change(listener);
    }
    ~RunningOctane() { close(); }
    RunningOctane(const RunningOctane&) = delete;
    RunningOctane& operator=(const RunningOctane&) = delete;

    // Ends the watch and the loop, on which nothing may be under way any more that needs Octane.
    void close() {
        if (std::exchange(is_closed_, true)) return;
        if (is_watching_) {
            loop_.call([this] { octane_.stop(); });
            octane_.shutdown();
            std::unique_lock lock(mutex_);
            changed_.wait_for(lock, kPatience, [this] { return has_ended_; });
        }
        loop_.stop();
    }

    void watch() {
        is_watching_ = true;
        telemetry::start_task(loop_.executor(), "connection watch", octane_.run(), [this] {
            const std::lock_guard lock(mutex_);
            has_ended_ = true;
            changed_.notify_all();
        });
    }

    // The first published state that fits, from those not yet looked at; null if none comes.
    State await(const std::function<bool(const ConnectionState&)>& fits) {
        std::unique_lock lock(mutex_);
        State found;
        changed_.wait_for(lock, kPatience, [&] {
            while (next_ < states_.size() && !found) {
                if (fits(*states_[next_++])) found = states_[next_ - 1];
            }
            return found != nullptr;
        });
        return found;
    }
    State await_connected() {
        return await([](const ConnectionState& state) { return state.is_connected; });
    }
    State await_disconnected() {
        return await([](const ConnectionState& state) { return state.has_verdict && !state.is_connected; });
    }

    Octane& octane() { return octane_; }
    Octane* operator->() { return &octane_; }
    Loop& loop() { return loop_; }

  private:
    Loop loop_;
    Octane octane_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<State> states_;
    std::size_t next_ = 0;
    bool is_watching_ = false;
    bool has_ended_ = false;
    bool is_closed_ = false;
};

}  // namespace octane::livelink::tests
