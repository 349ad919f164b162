#include "http/connection.hpp"

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

Connection::Connection(std::shared_ptr<Shard> shard, boost::asio::ip::tcp::socket socket, ConnectionPlace place)
    : shard_(std::move(shard)),
      place_(std::move(place)),
      socket_(std::move(socket), shard_->context().options.tls.get()),
      remote_(socket_.peer()) {
    touch();
    shard_->add(*this);
}

Connection::~Connection() {
    shard_->remove(*this);
}

void Connection::enter(Phase phase) {
    phase_ = phase;
    touch();
}

bool Connection::is_overdue() const {
    return shard_->seconds() - since_ > limit(shard_->context().options, phase_);
}

void Connection::begin_handling(Request& request) {
    enter(Phase::handling);
    request_ = &request;
    shard_->watch_handlers();
}

void Connection::end_handling() {
    request_ = nullptr;
}

void Connection::announce_gone() {
    auto* request = std::exchange(request_, nullptr);
    if (request == nullptr) return;
    is_announcing_ = true;
    try {
        request->client_gone.emit(boost::asio::cancellation_type::terminal);
    } catch (const std::exception& error) { shard_->context().report_exception(error.what()); }
    is_announcing_ = false;
}

}  // namespace octane::http
