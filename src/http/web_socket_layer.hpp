// Room: http. What Beast's WebSocket takes for its socket: it reads from the connection, and what it writes by itself (handshake,
// pongs, close frames) goes through the one who also writes the messages, since only one write may be under way.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/role.hpp>
#include <functional>
#include <memory>
#include <utility>

#include "http/gather.hpp"
#include "http/socket.hpp"

namespace octane::http {

class WebSocketCarrier {
  public:
    using Done = std::function<void(Socket::ErrorCode, std::size_t)>;

    virtual ~WebSocketCarrier() = default;
    virtual Socket& socket() = 0;

    // Writes the bytes as soon as no other write is under way; they stay alive until `done`, which is never called from inside.
    virtual void carry(const Gather& bytes, Done done) = 0;
};

class WebSocketLayer {
  public:
    using executor_type = boost::asio::any_io_executor;
    using ErrorCode = Socket::ErrorCode;

    // The carrier must outlive the layer and every operation.
    explicit WebSocketLayer(WebSocketCarrier& carrier) : carrier_(carrier) {}

    executor_type get_executor() { return carrier_.socket().get_executor(); }

    template <typename Buffers, typename Token>
    auto async_read_some(const Buffers& buffers, Token&& token) {
        return carrier_.socket().async_read_some(first_of(buffers), std::forward<Token>(token));
    }

    template <typename Buffers, typename Token>
    auto async_write_some(const Buffers& buffers, Token&& token) {
        Gather bytes;
        for (auto it = boost::asio::buffer_sequence_begin(buffers); it != boost::asio::buffer_sequence_end(buffers); ++it) {
            const boost::asio::const_buffer buffer(*it);
            bytes.add({static_cast<const char*>(buffer.data()), buffer.size()});
        }
        return boost::asio::async_initiate<Token, void(ErrorCode, std::size_t)>(
            [this](auto handler, const Gather& out) {
                // Beast's handlers cannot be copied, as a std::function must be.
                auto kept = std::make_shared<decltype(handler)>(std::move(handler));
                carrier_.carry(out, [kept](ErrorCode failed, std::size_t size) { std::move (*kept)(failed, size); });
            },
            token, bytes);
    }

    // Beast's way to end a connection: here only the sending half ends; whoever reads sees to the rest.
    template <typename Handler>
    friend void async_teardown(boost::beast::role_type, WebSocketLayer& layer, Handler&& handler) {
        layer.carrier_.socket().shutdown_send();
        boost::asio::post(layer.get_executor(),
                          [kept = std::forward<Handler>(handler)]() mutable { std::move(kept)(ErrorCode()); });
    }
    friend void beast_close_socket(WebSocketLayer& layer) { layer.carrier_.socket().close(); }

  private:
    template <typename Buffers>
    static boost::asio::mutable_buffer first_of(const Buffers& buffers) {
        for (auto it = boost::asio::buffer_sequence_begin(buffers); it != boost::asio::buffer_sequence_end(buffers); ++it) {
            const boost::asio::mutable_buffer buffer(*it);
            if (buffer.size() > 0) return buffer;
        }
        return {};
    }

    WebSocketCarrier& carrier_;
};

}  // namespace octane::http
