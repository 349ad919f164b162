#include "livelink/connection.hpp"

#include <boost/asio/post.hpp>
#include <cassert>
#include <utility>

#include "livelink/release_probe.hpp"
#include "telemetry/log.hpp"

namespace octane::livelink {
namespace asio = boost::asio;
using telemetry::Level;

namespace {
// How long one wait on the channel may last. The channel wakes us earlier at every change; gRPC cannot cancel such a wait, so
// this is how long going down may take.
constexpr std::chrono::milliseconds kLongestWait{200};
constexpr std::chrono::seconds kBetweenProbes{5};
// How long to leave an Octane alone that accepts connections and fails the first calls.
constexpr std::chrono::milliseconds kProbePause{500};
// Octane's event of a change may come so much later than the answer of the call that made it.
constexpr std::chrono::seconds kSameChange{2};

constexpr std::string_view kNothingAnswers = "nothing answers there";
constexpr std::string_view kNoCallAnswered = "it accepts connections but does not answer calls";

}  // namespace

OctaneConnection::OctaneConnection(upstream::Channel& channel, asio::any_io_executor executor, ConnectionOptions options)
    : channel_(channel),
      executor_(std::move(executor)),
      options_(std::move(options)),
      lookup_(executor_, options_.is_name_known) {
    assert(!options_.schemas.empty());
    ConnectionState first;
    first.schema = options_.should_detect ? options_.schemas.back() : options_.schemas.front();
    first.is_release_known = !options_.should_detect;
    state_ = std::make_shared<const ConnectionState>(std::move(first));
    channel_.count_losses();
}

std::shared_ptr<const ConnectionState> OctaneConnection::state() const {
    const std::lock_guard lock(mutex_);
    return state_;
}

void OctaneConnection::on_change(std::function<void(const std::shared_ptr<const ConnectionState>&)> listener) {
    listeners_.push_back(std::move(listener));
}

void OctaneConnection::stop() {
    is_stopping_ = true;
}

template <typename Change>
std::shared_ptr<const ConnectionState> OctaneConnection::change(Change change) {
    const std::lock_guard lock(mutex_);
    return change_locked(std::move(change));
}

template <typename Change>
std::shared_ptr<const ConnectionState> OctaneConnection::change_locked(Change change) {
    auto next = std::make_shared<ConnectionState>(*state_);
    change(*next);
    state_ = std::move(next);
    epoch_.store(state_->epoch);
    return state_;
}

void OctaneConnection::tell(const std::shared_ptr<const ConnectionState>& state) {
    for (const auto& listener : listeners_) listener(state);
}

void OctaneConnection::begin_epoch(std::string_view why) {
    begin_epoch(std::unique_lock(mutex_), why);
}

void OctaneConnection::begin_epoch(std::unique_lock<std::mutex> lock, std::string_view why) {
    const auto next = change_locked([](ConnectionState& state) { state.epoch += state.is_connected ? 1 : 0; });
    epoch_begun_ = std::chrono::steady_clock::now();
    lock.unlock();
    if (!next->is_connected) return;  // the next connection begins one anyway
    telemetry::log(Level::info, "All handles are void", {{"reason", why}, {"epoch", next->epoch}});
    asio::post(executor_, [this] { tell(state()); });  // by then it may have changed again
}

void OctaneConnection::project_loaded(std::string_view why, std::uint64_t before) {
    std::unique_lock lock(mutex_);
    const bool is_explained = std::exchange(has_unexplained_change_, false);
    if (is_explained && before != 0 && before != state_->epoch) return;
    begin_epoch(std::move(lock), why);
}

void OctaneConnection::project_changed() {
    std::unique_lock lock(mutex_);
    if (std::chrono::steady_clock::now() - epoch_begun_ < kSameChange) return;
    has_unexplained_change_ = true;
    begin_epoch(std::move(lock), "projectManagerChanged");
}

asio::awaitable<void> OctaneConnection::run() {
    while (!is_stopping_) co_await watch_once();
}

asio::awaitable<void> OctaneConnection::watch_once() {
    const upstream::ChannelState now = channel_.state(true);
    const auto current = state();
    if (now == upstream::ChannelState::shut_down) {
        is_stopping_ = true;
        co_return;
    }
    if (now == upstream::ChannelState::ready && !current->is_connected) {
        co_await come_up();
        co_return;  // the state is looked at again before waiting: it may have changed under the probe
    }
    if (now == upstream::ChannelState::ready && !current->is_release_known && std::chrono::steady_clock::now() >= next_probe_) {
        co_await probe_again();
        next_probe_ = std::chrono::steady_clock::now() + kBetweenProbes;
    }
    const bool is_lost = now != upstream::ChannelState::ready || channel_.losses() != losses_;
    if (is_lost && current->is_connected) {
        telemetry::log(Level::warn, "Octane was lost", {{"address", options_.address}, {"epoch", current->epoch}});
        tell(change([](ConnectionState& state) {
            state.is_connected = false;
            state.error = "the connection broke";
        }));
        co_return;  // it may be back already
    }
    if (now == upstream::ChannelState::failing && !current->has_verdict) {
        give_up_for_now();
        co_return;
    }
    co_await channel_.wait_for_change(now, kLongestWait);
}

// Nothing waits for the name's being looked up, which may take minutes: neither the verdict nor the watch.
void OctaneConnection::give_up_for_now() {
    telemetry::log(Level::warn, "Octane is not reachable; the proxy keeps looking for it", {{"address", options_.address}});
    tell(change([](ConnectionState& state) {
        state.has_verdict = true;
        state.error = kNothingAnswers;
    }));
    lookup_.ask(options_.host, [this](bool is_known) {
        if (!is_known) blame_name();
    });
}

void OctaneConnection::blame_name() {
    if (is_stopping_ || state()->error != kNothingAnswers) return;  // more is known by now
    telemetry::log(Level::warn, "The name of Octane's machine does not resolve; the proxy keeps trying",
                   {{"address", options_.address}, {"hint", "--octane-host 127.0.0.1 if Octane runs on this machine"}});
    tell(change([](ConnectionState& state) { state.error = kNameUnknown; }));
}

asio::awaitable<void> OctaneConnection::come_up() {
    losses_ = channel_.losses();
    ProbeResult probe;
    if (options_.should_detect) {
        probe = co_await probe_release(channel_, options_.schemas);
    } else {
        probe = co_await probe_version(channel_, options_.schemas.front());
    }
    if (is_stopping_) co_return;
    if (!probe.is_reachable) {
        if (state()->error != kNoCallAnswered) {
            telemetry::log(Level::warn, "Octane accepts connections but does not answer calls; the proxy keeps asking",
                           {{"address", options_.address}});
            tell(change([](ConnectionState& state) {
                state.has_verdict = true;
                state.error = kNoCallAnswered;
            }));
        }
        co_await channel_.wait_for_change(upstream::ChannelState::ready, kProbePause);
        co_return;
    }
    if (channel_.losses() != losses_) co_return;  // what was asked may be gone already: ask again
    const auto next = change([&probe](ConnectionState& state) {
        state.has_verdict = true;
        state.is_connected = true;
        ++state.epoch;
        ++state.connections;
        state.schema = probe.schema;
        state.is_release_known = probe.is_certain;
        state.version = probe.version;
        state.error.clear();
    });
    telemetry::log(
        Level::info, "Octane found",
        {{"address", options_.address}, {"release", next->schema->name()}, {"version", next->version}, {"epoch", next->epoch}});
    if (!probe.is_certain) {
        telemetry::log(Level::warn, "Octane's release could not be made out; set --api if calls fail with UNIMPLEMENTED",
                       {{"assumed", next->schema->name()}});
    }
    tell(next);
}

// An Octane that was too busy to say which release it is gets asked again until it does; the epoch stays.
asio::awaitable<void> OctaneConnection::probe_again() {
    const std::uint64_t losses = losses_;
    const ProbeResult probe = co_await probe_release(channel_, options_.schemas);
    if (!probe.is_reachable || !probe.is_certain || is_stopping_ || channel_.losses() != losses) co_return;
    const auto next = change([&probe](ConnectionState& state) {
        state.schema = probe.schema;
        state.is_release_known = true;
        state.version = probe.version;
    });
    telemetry::log(Level::info, "Octane's release is known", {{"release", next->schema->name()}, {"version", next->version}});
    tell(next);
}

}  // namespace octane::livelink
