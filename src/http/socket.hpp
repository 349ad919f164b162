// Room: http. One type for plain and TLS connections, so that nothing above it exists twice.
//
// One read and one write may be under way at a time, on the loop of the socket.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "http/gather.hpp"

namespace octane::http {

// What a coroutine of this room awaits: the error code and the results, never an exception.
inline constexpr auto kTuple = boost::asio::as_tuple(boost::asio::use_awaitable);

enum class PeerState : std::uint8_t {
    open,
    half_closed,  // it sends nothing more, and may still read
    gone,         // it has reset the connection, or cannot be reached any more
};

class Socket {
  public:
    using ErrorCode = boost::system::error_code;

    // `tls` may be null; otherwise it must outlive the socket.
    Socket(boost::asio::ip::tcp::socket socket, boost::asio::ssl::context* tls);
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;

    [[nodiscard]] bool is_tls() const { return tls_.has_value(); }
    [[nodiscard]] boost::asio::any_io_executor get_executor() { return socket_.get_executor(); }

    // "127.0.0.1:52044"; empty if the peer is gone already.
    [[nodiscard]] std::string peer() const;
    [[nodiscard]] boost::asio::ip::address peer_address() const;  // 0.0.0.0 if it is gone

    // Whatever waits to be read before its end.
    [[nodiscard]] PeerState peer_state();

    // Hands over what the kernel takes without waiting; plain connections only. would_block is not an error.
    std::size_t write_now(Gather::View bytes, ErrorCode& failed);

    // Some bytes that the kernel takes at once, also through TLS; false if it does not, and the connection is of no use any more.
    // No other operation may be under way.
    bool write_small(std::string_view bytes);

    // Lets the kernel hold only so much that is not yet on its way, so that what waits can still be replaced by something newer.
    void limit_unsent();

    // What has not been sent is thrown away at close() instead of being kept by the kernel for a client that takes nothing.
    void discard_at_close();

    void shutdown_send();
    void cancel();  // pending operations complete with operation_aborted
    void close();   // the same

    template <typename Token>
    auto async_read_some(boost::asio::mutable_buffer into, Token&& token) {
        return boost::asio::async_initiate<Token, void(ErrorCode, std::size_t)>(
            [this](auto handler, boost::asio::mutable_buffer buffer) {
                if (tls_) {
                    tls_->async_read_some(buffer, std::move(handler));
                } else {
                    socket_.async_read_some(buffer, std::move(handler));
                }
            },
            token, into);
    }

    template <typename Token>
    auto async_write_some(Gather::View bytes, Token&& token) {
        return boost::asio::async_initiate<Token, void(ErrorCode, std::size_t)>(
            [this](auto handler, Gather::View buffers) {
                if (tls_) {
                    tls_->async_write_some(buffers, std::move(handler));
                } else {
                    socket_.async_write_some(buffers, std::move(handler));
                }
            },
            token, bytes);
    }

    // Until write_now() may hand over more, or the connection has failed.
    template <typename Token>
    auto async_wait_writable(Token&& token) {
        return socket_.async_wait(boost::asio::socket_base::wait_write, std::forward<Token>(token));
    }

    // TLS only.
    template <typename Token>
    auto async_handshake(Token&& token) {
        return tls_->async_handshake(boost::asio::ssl::stream_base::server, std::forward<Token>(token));
    }
    template <typename Token>
    auto async_tls_shutdown(Token&& token) {
        return tls_->async_shutdown(std::forward<Token>(token));
    }
    // Past the TLS layer: what comes in after the shutdown is of no interest.
    template <typename Token>
    auto async_read_raw(boost::asio::mutable_buffer into, Token&& token) {
        return socket_.async_read_some(into, std::forward<Token>(token));
    }

  private:
    void notice_silent_peer();

    boost::asio::ip::tcp::socket socket_;
    std::optional<boost::asio::ssl::stream<boost::asio::ip::tcp::socket&>> tls_;
};

}  // namespace octane::http
