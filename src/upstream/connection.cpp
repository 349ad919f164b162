#include "upstream/connection.hpp"

#include <cassert>
#include <utility>

#include "telemetry/log.hpp"
#include "upstream/release_probe.hpp"

namespace octane::upstream {
namespace asio = boost::asio;
using telemetry::Level;

namespace {
// How long one wait on the channel may last. The channel wakes us earlier at every change; gRPC cannot cancel such a wait, so
// this is how long going down may take.
constexpr std::chrono::milliseconds kLongestWait{200};
constexpr std::chrono::seconds kBetweenProbes{5};
// How long to leave an Octane alone that accepts connections and fails the first calls.
constexpr std::chrono::milliseconds kProbePause{500};
}  // namespace

Connection::Connection(Channel& channel, asio::any_io_executor executor, ConnectionOptions options)
    : channel_(channel), executor_(std::move(executor)), options_(std::move(options)) {
    assert(!options_.schemas.empty());
    ConnectionState first;
    first.schema = options_.should_detect ? options_.schemas.back() : options_.schemas.front();
    first.is_release_known = !options_.should_detect;
    state_ = std::make_shared<const ConnectionState>(std::move(first));
}

std::shared_ptr<const ConnectionState> Connection::state() const {
    const std::lock_guard lock(mutex_);
    return state_;
}

void Connection::on_change(std::function<void(const std::shared_ptr<const ConnectionState>&)> listener) {
    listeners_.push_back(std::move(listener));
}

void Connection::stop() {
    is_stopping_ = true;
}

void Connection::publish(ConnectionState next) {
    auto shared = std::make_shared<const ConnectionState>(std::move(next));
    {
        const std::lock_guard lock(mutex_);
        state_ = shared;
    }
    for (const auto& listener : listeners_) listener(shared);
}

asio::awaitable<void> Connection::run() {
    while (!is_stopping_) co_await watch_once();
}

asio::awaitable<void> Connection::watch_once() {
    const ChannelState now = channel_.state(true);
    const auto current = state();
    if (now == ChannelState::shut_down) {
        is_stopping_ = true;
        co_return;
    }
    if (now == ChannelState::ready && !current->is_connected) {
        co_await come_up();
        co_return;  // the state is looked at again before waiting: it may have changed under the probe
    }
    if (now == ChannelState::ready && !current->is_release_known && std::chrono::steady_clock::now() >= next_probe_) {
        co_await probe_again();
        next_probe_ = std::chrono::steady_clock::now() + kBetweenProbes;
    }
    if (now != ChannelState::ready && current->is_connected) {
        telemetry::log(Level::warn, "Octane was lost", {{"address", options_.address}, {"epoch", current->epoch}});
        ConnectionState next = *current;
        next.is_connected = false;
        next.error = "the connection broke";
        publish(std::move(next));
    } else if (now == ChannelState::failing && !current->has_verdict) {
        telemetry::log(Level::warn, "Octane is not reachable; the proxy keeps looking for it", {{"address", options_.address}});
        ConnectionState next = *current;
        next.has_verdict = true;
        next.error = "nothing answers there";
        publish(std::move(next));
    }
    co_await channel_.wait_for_change(now, kLongestWait);
}

asio::awaitable<void> Connection::come_up() {
    ProbeResult probe;
    if (options_.should_detect) {
        probe = co_await probe_release(channel_, options_.schemas);
    } else {
        probe = co_await probe_version(channel_, options_.schemas.front());
    }
    if (is_stopping_) co_return;
    if (!probe.is_reachable) {
        ConnectionState next = *state();
        next.has_verdict = true;
        next.error = "it accepts connections but does not answer calls";
        publish(std::move(next));
        co_await channel_.wait_for_change(ChannelState::ready, kProbePause);
        co_return;
    }
    ConnectionState next;
    next.has_verdict = true;
    next.is_connected = true;
    next.epoch = ++epoch_;
    next.schema = probe.schema;
    next.is_release_known = probe.is_certain;
    next.version = probe.version;
    telemetry::log(
        Level::info, "Octane found",
        {{"address", options_.address}, {"release", next.schema->name()}, {"version", next.version}, {"epoch", next.epoch}});
    if (!probe.is_certain) {
        telemetry::log(Level::warn, "Octane's release could not be made out; set --api if calls fail with UNIMPLEMENTED",
                       {{"assumed", next.schema->name()}});
    }
    publish(std::move(next));
}

// An Octane that was too busy to say which release it is gets asked again until it does; the epoch stays.
asio::awaitable<void> Connection::probe_again() {
    const std::uint64_t epoch = epoch_;
    const ProbeResult probe = co_await probe_release(channel_, options_.schemas);
    if (!probe.is_reachable || !probe.is_certain || is_stopping_ || epoch != epoch_) co_return;
    ConnectionState next = *state();
    next.schema = probe.schema;
    next.is_release_known = true;
    next.version = probe.version;
    telemetry::log(Level::info, "Octane's release is known", {{"release", next.schema->name()}, {"version", next.version}});
    publish(std::move(next));
}

}  // namespace octane::upstream
