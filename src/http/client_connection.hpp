// Room: http. One client's connection: its socket, what it is doing, and since when.
//
// Shared by the session or the open stream that drives it and by operations under way; used only on its loop.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
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
    body,       // somebody waits for more of it
    handling,   // the handler decides how long
    writing,    // an ordinary response
    streaming,  // the listener decides how long
    closing,    // all is said; waiting for the client's end
};

class ClientConnection : public std::enable_shared_from_this<ClientConnection> {
  public:
    ClientConnection(std::shared_ptr<Shard> shard, boost::asio::ip::tcp::socket socket, ConnectionPlace place);
    // Whose connection it is, where a trusted proxy says it for each request anew; false if that client has too many. An empty
    // name gives the place back.
    bool count_for(std::string_view client);
    // As whom a client is counted that is shown like this (Request::client()).
    [[nodiscard]] std::string key_of(std::string_view client) const;
    ~ClientConnection();
    ClientConnection(const ClientConnection&) = delete;
    ClientConnection& operator=(const ClientConnection&) = delete;

    [[nodiscard]] Socket& socket() { return socket_; }
    [[nodiscard]] Shard& shard() { return *shard_; }
    [[nodiscard]] const std::string& remote() const { return remote_; }
    [[nodiscard]] const boost::asio::ip::address& peer() const { return peer_; }

    // Each phase has its deadline; touch() is progress and starts it anew.
    void enter(Phase phase);
    void touch() { since_ = shard_->seconds(); }
    [[nodiscard]] Phase phase() const { return phase_; }
    [[nodiscard]] bool is_overdue() const;
    // Since when nothing of use happens on it: no request has come whole. Nothing while one is served, and for a connection that
    // is here only to be refused: its end makes room for nobody.
    [[nodiscard]] std::optional<std::chrono::steady_clock::time_point> idle_since() const;
    void take_no_room() { takes_room_ = false; }
    void evict();  // closes it for the sake of another one
    // By the sweep: closes, but ends only the read of a body, so that the client can be told.
    void end_overdue();

    // The time for a body counts while somebody waits for it, and starts anew with each portion of least_body_rate times
    // body_timeout bytes.
    void begin_request();
    void wait_for_body();
    void note_body(std::size_t bytes);
    void end_waiting_for_body(Phase before);
    [[nodiscard]] bool is_body_late() const { return is_body_late_; }

    // Between the two the client is watched, and the request's client_gone emitted, at most once, if it goes.
    void begin_handling(Request& request, bool is_http_1_0);
    void end_handling();
    // True once the client has reset the connection or cannot be reached. Its end of the stream alone does not tell one that has
    // closed from one that has nothing more to say and reads on (nc -N). So it is sent an interim answer, once a request: who has
    // closed meets it with a reset, which the next look sees. HTTP/1.0 has no such answers, and is told apart by the final one.
    [[nodiscard]] bool has_client_gone();
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
    boost::asio::ip::address peer_;
    ClientPlace counted_for_;
    std::function<void()> farewell_;
    std::chrono::steady_clock::time_point idle_since_ = std::chrono::steady_clock::now();
    Request* request_ = nullptr;  // while its handler runs and its client has not left
    std::uint32_t since_ = 0;
    std::uint32_t body_waited_ = 0;  // seconds for the present portion
    std::size_t body_portion_ = 0;   // bytes of it
    Phase phase_ = Phase::idle;
    bool takes_room_ = true;
    bool is_body_late_ = false;
    bool may_ask_ = false;  // an interim answer has not been sent, and the client's HTTP has such
    bool is_announcing_ = false;
};

}  // namespace octane::http
