// Tool: bench. Calls per second and their durations over keep-alive connections, from one epoll loop.
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <vector>

#include "bench/histogram.hpp"
#include "bench/load.hpp"
#include "bench/net.hpp"
#include "bench/process_cost.hpp"
#include "bench/report.hpp"

namespace octane::bench {
namespace {

constexpr std::int64_t kSilenceLimitMs = 10000;
constexpr std::size_t kMaxAnswer = 65536;

struct Connection {
    Fd socket;
    std::vector<char> input = std::vector<char>(kMaxAnswer);
    std::size_t filled = 0;
    std::int64_t sent_at = 0;  // steady ns
};

// Length of the whole answer at the front of the text, 0 while it is incomplete.
std::size_t answer_length(std::string_view text) {
    const std::size_t head = text.find("\r\n\r\n");
    if (head == std::string_view::npos) return 0;
    constexpr std::string_view kName = "\r\ncontent-length:";
    const auto is_name_at = [&](std::size_t at) {
        for (std::size_t i = 0; i < kName.size(); ++i) {
            const char c = text[at + i];
            if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c) != kName[i]) return false;
        }
        return true;
    };
    for (std::size_t at = text.find('\r'); at + kName.size() < head; at = text.find('\r', at + 1)) {
        if (!is_name_at(at)) continue;
        at += kName.size();
        while (text[at] == ' ') ++at;
        std::size_t length = 0;
        std::from_chars(text.data() + at, text.data() + head, length);
        return text.size() >= head + 4 + length ? head + 4 + length : 0;
    }
    throw std::runtime_error("an answer has no Content-Length");
}

class UnaryRun {
  public:
    explicit UnaryRun(const UnaryLoad& load) : load_(load), epoll_(make_epoll()), connections_(load.connections) {
        const Url url = parse_url(load.url);
        request_ = load.gets ? "GET " + load.path + " HTTP/1.1\r\nHost: " + url.host_header() + "\r\n\r\n"
                             : "POST " + load.path + " HTTP/1.1\r\nHost: " + url.host_header() +
                                   "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(load.body.size()) +
                                   "\r\n\r\n" + load.body;
        for (std::size_t i = 0; i < connections_.size(); ++i) {
            connections_[i].socket = connect_to(url);
            watch(epoll_.get(), connections_[i].socket.get(), EPOLLIN, i);
        }
    }

    int run() {
        const std::int64_t begin = steady_ns();
        measure_from_ = begin + static_cast<std::int64_t>(load_.warm_up_seconds * 1e9);
        const std::int64_t end = measure_from_ + static_cast<std::int64_t>(load_.seconds * 1e9);
        for (Connection& connection : connections_) ask(connection);
        std::array<epoll_event, 256> ready{};
        while (steady_ns() < end) {
            const int count = epoll_wait(epoll_.get(), ready.data(), ready.size(), kSilenceLimitMs);
            if (count == 0) throw std::runtime_error("no answer for 10 s");
            for (int i = 0; i < count; ++i) read_from(connections_[ready[static_cast<std::size_t>(i)].data.u64]);
        }
        const double seconds = static_cast<double>(steady_ns() - measure_from_) * 1e-9;
        report_count("connections", load_.connections);
        report("seconds", seconds);
        report("calls_per_s", static_cast<double>(durations_.count()) / seconds);
        report("p50_ms", durations_.quantile(0.50) * 1e-6);
        report("p99_ms", durations_.quantile(0.99) * 1e-6);
        report_count("errors", errors_);
        report("generator_cpu_s", own_cpu_seconds());
        return errors_ == 0 && durations_.count() > 0 ? 0 : 1;
    }

  private:
    // A request fits any socket buffer, so a short write means a server that has stopped reading.
    void ask(Connection& connection) {
        connection.sent_at = steady_ns();
        const ssize_t sent = ::send(connection.socket.get(), request_.data(), request_.size(), MSG_NOSIGNAL);
        if (sent != static_cast<ssize_t>(request_.size())) fail_with_errno("cannot send a request");
    }

    void read_from(Connection& connection) {
        const ssize_t count = ::recv(connection.socket.get(), connection.input.data() + connection.filled,
                                     connection.input.size() - connection.filled, 0);
        if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
        if (count < 0) fail_with_errno("a connection broke");
        if (count == 0) throw std::runtime_error("the server closed a connection, or an answer is over 64 kB");
        connection.filled += static_cast<std::size_t>(count);
        const std::string_view text(connection.input.data(), connection.filled);
        if (answer_length(text) == 0) return;
        const std::int64_t now = steady_ns();
        if (!text.starts_with("HTTP/1.1 200"))
            note_error(text);
        else if (now >= measure_from_)
            durations_.add(static_cast<std::uint64_t>(now - connection.sent_at));
        connection.filled = 0;
        if (load_.pause_ms > 0) std::this_thread::sleep_for(std::chrono::duration<double, std::milli>(load_.pause_ms));
        ask(connection);
    }

    void note_error(std::string_view text) {
        if (errors_++ == 0)
            std::fprintf(stderr, "first failed call: %.*s\n", static_cast<int>(std::min<std::size_t>(text.size(), 800)),
                         text.data());
    }

    const UnaryLoad& load_;
    std::string request_;
    Fd epoll_;
    std::vector<Connection> connections_;
    Histogram durations_;  // ns
    std::uint64_t errors_ = 0;
    std::int64_t measure_from_ = 0;
};

}  // namespace

int run_unary(const UnaryLoad& load) {
    return UnaryRun(load).run();
}

}  // namespace octane::bench
