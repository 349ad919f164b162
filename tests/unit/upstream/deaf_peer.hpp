// Tests of the upstream room: a peer that completes each HTTP/2 connection, allows as much as can be sent, and never reads.
#pragma once

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

namespace octane::upstream::tests {

class DeafPeer {
  public:
    DeafPeer() : acceptor_(context_, {boost::asio::ip::address_v4::loopback(), 0}) {
        port_ = acceptor_.local_endpoint().port();
        accept();
        thread_ = std::thread([this] { context_.run(); });
    }
    ~DeafPeer() { close(); }
    DeafPeer(const DeafPeer&) = delete;
    DeafPeer& operator=(const DeafPeer&) = delete;

    [[nodiscard]] std::uint16_t port() const { return port_; }

    // Breaks its connections: before the loops end whose calls gRPC still has.
    void close() {
        context_.stop();
        if (thread_.joinable()) thread_.join();
        sockets_.clear();
        acceptor_.close();
    }

  private:
    using Socket = boost::asio::ip::tcp::socket;

    void accept() {
        acceptor_.async_accept([this](const boost::system::error_code& error, Socket socket) {
            if (error) return;
            // SETTINGS with INITIAL_WINDOW_SIZE 2^31-1, and WINDOW_UPDATE of the connection.
            static constexpr std::array<unsigned char, 28> kGreeting = {0,    0, 6, 4, 0, 0, 0, 0, 0, 0, 4,    0x7f, 0xff, 0xff,
                                                                        0xff, 0, 0, 4, 8, 0, 0, 0, 0, 0, 0x7f, 0xff, 0,    0};
            boost::system::error_code ignored;
            boost::asio::write(socket, boost::asio::buffer(kGreeting), ignored);
            sockets_.push_back(std::move(socket));
            accept();
        });
    }

    boost::asio::io_context context_{1};
    boost::asio::ip::tcp::acceptor acceptor_;
    std::vector<Socket> sockets_;
    std::uint16_t port_ = 0;
    std::thread thread_;
};

}  // namespace octane::upstream::tests
