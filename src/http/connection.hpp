// Room: http. One client's connection: its socket, what it is doing, and since when.
//
// Shared by the session or the open stream that drives it and by operations under way; used only on its loop.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "http/message.hpp"
#include "http/server_context.hpp"
#include "http/shard.hpp"
#include "http/socket.hpp"

namespace octane::http {

enum class Phase : std::uint8_t {
    handshake,  // TLS
    idle,       // no byte of a request has come
    header,     // some have
    body,
    handling,   // the handler decides how long
    writing,    // an ordinary response
    streaming,  // the listener decides how long
    closing,    // all is said; waiting for the client's end
};

class Connection : public std::enable_shared_from_this<Connection> {
  public:
    Connection(std::shared_ptr<Shard> shard, boost::asio::ip::tcp::socket socket, ConnectionPlace place);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    [[nodiscard]] Socket& socket() { return socket_; }
    [[nodiscard]] Shard& shard() { return *shard_; }
    [[nodiscard]] const std::string& remote() const { return remote_; }

    // Each phase has its deadline; touch() is progress and starts it anew.
    void enter(Phase phase);
    void touch() { since_ = shard_->seconds(); }
    [[nodiscard]] Phase phase() const { return phase_; }
    [[nodiscard]] bool is_overdue() const;

    // Between the two the client is watched, and the request's client_gone emitted, at most once, if it leaves.
    void begin_handling(Request& request);
    void end_handling();
    [[nodiscard]] bool has_client_left() { return request_ != nullptr && socket_.has_peer_left(); }
    void announce_gone();
    // True while client_gone is being emitted: the request must not be destroyed then.
    [[nodiscard]] bool is_announcing() const { return is_announcing_; }

    // Called before the server closes the connection, to say why. Null takes it back.
    void set_farewell(std::function<void()> say) { farewell_ = std::move(say); }
    void say_farewell() const {
        if (farewell_) farewell_();
    }

    void close() { socket_.close(); }

    std::size_t place_in_shard = 0;  // kept by the Shard

  private:
    std::shared_ptr<Shard> shard_;
    ConnectionPlace place_;
    Socket socket_;
    std::string remote_;
    std::function<void()> farewell_;
    Request* request_ = nullptr;  // while its handler runs and its client has not left
    std::uint32_t since_ = 0;
    Phase phase_ = Phase::idle;
    bool is_announcing_ = false;
};

}  // namespace octane::http
