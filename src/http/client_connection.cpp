#include "http/client_connection.hpp"

#include <string_view>
#include <utility>

#include "http/network.hpp"

namespace octane::http {
namespace {

constexpr std::uint32_t kHandshakeSeconds = 10;
constexpr std::uint32_t kClosingSeconds = 5;

std::uint32_t limit(const ServerOptions& options, Phase phase) {
    switch (phase) {
        case Phase::handshake: return kHandshakeSeconds;
        case Phase::idle:
        case Phase::header: return static_cast<std::uint32_t>(options.idle_timeout.count());
        case Phase::body:
        case Phase::writing: return static_cast<std::uint32_t>(options.body_timeout.count());
        case Phase::closing: return kClosingSeconds;
        case Phase::handling:
        case Phase::streaming: break;
    }
    return UINT32_MAX;
}

}  // namespace

ClientConnection::ClientConnection(std::shared_ptr<Shard> shard, boost::asio::ip::tcp::socket socket, ConnectionPlace place)
    : shard_(std::move(shard)),
      place_(std::move(place)),
      socket_(std::move(socket), shard_->tls()),
      remote_(socket_.peer()),
      peer_(socket_.peer_address()) {
    touch();
    shard_->add(*this);
}

ClientConnection::~ClientConnection() {
    shard_->remove(*this);
}

bool ClientConnection::count_for(std::string_view client) {
    counted_for_ = {};
    if (client.empty()) return true;
    auto& context = shard_->context();
    counted_for_ = ClientPlace(context.clients, key_of(client));
    return counted_for_.count() <= context.options.max_per_client;
}

std::string ClientConnection::key_of(std::string_view client) const {
    const auto address = parse_ip(client.starts_with('[') ? client.substr(1, client.size() - 2) : client);
    return client_key(address.value_or(peer_));
}

void ClientConnection::enter(Phase phase) {
    phase_ = phase;
    if (phase == Phase::idle) idle_since_ = std::chrono::steady_clock::now();
    touch();
}

std::optional<std::chrono::steady_clock::time_point> ClientConnection::idle_since() const {
    const bool is_idle = phase_ == Phase::idle || phase_ == Phase::header || phase_ == Phase::handshake;
    return is_idle && takes_room_ ? std::optional(idle_since_) : std::nullopt;
}

void ClientConnection::evict() {
    enter(Phase::closing);
    close();
}

bool ClientConnection::is_overdue() const {
    return shard_->seconds() - since_ > limit(shard_->context().options, phase_);
}

void ClientConnection::end_overdue() {
    if (phase_ != Phase::body) {
        close();
        return;
    }
    is_body_late_ = true;
    touch();  // the end of the read is on its way
    socket_.cancel();
}

void ClientConnection::begin_request() {
    body_waited_ = 0;
    body_portion_ = 0;
    is_body_late_ = false;
}

void ClientConnection::wait_for_body() {
    phase_ = Phase::body;
    since_ = shard_->seconds() - body_waited_;
}

void ClientConnection::note_body(std::size_t bytes) {
    const auto& options = shard_->context().options;
    body_portion_ += bytes;
    if (body_portion_ < options.least_body_rate * static_cast<std::size_t>(options.body_timeout.count())) return;
    body_portion_ = 0;
    touch();
}

void ClientConnection::end_waiting_for_body(Phase before) {
    body_waited_ = shard_->seconds() - since_;
    enter(before);
}

bool ClientConnection::has_client_gone() {
    if (request_ == nullptr) return false;
    switch (socket_.peer_state()) {
        case PeerState::open: return false;
        case PeerState::gone: return true;
        case PeerState::half_closed: break;
    }
    if (!std::exchange(may_ask_, false)) return false;
    static constexpr std::string_view kInterim = "HTTP/1.1 100 Continue\r\n\r\n";
    return !socket_.write_small(kInterim);
}

void ClientConnection::begin_handling(Request& request, bool is_http_1_0) {
    enter(Phase::handling);
    request_ = &request;
    may_ask_ = !is_http_1_0;
    shard_->watch_handlers();
}

void ClientConnection::end_handling() {
    request_ = nullptr;
}

void ClientConnection::announce_gone() {
    auto* request = std::exchange(request_, nullptr);
    if (request == nullptr) return;
    is_announcing_ = true;
    try {
        request->client_gone.emit(boost::asio::cancellation_type::terminal);
    } catch (const std::exception& error) { shard_->context().report_exception(error.what()); }
    is_announcing_ = false;
}

}  // namespace octane::http
