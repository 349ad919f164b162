#include "livelink/busy_watch.hpp"

#include <doctest/doctest.h>

namespace octane::livelink {
namespace {

using rpc::CallHistory;
using std::chrono::milliseconds;

TEST_CASE("viewers hear once of each call that takes long, and once that Octane is free again") {
    BusyWatch watch;
    const auto start = BusyWatch::Clock::now();
    const CallHistory::Busy load{"ApiProjectManager/loadProject", start, 1};
    CHECK_FALSE(watch.check({}, 3, start));
    CHECK_FALSE(watch.check(load, 3, start + milliseconds(1999)));
    const auto busy = watch.check(load, 3, start + milliseconds(2300));
    REQUIRE(busy);
    CHECK(busy->kind == frames::RendererState::Kind::busy);
    CHECK(busy->method == "ApiProjectManager/loadProject");
    CHECK(busy->busy_for == milliseconds(2300));
    CHECK(busy->epoch == 3);
    CHECK_FALSE(watch.check(load, 3, start + milliseconds(9000)));

    const CallHistory::Busy next{"ApiItem/name", start + milliseconds(100), 2};
    const auto other = watch.check(next, 3, start + milliseconds(9000));
    REQUIRE(other);
    CHECK(other->method == "ApiItem/name");

    const CallHistory::Busy quick{"ApiItem/name", start + milliseconds(8999), 3};
    const auto idle = watch.check(quick, 4, start + milliseconds(9000));
    REQUIRE(idle);
    CHECK(idle->kind == frames::RendererState::Kind::idle);
    CHECK(idle->epoch == 4);
    CHECK_FALSE(watch.check({}, 4, start + milliseconds(9100)));
}

TEST_CASE("what viewers have been told in between does not count, so a call that still runs is told of again") {
    BusyWatch watch;
    const auto start = BusyWatch::Clock::now();
    const CallHistory::Busy load{"ApiProjectManager/loadProject", start, 1};
    REQUIRE(watch.check(load, 3, start + milliseconds(2300)));
    watch.forget();
    const auto again = watch.check(load, 3, start + milliseconds(9000));
    REQUIRE(again);
    CHECK(again->kind == frames::RendererState::Kind::busy);
    watch.forget();
    CHECK_FALSE(watch.check({}, 3, start + milliseconds(9100)));
}

}  // namespace
}  // namespace octane::livelink
