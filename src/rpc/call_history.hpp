// Room: rpc. Which calls the upstream has now, and which were the last before its connection broke.
//
// A renderer may run one call after the other, so a call whose caller gave up still occupies it until a later call is answered:
// busy() counts it as long, but where no later call comes not longer than kDoubtful. Any thread; a mutex is held for a few dozen
// instructions, and after the first calls nothing is allocated.
#pragma once

#include <array>
#include <boost/intrusive/list.hpp>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace octane::rpc {

// Whether the upstream may still be at a call that ended so: its caller gave up.
bool is_given_up(base::GrpcStatus status);
// Whether the upstream itself has answered. UNIMPLEMENTED and RESOURCE_EXHAUSTED may be gRPC's words alone, UNAVAILABLE is
// nobody's.
bool is_answer(base::GrpcStatus status);

// "Camera/look" for "/studio.CameraService/look": the form to paste into a URL.
std::string short_method(std::string_view path);

class CallHistory {
  public:
    using Clock = std::chrono::steady_clock;
    static constexpr std::size_t kRemembered = 16;  // calls named after a break
    static constexpr std::chrono::seconds kTrusted{
        30};  // a connection that has lasted so long has nothing to do with the last one

    // How long a call that was given up counts as one that the upstream is at. Unless another is answered nothing tells when it
    // ends.
    static constexpr std::chrono::seconds kDoubtful{60};

    // A call under way; end() must be called before it is destroyed. The views must stay valid until then.
    struct Live : boost::intrusive::list_base_hook<> {
        std::string_view path;
        std::string_view id;
        Clock::time_point begun;
        std::uint64_t number = 0;  // counts the calls
        bool is_stream = false;    // set before begin(): between its messages the upstream is free, so busy() leaves it out
        bool is_short = false;     // set before begin(): it never takes long by itself, so it explains no silence
    };

    struct Busy {
        std::string method;  // short_method()
        Clock::time_point since;
        std::uint64_t number = 0;  // tells one call from the next of the same name
    };

    struct LastCall {
        std::string method;
        std::string id;
        Clock::time_point begun;
        bool was_in_flight = false;  // when the connection broke
    };
    struct Break {
        Clock::time_point at;
        std::vector<LastCall> calls;  // in flight first, then the newest first; at most kRemembered
    };

    CallHistory() = default;
    CallHistory(const CallHistory&) = delete;
    CallHistory& operator=(const CallHistory&) = delete;

    void begin(Live& call, std::string_view path, std::string_view id, Clock::time_point now);
    void end(Live& call, base::GrpcStatus status, Clock::time_point now);

    [[nodiscard]] std::uint64_t begun() const;  // how many calls
    // The number of the oldest call under way that may take long, streams left out; 0: none.
    [[nodiscard]] std::uint64_t oldest_long() const;
    // Something else has proved that the upstream is done with the calls up to that number.
    void answered_up_to(std::uint64_t number);
    // The oldest call that the upstream has not finished, as far as can be known.
    [[nodiscard]] std::optional<Busy> busy(Clock::time_point now) const;

    void connection_lost(Clock::time_point now);
    void connection_made(Clock::time_point now);
    // Nothing once the connection after it has lasted kTrusted.
    [[nodiscard]] std::optional<Break> last_break(Clock::time_point now) const;

  private:
    struct Record {
        std::uint64_t number = 0;  // 0: unused
        std::string path;
        std::string id;
        Clock::time_point begun;
        bool is_answered = false;
    };

    mutable std::mutex mutex_;                 // guards everything below
    boost::intrusive::list<Live> live_;        // in order of number
    std::array<Record, kRemembered> records_;  // call n is in place n % kRemembered
    std::optional<Record> abandoned_;          // the oldest whose caller gave up and which may still run
    Clock::time_point abandoned_at_;           // when its caller gave up
    std::uint64_t answered_ = 0;               // the highest number that has been answered: those below it have ended
    std::uint64_t count_ = 0;
    std::optional<Break> break_;
    std::optional<Clock::time_point> connected_since_;  // after break_
};

}  // namespace octane::rpc
