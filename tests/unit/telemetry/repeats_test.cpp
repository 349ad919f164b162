#include "telemetry/repeats.hpp"

#include <doctest/doctest.h>

using namespace std::chrono_literals;
using octane::telemetry::Level;
using octane::telemetry::Repeats;

namespace {
const Repeats::Time kStart{100s};
}

TEST_CASE("a line is admitted once and counted while its window lasts") {
    Repeats repeats(5s, 8);
    CHECK(repeats.admit(Level::info, "a", kStart));
    CHECK_FALSE(repeats.admit(Level::info, "a", kStart + 1s));
    CHECK_FALSE(repeats.admit(Level::info, "a", kStart + 4999ms));
    CHECK(repeats.take_finished(kStart + 4999ms).empty());

    const auto summaries = repeats.take_finished(kStart + 5s);
    REQUIRE(summaries.size() == 1);
    CHECK(summaries[0].body == "a");
    CHECK(summaries[0].count == 2);
    CHECK(repeats.take_finished(kStart + 6s).empty());
}

TEST_CASE("after its window a line is written anew") {
    Repeats repeats(5s, 8);
    CHECK(repeats.admit(Level::warn, "a", kStart));
    CHECK_FALSE(repeats.admit(Level::warn, "a", kStart + 1s));
    CHECK(repeats.admit(Level::warn, "a", kStart + 5s));
    const auto summaries = repeats.take_finished(kStart + 5s);
    REQUIRE(summaries.size() == 1);
    CHECK(summaries[0].count == 1);
    CHECK(summaries[0].level == Level::warn);
}

TEST_CASE("a line that came once leaves no summary") {
    Repeats repeats(5s, 8);
    CHECK(repeats.admit(Level::info, "a", kStart));
    CHECK_FALSE(repeats.next_deadline().has_value());
    CHECK(repeats.take_finished(kStart + 5s).empty());
}

TEST_CASE("different lines do not count for one another") {
    Repeats repeats(5s, 8);
    CHECK(repeats.admit(Level::info, "a", kStart));
    CHECK(repeats.admit(Level::info, "b", kStart));
    CHECK_FALSE(repeats.admit(Level::info, "b", kStart));
    const auto summaries = repeats.take_all();
    REQUIRE(summaries.size() == 1);
    CHECK(summaries[0].body == "b");
}

TEST_CASE("at its capacity it forgets the oldest line and hands out its count") {
    Repeats repeats(5s, 2);
    CHECK(repeats.admit(Level::info, "a", kStart));
    CHECK_FALSE(repeats.admit(Level::info, "a", kStart));
    CHECK(repeats.admit(Level::info, "b", kStart + 1s));
    CHECK(repeats.admit(Level::info, "c", kStart + 1s));
    const auto summaries = repeats.take_finished(kStart + 1s);
    REQUIRE(summaries.size() == 1);
    CHECK(summaries[0].body == "a");
    CHECK(summaries[0].count == 1);
    CHECK_FALSE(repeats.admit(Level::info, "c", kStart + 1s));
    CHECK(repeats.admit(Level::info, "a", kStart + 1s));
}

TEST_CASE("the next deadline is that of the oldest counted line") {
    Repeats repeats(5s, 8);
    CHECK(repeats.admit(Level::info, "a", kStart));
    CHECK(repeats.admit(Level::info, "b", kStart + 1s));
    CHECK_FALSE(repeats.admit(Level::info, "b", kStart + 2s));
    REQUIRE(repeats.next_deadline().has_value());
    CHECK(*repeats.next_deadline() == kStart + 6s);
    CHECK_FALSE(repeats.admit(Level::info, "a", kStart + 2s));
    CHECK(*repeats.next_deadline() == kStart + 5s);
}
