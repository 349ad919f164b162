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
    CHECK_FALSE(watch.look({}, 3, start));
    CHECK_FALSE(watch.look(load, 3, start + milliseconds(1999)));
    const auto busy = watch.look(load, 3, start + milliseconds(2300));
    REQUIRE(busy);
    CHECK(*busy == R"({"type":"octane","state":"busy","method":"ApiProjectManager/loadProject","seconds":2.3,"epoch":3})");
    CHECK_FALSE(watch.look(load, 3, start + milliseconds(9000)));

    const CallHistory::Busy next{"ApiItem/name", start + milliseconds(100), 2};
    const auto other = watch.look(next, 3, start + milliseconds(9000));
    REQUIRE(other);
    CHECK(other->find("ApiItem/name") != std::string::npos);

    const CallHistory::Busy quick{"ApiItem/name", start + milliseconds(8999), 3};
    const auto idle = watch.look(quick, 4, start + milliseconds(9000));
    REQUIRE(idle);
    CHECK(*idle == R"({"type":"octane","state":"idle","epoch":4})");
    CHECK_FALSE(watch.look({}, 4, start + milliseconds(9100)));
}

}  // namespace
}  // namespace octane::livelink
