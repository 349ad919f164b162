#include "http/refusals.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <vector>

using namespace octane::http;
using namespace std::chrono_literals;

TEST_CASE("each further wrong token of a client waits twice as long, up to a bound") {
    Refusals refusals;
    const auto now = Refusals::Clock::now();
    std::vector<std::chrono::milliseconds> times;
    for (int i = 0; i < 9; ++i) {
        times.push_back(refusals.begin_delay("10.0.0.1", now).time);
        if (times.back() > 0ms) refusals.end_delay("10.0.0.1");
    }
    CHECK(times == std::vector<std::chrono::milliseconds>{0ms, 0ms, 200ms, 400ms, 800ms, 1600ms, 2000ms, 2000ms, 2000ms});
    CHECK(refusals.begin_delay("10.0.0.2", now).time == 0ms);  // another client
    CHECK(refusals.begin_delay("10.0.0.1", now + Refusals::kMemory + 1s).time == 0ms);
}

TEST_CASE("only so many answers to a client wait at once") {
    Refusals refusals;
    const auto now = Refusals::Clock::now();
    for (unsigned i = 0; i < Refusals::kFreeTries + Refusals::kMostWaiting; ++i)
        CHECK_FALSE(refusals.begin_delay("10.0.0.1", now).is_flood);
    CHECK(refusals.begin_delay("10.0.0.1", now).is_flood);
    CHECK(refusals.begin_delay("10.0.0.1", now).time == 0ms);
    refusals.end_delay("10.0.0.1");
    CHECK(refusals.begin_delay("10.0.0.1", now).time == Refusals::kLongestDelay);
}

TEST_CASE("however many clients try, only so many are remembered, and the one that is quiet the longest is forgotten") {
    Refusals refusals;
    auto now = Refusals::Clock::now();
    for (std::size_t i = 0; i < 3 * Refusals::kMostClients; ++i) {
        (void)refusals.begin_delay("client " + std::to_string(i), now);
        now += 1us;
    }
    CHECK(refusals.clients() == Refusals::kMostClients);
    const auto last = "client " + std::to_string(3 * Refusals::kMostClients - 1);
    (void)refusals.begin_delay(last, now);
    CHECK(refusals.begin_delay(last, now).time > 0ms);
    CHECK(refusals.begin_delay("client 0", now).time == 0ms);
    refusals.end_delay("somebody");  // who has been forgotten meanwhile
}

TEST_CASE("refusals are counted by their reason") {
    Refusals refusals;
    refusals.count(RefusedFor::origin);
    refusals.count(RefusedFor::token_wrong);
    refusals.count(RefusedFor::token_wrong);
    CHECK(refusals.counted(RefusedFor::origin) == 1);
    CHECK(refusals.counted(RefusedFor::token_wrong) == 2);
    CHECK(refusals.counted(RefusedFor::no_room) == 0);
}
