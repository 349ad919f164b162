// Tool: bench. N viewers of an event stream: how many frames each gets, how old they are, what serving them costs.
//
// A frame's delay ends when the last byte of its event has been read here. Viewers are shared out among the threads; each thread
// has one epoll loop, and reads at most 4 MiB from one viewer before it turns to the next.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <limits>
#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

#include "bench/event_scanner.hpp"
#include "bench/histogram.hpp"
#include "bench/load.hpp"
#include "bench/net.hpp"
#include "bench/process_cost.hpp"
#include "bench/report.hpp"

namespace octane::bench {
namespace {

constexpr std::size_t kReadSize = 64 * 1024;  // stays in the core's cache; 1 MiB costs a lone viewer half a millisecond more
constexpr std::size_t kTurn = 4 * 1024 * 1024;

struct Viewer {
    Fd socket;
    EventScanner scanner;
    NumberTrack track;
    bool is_stalled = false;
    bool is_broken = false;
    std::uint64_t frames = 0;  // within the measurement, as the next four
    std::uint64_t unstamped = 0;
    std::uint64_t dropped = 0;  // as the server says
    std::uint64_t event_bytes = 0;
    std::uint64_t bytes = 0;  // everything read
};

// Reads bytes off a TCP socket without copying them anywhere. Not through recv(): AddressSanitizer would take them as written.
ssize_t discard(int fd, std::size_t count) {
    return ::syscall(SYS_recvfrom, fd, nullptr, count, MSG_TRUNC, nullptr, nullptr);
}

// When counting happens, in steady ns.
struct Window {
    std::int64_t begin = 0;
    std::int64_t end = 0;
};

class Worker {
  public:
    Worker(std::vector<Viewer*> viewers, Window window, bool discards_pixels)
        : viewers_(std::move(viewers)),
          window_(window),
          epoll_(make_epoll()),
          buffer_(kReadSize),
          discards_pixels_(discards_pixels) {
        for (std::size_t i = 0; i < viewers_.size(); ++i) {
            watch(epoll_.get(), viewers_[i]->socket.get(), EPOLLIN | EPOLLRDHUP, i);
        }
    }

    void start() {
        thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
    }
    void stop() {
        thread_.request_stop();
        thread_.join();
    }

    [[nodiscard]] const Histogram& delays() const { return delays_; }

  private:
    void run(const std::stop_token& stop) {
        std::array<epoll_event, 256> ready{};
        while (!stop.stop_requested()) {
            const int count = epoll_wait(epoll_.get(), ready.data(), ready.size(), 20);
            for (int i = 0; i < count; ++i) read_from(*viewers_[ready[static_cast<std::size_t>(i)].data.u64]);
        }
    }

    [[nodiscard]] bool is_measuring() const {
        const std::int64_t now = steady_ns();
        return now >= window_.begin && now < window_.end;
    }

    void read_from(Viewer& viewer) {
        for (std::size_t total = 0; total < kTurn;) {
            const std::size_t skippable = discards_pixels_ ? viewer.scanner.skippable() : 0;
            // Short reads around an event's ends leave its middle in the kernel to be discarded there.
            const std::size_t wanted = skippable > 0 ? skippable : discards_pixels_ ? 2 * EventScanner::kWindow : buffer_.size();
            const ssize_t count =
                skippable > 0 ? discard(viewer.socket.get(), wanted) : ::recv(viewer.socket.get(), buffer_.data(), wanted, 0);
            if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
            if (count <= 0) return drop(viewer, "the server closed a stream");
            total += static_cast<std::size_t>(count);
            if (is_measuring()) viewer.bytes += static_cast<std::uint64_t>(count);
            if (skippable > 0) {
                viewer.scanner.skip(static_cast<std::size_t>(count));
                continue;
            }
            const std::string_view text(buffer_.data(), static_cast<std::size_t>(count));
            if (!viewer.scanner.feed(text, [&](const SeenEvent& event) { see(viewer, event); })) {
                return drop(viewer, viewer.scanner.failure().c_str());
            }
            if (viewer.scanner.has_ended()) return drop(viewer, "the server ended a stream");
            if (viewer.is_stalled) {
                epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, viewer.socket.get(), nullptr);
                return;
            }
        }
    }

    void see(Viewer& viewer, const SeenEvent& event) {
        if (!event.is_frame) return;
        const bool is_counted = is_measuring();
        if (event.has_stamp) viewer.track.see(event.stamp, is_counted);
        if (!is_counted) return;
        ++viewer.frames;
        viewer.event_bytes += event.bytes;
        viewer.dropped += event.dropped;
        if (event.has_stamp)
            delays_.add(Stamp::age_us(event.stamp));
        else
            ++viewer.unstamped;
    }

    void drop(Viewer& viewer, const char* why) {
        std::fprintf(stderr, "viewer lost: %s\n", why);
        viewer.is_broken = true;
        viewer.socket.close();
    }

    std::vector<Viewer*> viewers_;
    Window window_;
    Fd epoll_;
    std::vector<char> buffer_;
    bool discards_pixels_;
    Histogram delays_;  // µs
    std::jthread thread_;
};

std::vector<Viewer> open_viewers(const ViewerLoad& load) {
    const Url url = parse_url(load.url);
    const std::string request =
        "GET /render/stream?" + load.query + " HTTP/1.1\r\nHost: " + url.host_header() + "\r\nAccept: text/event-stream\r\n\r\n";
    std::vector<Viewer> viewers(load.viewers);
    for (std::size_t i = 0; i < viewers.size(); ++i) {
        viewers[i].socket = connect_to(url);
        viewers[i].is_stalled = i < load.stalled;
        if (::send(viewers[i].socket.get(), request.data(), request.size(), MSG_NOSIGNAL) !=
            static_cast<ssize_t>(request.size())) {
            fail_with_errno("cannot send a request");
        }
    }
    return viewers;
}

struct Totals {
    std::uint64_t frames = 0, fewest = std::numeric_limits<std::uint64_t>::max();
    std::uint64_t missed = 0, repeated = 0, backward = 0, unstamped = 0, dropped = 0, event_bytes = 0, bytes = 0;
    unsigned reading = 0, lost = 0;
};

Totals sum_up(const std::vector<Viewer>& viewers) {
    Totals totals;
    for (const Viewer& viewer : viewers) {
        if (viewer.is_stalled) continue;
        ++totals.reading;
        totals.lost += viewer.is_broken ? 1 : 0;
        totals.frames += viewer.frames;
        totals.fewest = std::min(totals.fewest, viewer.frames);
        totals.missed += viewer.track.missed();
        totals.repeated += viewer.track.repeated();
        totals.backward += viewer.track.backward();
        totals.unstamped += viewer.unstamped;
        totals.dropped += viewer.dropped;
        totals.event_bytes += viewer.event_bytes;
        totals.bytes += viewer.bytes;
    }
    return totals;
}

void sleep_until(std::int64_t steady_time) {
    std::this_thread::sleep_until(std::chrono::steady_clock::time_point(std::chrono::nanoseconds(steady_time)));
}

// Streams that the server has given up on although nobody read them. A connection that was reset shows it; one that was closed in
// order shows it only if its last bytes still found room.
unsigned count_closed_stalled(const std::vector<Viewer>& viewers) {
    unsigned closed = 0;
    for (const Viewer& viewer : viewers) {
        tcp_info info{};
        socklen_t length = sizeof info;
        if (!viewer.is_stalled || !viewer.socket.is_open()) continue;
        if (getsockopt(viewer.socket.get(), IPPROTO_TCP, TCP_INFO, &info, &length) == 0 && info.tcpi_state != TCP_ESTABLISHED)
            ++closed;
    }
    return closed;
}

}  // namespace

int run_viewers(const ViewerLoad& load) {
    if (load.stalled >= load.viewers) throw std::runtime_error("at least one viewer must read");
    raise_descriptor_limit();
    std::vector<Viewer> viewers = open_viewers(load);
    const std::int64_t begin = steady_ns() + static_cast<std::int64_t>(load.warm_up_seconds * 1e9);
    const Window window{begin, begin + static_cast<std::int64_t>(load.seconds * 1e9)};
    std::vector<std::unique_ptr<Worker>> workers;
    for (unsigned t = 0; t < load.threads; ++t) {
        std::vector<Viewer*> share;
        for (std::size_t i = t; i < viewers.size(); i += load.threads) share.push_back(&viewers[i]);
        workers.push_back(std::make_unique<Worker>(std::move(share), window, load.discards_pixels));
    }
    for (const auto& worker : workers) worker->start();

    sleep_until(window.begin);
    const ProcessCost cost_before = load.pid != 0 ? cost_of_process(load.pid) : ProcessCost{};
    const double own_before = own_cpu_seconds();
    sleep_until(window.end);
    const ProcessCost cost_after = load.pid != 0 ? cost_of_process(load.pid) : ProcessCost{};
    const double own_cpu = own_cpu_seconds() - own_before;
    const double seconds = load.seconds;
    Histogram delays;
    for (const auto& worker : workers) {
        worker->stop();
        delays.merge(worker->delays());
    }

    const Totals totals = sum_up(viewers);
    report_count("viewers", load.viewers);
    report_count("stalled", load.stalled);
    report("seconds", seconds);
    report("fps_min", static_cast<double>(totals.fewest) / seconds);
    report("fps_mean", static_cast<double>(totals.frames) / seconds / totals.reading);
    report("delay_p50_ms", delays.quantile(0.50) * 1e-3);
    report("delay_p99_ms", delays.quantile(0.99) * 1e-3);
    report_count("frames", totals.frames);
    report_count("missed", totals.missed);
    report_count("repeated", totals.repeated);
    report_count("backward", totals.backward);
    report_count("unstamped", totals.unstamped);
    report_count("dropped", totals.dropped);
    report_count("lost_viewers", totals.lost);
    if (load.stalled > 0) report_count("stalled_closed", count_closed_stalled(viewers));
    report_count("bytes_per_event", totals.frames == 0 ? 0 : totals.event_bytes / totals.frames);
    report("mb_per_s", static_cast<double>(totals.bytes) * 1e-6 / seconds);
    if (load.pid != 0) {
        const double cpu = cost_after.cpu_seconds - cost_before.cpu_seconds;
        report("cpu_cores", cpu / seconds);
        if (totals.bytes > 0) report("cpu_s_per_gb", cpu / (static_cast<double>(totals.bytes) * 1e-9));
        report("rss_mb", static_cast<double>(cost_after.resident_bytes) * 1e-6);
        report("rss_peak_mb", static_cast<double>(cost_after.peak_resident_bytes) * 1e-6);
    }
    report("generator_cpu_cores", own_cpu / seconds);
    if (totals.frames == 0) std::fprintf(stderr, "no frame came\n");
    return totals.frames > 0 && totals.lost == 0 ? 0 : 1;
}

}  // namespace octane::bench
