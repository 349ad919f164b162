// Stand-in renderer: the network side of the control port, on Beast. One request a connection, each within ten seconds.
#include <boost/asio/ip/address_v4.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>

#include <chrono>
#include <memory>
#include <utility>

#include "standin/control.hpp"

namespace octane::standin {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::asio::ip::tcp;

constexpr std::chrono::seconds kPatience{10};

class Exchange : public std::enable_shared_from_this<Exchange> {
  public:
    Exchange(tcp::socket socket, World& world) : stream_(std::move(socket)), world_(world) {}

    void begin() {
        stream_.expires_after(kPatience);
        http::async_read(stream_, buffer_, request_, [self = shared_from_this()](beast::error_code error, std::size_t) {
            if (!error) self->answer();
        });
    }

  private:
    void answer() {
        ControlReply reply =
            control_reply(world_, std::string(request_.method_string()), std::string(request_.target()), request_.body());
        response_.result(static_cast<unsigned>(reply.status));
        response_.version(11);
        response_.keep_alive(false);
        response_.set(http::field::content_type, reply.type);
        response_.body() = std::move(reply.body);
        response_.prepare_payload();
        stream_.expires_after(kPatience);
        http::async_write(stream_, response_, [self = shared_from_this()](beast::error_code, std::size_t) {
            beast::error_code ignored;
            self->stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
        });
    }

    beast::tcp_stream stream_;
    World& world_;
    beast::flat_buffer buffer_;
    http::request<http::string_body> request_;
    http::response<http::string_body> response_;
};

}  // namespace

ControlServer::ControlServer(boost::asio::io_context& io, World& world, std::uint16_t port)
    : world_(world), acceptor_(io, tcp::endpoint(boost::asio::ip::address_v4::loopback(), port)) {
    accept();
}

void ControlServer::accept() {
    acceptor_.async_accept([this](beast::error_code error, tcp::socket socket) {
        if (!error) std::make_shared<Exchange>(std::move(socket), world_)->begin();
        if (error != boost::asio::error::operation_aborted) accept();
    });
}

}  // namespace octane::standin
