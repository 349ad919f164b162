#include "http/socket.hpp"

#include <doctest/doctest.h>

#include <boost/asio/io_context.hpp>

#ifdef __linux__
#include <netinet/tcp.h>
#include <sys/socket.h>

using namespace octane::http;
using boost::asio::ip::tcp;

namespace {

int option(int handle, int level, int name) {
    int value = -1;
    socklen_t size = sizeof value;
    return ::getsockopt(handle, level, name, &value, &size) == 0 ? value : -1;
}

}  // namespace

TEST_CASE("a peer that has vanished without a word is found out about within a minute") {
    boost::asio::io_context loop;
    tcp::acceptor acceptor(loop, tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0));
    tcp::socket client(loop);
    client.connect(acceptor.local_endpoint());
    tcp::socket accepted = acceptor.accept();
    const int handle = accepted.native_handle();
    const Socket socket(std::move(accepted), nullptr);
    CHECK(option(handle, SOL_SOCKET, SO_KEEPALIVE) == 1);
    CHECK(option(handle, IPPROTO_TCP, TCP_KEEPIDLE) == 30);
    CHECK(option(handle, IPPROTO_TCP, TCP_KEEPINTVL) == 10);
    CHECK(option(handle, IPPROTO_TCP, TCP_KEEPCNT) == 3);
}
#endif
