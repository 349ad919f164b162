// Tool: bench. Thin owners of descriptors, and the clocks. Linux only (epoll), as the whole benchmark.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace octane::bench {

class Fd {
  public:
    Fd() = default;
    explicit Fd(int fd) : fd_(fd) {}
    Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Fd& operator=(Fd&& other) noexcept {
        if (this != &other) {
            close();
            fd_ = std::exchange(other.fd_, -1);
        }
        return *this;
    }
    Fd(const Fd&) = delete;
    Fd& operator=(const Fd&) = delete;
    ~Fd() { close(); }

    [[nodiscard]] int get() const { return fd_; }
    [[nodiscard]] bool is_open() const { return fd_ >= 0; }
    void close();

  private:
    int fd_ = -1;
};

struct Url {
    std::string host;
    std::string port;
    [[nodiscard]] std::string host_header() const { return host + ":" + port; }
};

// "http://HOST:PORT", with or without a path. Throws std::runtime_error with one sentence for anything else.
Url parse_url(std::string_view text);

// Connected, TCP_NODELAY, then set non-blocking. Throws std::runtime_error.
Fd connect_to(const Url& url);

// Bound and listening on an IPv4 address, non-blocking; port 0 takes a free one, which is written back. Throws
// std::runtime_error.
Fd listen_on(const std::string& address, std::uint16_t& port);

Fd make_epoll();
void watch(int epoll, int fd, std::uint32_t events, std::uint64_t data);

// Lets the process have as many descriptors as its hard limit permits.
void raise_descriptor_limit();

[[noreturn]] void fail_with_errno(const std::string& what);

inline std::int64_t steady_ns() {
    return std::chrono::steady_clock::now().time_since_epoch() / std::chrono::nanoseconds(1);
}

// A frame's user_data, as the stand-in's pattern mode makes it: send time in µs since 1970 modulo 2^44, then 20 bits of number.
struct Stamp {
    static constexpr unsigned kNumberBits = 20;
    static constexpr std::uint64_t kTimeMask = (1ULL << 44U) - 1;
    static constexpr std::uint32_t kNumberMask = (1U << kNumberBits) - 1;

    static std::uint64_t time_now() {
        return static_cast<std::uint64_t>(std::chrono::system_clock::now().time_since_epoch() / std::chrono::microseconds(1)) &
               kTimeMask;
    }
    // Of a frame that was due `lateness_us` ago.
    static std::uint64_t make(std::uint32_t number, std::uint64_t lateness_us = 0) {
        return ((time_now() - lateness_us) << kNumberBits) | (number & kNumberMask);
    }
    static std::uint32_t number(std::uint64_t stamp) { return static_cast<std::uint32_t>(stamp) & kNumberMask; }

    // µs from the sending of the frame until now; 0 if the clock was set back meanwhile.
    static std::uint64_t age_us(std::uint64_t stamp) {
        const std::uint64_t age = (time_now() - (stamp >> kNumberBits)) & kTimeMask;
        return age > kTimeMask / 2 ? 0 : age;
    }
};

// Follows the numbers of one receiver's frames.
class NumberTrack {
  public:
    // A frame that is seen but not counted is only remembered, so that a loss across the start of a measurement still shows.
    void see(std::uint64_t stamp, bool is_counted) {
        const std::uint32_t number = Stamp::number(stamp);
        if (has_last_ && is_counted) {
            const std::uint32_t step = (number - last_) & Stamp::kNumberMask;
            if (step == 0)
                ++repeated_;
            else if (step > Stamp::kNumberMask / 2)
                ++backward_;
            else
                missed_ += step - 1;
        }
        last_ = number;
        has_last_ = true;
    }
    [[nodiscard]] std::uint64_t missed() const { return missed_; }
    [[nodiscard]] std::uint64_t repeated() const { return repeated_; }
    [[nodiscard]] std::uint64_t backward() const { return backward_; }

  private:
    std::uint64_t missed_ = 0;
    std::uint64_t repeated_ = 0;
    std::uint64_t backward_ = 0;
    std::uint32_t last_ = 0;
    bool has_last_ = false;
};

}  // namespace octane::bench
