#include "livelink/epochs.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <random>
#include <utility>

#include "telemetry/log.hpp"

namespace octane::livelink {
namespace {

// Octane's event of a change may come so much later than the answer of the call that made it.
constexpr std::chrono::seconds kSameChange{2};

void copy_upstream(const upstream::UpstreamState& from, ConnectionState& into) {
    into.has_verdict = from.has_verdict;
    into.is_connected = from.is_connected;
    into.connections = from.connections;
    into.lives = from.lives;
    into.silent_since = from.silent_since;
    into.schema = from.schema;
    into.is_release_known = from.is_schema_certain;
    into.version = from.version;
    into.error = from.error;
}

}  // namespace

std::uint64_t make_epoch_base() {
    constexpr std::int64_t kYear2024 = 1704067200;  // seconds since 1970
    constexpr unsigned kEpochBits = 12;             // epochs of one start
    constexpr unsigned kChanceBits = 10;            // of starts within the same second
    const auto now =
        std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
    const auto seconds = static_cast<std::uint64_t>(std::max<std::int64_t>(now - kYear2024, 0)) & 0x3FFFFFFFU;
    const std::uint64_t chance = std::random_device()() & ((1U << kChanceBits) - 1);
    return ((seconds << kChanceBits) | chance) << kEpochBits;
}

Epochs::Epochs(upstream::Liveness& liveness, boost::asio::any_io_executor executor, std::uint64_t before)
    : executor_(std::move(executor)), epoch_(before) {
    ConnectionState first;
    first.epoch = before;
    copy_upstream(*liveness.state(), first);
    state_ = std::make_shared<const ConnectionState>(std::move(first));
    liveness.on_change([this](const std::shared_ptr<const upstream::UpstreamState>& state) { follow(*state); });
}

std::shared_ptr<const ConnectionState> Epochs::state() const {
    const std::lock_guard lock(mutex_);
    return state_;
}

void Epochs::store_locked(ConnectionState next) {
    state_ = std::make_shared<const ConnectionState>(std::move(next));
    epoch_.store(state_->epoch);
}

void Epochs::tell(const std::shared_ptr<const ConnectionState>& now) const {
    for (const auto& listener : listeners_) listener(now);
}

void Epochs::follow(const upstream::UpstreamState& upstream) {
    {
        const std::lock_guard lock(mutex_);
        ConnectionState next = *state_;
        if (upstream.lives != next.lives) ++next.epoch;
        copy_upstream(upstream, next);
        store_locked(std::move(next));
    }
    // Later: who is told that Octane is there, and calls, must find that the liveness says so, too.
    boost::asio::post(executor_, [this, now = state()] { tell(now); });
}

void Epochs::begin(std::string_view why) {
    begin_locked(std::unique_lock(mutex_), why);
}

void Epochs::begin_locked(std::unique_lock<std::mutex> lock, std::string_view why) {
    ConnectionState next = *state_;
    const bool is_connected = next.is_connected;
    if (is_connected) ++next.epoch;
    const auto epoch = next.epoch;
    store_locked(std::move(next));
    begun_ = std::chrono::steady_clock::now();
    lock.unlock();
    if (!is_connected) return;  // the next connection begins one anyway
    telemetry::log(telemetry::Level::info, "All handles are void", {{"reason", why}, {"epoch", epoch}});
    boost::asio::post(executor_, [this] { tell(state()); });  // by then it may have changed again
}

void Epochs::project_loaded(std::string_view why, std::uint64_t before) {
    std::unique_lock lock(mutex_);
    const bool is_explained = std::exchange(has_unexplained_change_, false);
    if (is_explained && before != 0 && before != state_->epoch) return;
    begin_locked(std::move(lock), why);
}

void Epochs::project_changed() {
    std::unique_lock lock(mutex_);
    if (std::chrono::steady_clock::now() - begun_ < kSameChange) return;
    has_unexplained_change_ = true;
    begin_locked(std::move(lock), "projectManagerChanged");
}

}  // namespace octane::livelink
