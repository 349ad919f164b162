// Room: http. Who was refused, counted by reason; and what makes guessing at the token slow.
//
// Any thread. A lock is taken only for a wrong token, and never held for long.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace octane::http {

enum class RefusedFor : std::uint8_t {
    origin,  // or a foreign page that would embed what is served
    host,
    token_missing,
    token_wrong,
    no_room,             // a connection beyond what the server may have
    too_many_of_client,  // or beyond what one client may have
};
inline constexpr std::array<std::string_view, 6> kRefusalNames = {"origin",      "host",    "token_missing",
                                                                  "token_wrong", "no_room", "too_many_of_client"};

class Refusals {
  public:
    using Clock = std::chrono::steady_clock;

    static constexpr std::size_t kMostClients = 1024;  // remembered for their wrong tokens; the longest quiet is forgotten
    static constexpr unsigned kFreeTries = 2;          // wrong tokens of a client that are answered at once
    static constexpr std::chrono::milliseconds kFirstDelay{200};  // doubles with each further one
    static constexpr std::chrono::milliseconds kLongestDelay{2000};
    static constexpr std::chrono::seconds kMemory{60};  // of quiet, then a client begins anew
    static constexpr unsigned kMostWaiting = 8;  // delayed answers of a client at once; beyond them its connection is closed

    void count(RefusedFor reason) { counts_[static_cast<std::size_t>(reason)].fetch_add(1, std::memory_order_relaxed); }
    [[nodiscard]] std::uint64_t counted(RefusedFor reason) const {
        return counts_[static_cast<std::size_t>(reason)].load(std::memory_order_relaxed);
    }

    struct Delay {
        std::chrono::milliseconds time{0};
        bool is_flood = false;  // kMostWaiting answers to this client wait already: this one waits no more
    };
    // A client has brought a wrong token: how long its answer waits. One with a time is followed by end_delay() once it is over.
    Delay begin_delay(std::string_view client, Clock::time_point now);
    void end_delay(std::string_view client);
    [[nodiscard]] std::size_t clients() const;

  private:
    struct Tries {
        unsigned count = 0;
        unsigned waiting = 0;
        Clock::time_point last;
    };
    void make_place();

    std::array<std::atomic<std::uint64_t>, kRefusalNames.size()> counts_{};
    mutable std::mutex mutex_;
    std::map<std::string, Tries, std::less<>> tries_;
};

}  // namespace octane::http
