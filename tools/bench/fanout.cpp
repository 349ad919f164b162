// Tool: bench. See fanout.hpp.
#include "bench/fanout.hpp"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <memory>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>

#include "bench/net.hpp"

namespace octane::bench {
namespace {

constexpr std::size_t kMaxRequest = 65536;
constexpr std::string_view kStreamHead =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\nTransfer-Encoding: chunked\r\n\r\n";
constexpr std::string_view kReadyAnswer =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 43\r\n\r\n"
    "{\"success\":true,\"data\":{\"result\":15000000}}";
constexpr std::string_view kEventEnd = "\"}}]}}\n\n";

// A frame is one HTTP chunk with one event: a head of its own, then the payload that all frames share, then the end.
struct Frame {
    std::string head;
};
using FramePtr = std::shared_ptr<const Frame>;

struct Client {
    Fd socket;
    std::string request;
    bool is_viewer = false;
    FramePtr writing;
    FramePtr waiting;
    std::size_t written = 0;  // of the frame being written
};

volatile std::sig_atomic_t stop_wanted = 0;

class Fanout {
  public:
    explicit Fanout(const FanoutOptions& options) : options_(options), epoll_(make_epoll()), timer_(make_timer()) {
        std::array<int, 2> ends{};
        if (::pipe2(ends.data(), O_CLOEXEC) != 0) fail_with_errno("pipe");
        given_ = Fd(ends[0]);
        giving_ = Fd(ends[1]);
        const std::size_t head = event_head(0, 0).size();
        payload_.assign(options_.event_bytes - head - kEventEnd.size(), 'A');
        end_ = std::string(kEventEnd) + "\r\n";
        for (const Fd* fd : {&given_, &timer_}) watch(epoll_.get(), fd->get(), EPOLLIN, static_cast<std::uint64_t>(fd->get()));
    }

    // Makes this loop the one that accepts, for all of them in turn; before any of them runs.
    void accept_for(std::vector<std::unique_ptr<Fanout>>& loops) {
        loops_ = &loops;
        listener_ = listen_on(options_.host, options_.port);
        watch(epoll_.get(), listener_.get(), EPOLLIN, static_cast<std::uint64_t>(listener_.get()));
        std::printf("listening on http://%s:%u\n", options_.host.c_str(), static_cast<unsigned>(options_.port));
        std::fflush(stdout);
    }

    void run() {
        const std::int64_t end = steady_ns() + static_cast<std::int64_t>(options_.lifetime_seconds * 1e9);
        std::array<epoll_event, 256> ready{};
        while (stop_wanted == 0 && steady_ns() < end) {
            const int count = epoll_wait(epoll_.get(), ready.data(), ready.size(), 1000);
            for (int i = 0; i < count; ++i) {
                const epoll_event& event = ready[static_cast<std::size_t>(i)];
                const int fd = static_cast<int>(event.data.u64);
                if (fd == given_.get())
                    adopt();
                else if (listener_.is_open() && fd == listener_.get())
                    accept_all();
                else if (fd == timer_.get())
                    tick();
                else if (const auto found = clients_.find(fd); found != clients_.end())
                    serve(found->second, event.events);
            }
        }
    }

  private:
    Fd make_timer() {
        Fd timer(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC));
        itimerspec interval{};
        const auto ns = static_cast<long>(1e9 / options_.fps);
        interval.it_interval = {ns / 1'000'000'000, ns % 1'000'000'000};
        interval.it_value = interval.it_interval;
        if (!timer.is_open() || timerfd_settime(timer.get(), 0, &interval, nullptr) != 0) fail_with_errno("timerfd");
        return timer;
    }

    // The stamp and number have a fixed width, so that every event has the size asked for.
    static std::string event_head(std::uint32_t number, std::uint64_t lateness_us) {
        std::array<char, 320> text{};
        const auto stamp = static_cast<unsigned long long>(Stamp::make(number, lateness_us));
        const int length = std::snprintf(
            text.data(), text.size(),
            "id: %010u\ndata: {\"type\":\"newImage\",\"callbackId\":1,\"callback_id\":1,\"user_data\":\"%020llu\","
            "\"seq\":%u,\"dropped\":0,\"render_images\":{\"data\":[{\"buffer\":{\"encoding\":\"base64\",\"data\":\"",
            number, stamp, 1'000'000'000U + number);
        return {text.data(), static_cast<std::size_t>(length)};
    }

    void tick() {
        std::uint64_t expirations = 0;
        if (::read(timer_.get(), &expirations, sizeof expirations) != sizeof expirations) return;
        // When writing took longer than a frame's time, the frames between were never made: they count as missed, like a
        // renderer's that the proxy never saw, and the delay of this one counts from when it was due.
        number_ += static_cast<std::uint32_t>(expirations);
        std::array<char, 24> size{};
        const int length = std::snprintf(size.data(), size.size(), "%zx\r\n", options_.event_bytes);
        auto frame = std::make_shared<Frame>();
        frame->head = std::string(size.data(), static_cast<std::size_t>(length)) + event_head(number_, lateness_us());
        newest_ = std::move(frame);
        for (auto entry = clients_.begin(); entry != clients_.end();) {
            Client& client = (entry++)->second;
            if (client.is_viewer) offer(client, newest_);
        }
    }

    // How long ago the timer's last expiration was, in µs.
    [[nodiscard]] std::uint64_t lateness_us() const {
        itimerspec left{};
        timerfd_gettime(timer_.get(), &left);
        const auto ns = [](const timespec& time) {
            return static_cast<std::int64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
        };
        return static_cast<std::uint64_t>(std::max<std::int64_t>(0, ns(left.it_interval) - ns(left.it_value)) / 1000);
    }

    void offer(Client& client, const FramePtr& frame) {
        if (client.writing) {
            client.waiting = frame;
            return;
        }
        client.writing = frame;
        write_on(client);
    }

    // Writes until the socket is full or nothing waits; edge-triggered EPOLLOUT resumes it. May end the client.
    void write_on(Client& client) {
        while (client.writing) {
            std::array<std::string_view, 3> parts = {client.writing->head, payload_, end_};
            std::array<iovec, 3> pieces{};
            std::size_t used = 0;
            std::size_t skip = client.written;
            std::size_t left = 0;
            for (std::string_view part : parts) {
                const std::size_t cut = std::min(skip, part.size());
                skip -= cut;
                part.remove_prefix(cut);
                if (part.empty()) continue;
                pieces[used++] = {const_cast<char*>(part.data()), part.size()};
                left += part.size();
            }
            msghdr message{};
            message.msg_iov = pieces.data();
            message.msg_iovlen = used;
            const ssize_t sent = ::sendmsg(client.socket.get(), &message, MSG_NOSIGNAL);
            if (sent < 0) {
                if (errno != EAGAIN) clients_.erase(client.socket.get());
                return;
            }
            client.written += static_cast<std::size_t>(sent);
            if (static_cast<std::size_t>(sent) < left) continue;
            client.written = 0;
            client.writing = std::exchange(client.waiting, nullptr);
        }
    }

    void accept_all() {
        while (true) {
            const int fd = ::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
            if (fd < 0) return;
            const Fanout& taker = *(*loops_)[accepted_++ % loops_->size()];
            if (::write(taker.giving_.get(), &fd, sizeof fd) != sizeof fd) fail_with_errno("handing a connection over");
        }
    }

    // Takes one connection that was handed over.
    void adopt() {
        int fd = -1;
        if (::read(given_.get(), &fd, sizeof fd) != sizeof fd) return;
        clients_[fd].socket = Fd(fd);
        watch(epoll_.get(), fd, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, static_cast<std::uint64_t>(fd));
    }

    void serve(Client& client, std::uint32_t events) {
        const int fd = client.socket.get();
        if ((events & EPOLLIN) != 0 && !read_from(client)) {
            clients_.erase(fd);
            return;
        }
        if ((events & EPOLLOUT) != 0 && client.writing) write_on(client);
    }

    // False when the client has gone or sends nonsense.
    bool read_from(Client& client) {
        std::array<char, 16384> buffer;
        while (true) {
            const ssize_t count = ::recv(client.socket.get(), buffer.data(), buffer.size(), 0);
            if (count < 0) return errno == EAGAIN;
            if (count == 0) return false;
            client.request.append(buffer.data(), static_cast<std::size_t>(count));
            if (client.request.size() > kMaxRequest) return false;
            while (const std::size_t length = request_length(client.request)) {
                const bool wants_stream = client.request.starts_with("GET /render/stream");
                client.request.erase(0, length);
                const std::string_view answer = wants_stream ? kStreamHead : kReadyAnswer;
                if (::send(client.socket.get(), answer.data(), answer.size(), MSG_NOSIGNAL) !=
                    static_cast<ssize_t>(answer.size()))
                    return false;
                client.is_viewer = wants_stream;
            }
        }
    }

    static std::size_t request_length(std::string_view text) {
        const std::size_t head = text.find("\r\n\r\n");
        if (head == std::string_view::npos) return 0;
        std::size_t body = 0;
        constexpr std::string_view kName = "Content-Length: ";
        if (const std::size_t at = text.substr(0, head).find(kName); at != std::string_view::npos) {
            std::from_chars(text.data() + at + kName.size(), text.data() + head, body);
        }
        return text.size() >= head + 4 + body ? head + 4 + body : 0;
    }

    FanoutOptions options_;
    Fd epoll_;
    Fd timer_;
    Fd given_;   // descriptors of connections, from the loop that accepts
    Fd giving_;  // its other end
    Fd listener_;
    std::vector<std::unique_ptr<Fanout>>* loops_ = nullptr;
    std::size_t accepted_ = 0;
    std::string payload_;
    std::string end_;
    FramePtr newest_;
    std::uint32_t number_ = 0;
    std::unordered_map<int, Client> clients_;
};

}  // namespace

void run_fanout(FanoutOptions options) {
    raise_descriptor_limit();
    for (const int signal : {SIGTERM, SIGINT}) std::signal(signal, [](int) { stop_wanted = 1; });
    std::vector<std::unique_ptr<Fanout>> loops;
    for (unsigned i = 0; i < options.threads; ++i) loops.push_back(std::make_unique<Fanout>(options));
    loops.front()->accept_for(loops);
    std::vector<std::jthread> threads;
    for (std::size_t i = 1; i < loops.size(); ++i) threads.emplace_back([&loop = *loops[i]] { loop.run(); });
    loops.front()->run();
}

}  // namespace octane::bench
