#include "http/shard.hpp"

#include <array>
#include <chrono>
#include <ctime>

#include "http/client_connection.hpp"
#include "telemetry/log.hpp"

namespace octane::http {
namespace {

constexpr std::chrono::seconds kSweepPeriod{1};
constexpr std::chrono::milliseconds kWatchPeriod{50};

}  // namespace

void ServerContext::report_exception(std::string_view what) const noexcept {
    try {
        if (hooks.on_exception) hooks.on_exception(what);
    } catch (...) {  // NOLINT(bugprone-empty-catch): the report itself failed, and there is nobody left to tell
    }
}

Shard::Shard(std::shared_ptr<ServerContext> context, std::shared_ptr<const Router> routes,
             std::shared_ptr<const AccessPolicy> access, boost::asio::io_context& loop, unsigned index)
    : context_(std::move(context)),
      routes_(std::move(routes)),
      access_(std::move(access)),
      tls_(context_->options.tls),
      loop_(loop),
      index_(index),
      sends_(loop),
      sweep_timer_(loop),
      watch_timer_(loop) {}

void Shard::add(ClientConnection& connection) {
    connection.place_in_shard = connections_.size();
    connections_.push_back(&connection);
    arm_sweep();
    if (is_closed_) connection.close();
}

void Shard::remove(ClientConnection& connection) {
    const auto place = connection.place_in_shard;
    connections_[place] = connections_.back();
    connections_[place]->place_in_shard = place;
    connections_.pop_back();
}

ClientConnection* Shard::find_oldest_idle() const {
    ClientConnection* oldest = nullptr;
    for (auto* connection : connections_) {
        const auto since = connection->idle_since();
        if (since && (oldest == nullptr || *since < *oldest->idle_since())) oldest = connection;
    }
    return oldest;
}

std::optional<std::chrono::steady_clock::time_point> Shard::oldest_idle() const {
    const auto* oldest = find_oldest_idle();
    return oldest == nullptr ? std::nullopt : oldest->idle_since();
}

bool Shard::evict_oldest_idle() {
    auto* oldest = find_oldest_idle();
    if (oldest != nullptr) oldest->evict();
    return oldest != nullptr;
}

void Shard::drain() {
    is_draining_ = true;
    for (auto* connection : connections_) {
        if (connection->phase() == Phase::idle) connection->close();
    }
}

void Shard::close_all() {
    is_draining_ = true;
    is_closed_ = true;
    std::vector<std::shared_ptr<ClientConnection>> handling;
    for (auto* connection : connections_) {
        connection->say_farewell();
        connection->close();
        if (connection->phase() == Phase::handling) handling.push_back(connection->shared_from_this());
    }
    for (const auto& connection : handling) connection->announce_gone();
}

void Shard::arm_sweep() {
    if (is_sweeping_) return;
    is_sweeping_ = true;
    refresh_date();
    sweep_timer_.expires_after(kSweepPeriod);
    sweep_timer_.async_wait([self = shared_from_this()](boost::system::error_code failed) {
        self->is_sweeping_ = false;
        if (!failed) self->sweep();
    });
}

void Shard::sweep() {
    ++seconds_;
    // Closing only posts completions, so the list stays as it is meanwhile.
    for (auto* connection : connections_) {
        if (connection->is_overdue()) connection->end_overdue();
    }
    if (!connections_.empty()) arm_sweep();
}

void Shard::watch_handlers() {
    if (is_watching_) return;
    is_watching_ = true;
    watch_timer_.expires_after(kWatchPeriod);
    watch_timer_.async_wait([self = shared_from_this()](boost::system::error_code failed) {
        self->is_watching_ = false;
        if (!failed) self->watch();
    });
}

void Shard::watch() {
    bool is_any_handling = false;
    std::vector<std::shared_ptr<ClientConnection>> gone;
    for (auto* connection : connections_) {
        if (connection->phase() != Phase::handling) continue;
        is_any_handling = true;
        if (connection->has_client_gone()) gone.push_back(connection->shared_from_this());
    }
    if (is_any_handling) watch_handlers();
    for (const auto& connection : gone) connection->announce_gone();
}

void Shard::refresh_date() {
    const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
    std::tm parts{};
    gmtime_r(&now, &parts);
    std::array<char, 64> line{};
    const auto size = std::strftime(line.data(), line.size(), "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", &parts);
    date_line_.assign(line.data(), size);
}

}  // namespace octane::http
