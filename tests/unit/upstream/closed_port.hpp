// Tests of the upstream room and of those above it: a loopback port that nobody listens on for as long as this object lives.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>

namespace octane::upstream::tests {

// Bound but not listening, so that connecting to it is refused and no other program gets it.
class ClosedPort {
  public:
    ClosedPort() : socket_(context_, boost::asio::ip::tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0)) {}
    [[nodiscard]] std::uint16_t number() const { return socket_.local_endpoint().port(); }

  private:
    boost::asio::io_context context_;
    boost::asio::ip::tcp::socket socket_;
};

}  // namespace octane::upstream::tests
