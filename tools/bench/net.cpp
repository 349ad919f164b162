// Tool: bench. See net.hpp.
#include "bench/net.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <stdexcept>
#include <system_error>

namespace octane::bench {

void Fd::close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
}

void fail_with_errno(const std::string& what) {
    throw std::runtime_error(what + ": " + std::system_category().message(errno));
}

Url parse_url(std::string_view text) {
    constexpr std::string_view kScheme = "http://";
    if (!text.starts_with(kScheme)) throw std::runtime_error("the URL must start with http://");
    std::string_view authority = text.substr(kScheme.size());
    authority = authority.substr(0, authority.find('/'));
    const std::size_t colon = authority.rfind(':');
    if (colon == std::string_view::npos || colon == 0 || colon + 1 == authority.size()) {
        throw std::runtime_error("the URL must name a host and a port, as in http://127.0.0.1:51023");
    }
    return {std::string(authority.substr(0, colon)), std::string(authority.substr(colon + 1))};
}

static void make_non_blocking(int fd) {
    const int flags = fcntl(fd, F_GETFL);
    if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0) fail_with_errno("fcntl");
}

Fd connect_to(const Url& url) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (const int error = getaddrinfo(url.host.c_str(), url.port.c_str(), &hints, &found); error != 0) {
        throw std::runtime_error("cannot resolve " + url.host + ": " + gai_strerror(error));
    }
    const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, &freeaddrinfo);
    for (const addrinfo* entry = found; entry != nullptr; entry = entry->ai_next) {
        Fd socket(::socket(entry->ai_family, entry->ai_socktype | SOCK_CLOEXEC, entry->ai_protocol));
        if (!socket.is_open() || ::connect(socket.get(), entry->ai_addr, entry->ai_addrlen) != 0) continue;
        const int on = 1;
        setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        make_non_blocking(socket.get());
        return socket;
    }
    fail_with_errno("cannot connect to " + url.host_header());
}

Fd listen_on(const std::string& address, std::uint16_t& port) {
    Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!socket.is_open()) fail_with_errno("socket");
    const int on = 1;
    setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in local{};
    local.sin_family = AF_INET;
    local.sin_port = htons(port);
    if (inet_pton(AF_INET, address.c_str(), &local.sin_addr) != 1) throw std::runtime_error(address + " is not an IPv4 address");
    socklen_t length = sizeof local;
    if (::bind(socket.get(), reinterpret_cast<sockaddr*>(&local), length) != 0) fail_with_errno("cannot bind " + address);
    if (::listen(socket.get(), SOMAXCONN) != 0) fail_with_errno("listen");
    if (getsockname(socket.get(), reinterpret_cast<sockaddr*>(&local), &length) != 0) fail_with_errno("getsockname");
    port = ntohs(local.sin_port);
    return socket;
}

Fd make_epoll() {
    Fd epoll(epoll_create1(EPOLL_CLOEXEC));
    if (!epoll.is_open()) fail_with_errno("epoll_create1");
    return epoll;
}

void watch(int epoll, int fd, std::uint32_t events, std::uint64_t data) {
    epoll_event event{};
    event.events = events;
    event.data.u64 = data;
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0) fail_with_errno("epoll_ctl");
}

void raise_descriptor_limit() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace octane::bench
