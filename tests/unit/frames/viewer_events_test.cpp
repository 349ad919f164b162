#include "frames/viewer.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>

#include "watching.hpp"

namespace octane::frames {
namespace {

using namespace std::chrono_literals;
using tests::event;
using tests::Watching;

TEST_CASE("control events keep their order and go before a frame that waits") {
    Watching watching;
    watching.offer(1);
    watching.offer(2);
    watching.viewer.send(event("first"));
    watching.viewer.send(event("second"));
    watching.finish_all_writes();
    REQUIRE(watching.transport.written.size() == 4);
    CHECK(watching.transport.event(1).data["method"] == "first");
    CHECK(watching.transport.event(2).data["method"] == "second");
    CHECK(watching.transport.event(3).data["seq"] == 2);
}

TEST_CASE("control events are never dropped while the viewer reads") {
    Watching watching;
    for (std::size_t i = 0; i < 10 * Viewer::kMaxControl; ++i) {
        watching.viewer.send(event(std::to_string(i)));
        watching.finish_write();
    }
    CHECK(watching.transport.written.size() == 10 * Viewer::kMaxControl);
    CHECK_FALSE(watching.viewer.is_closed());
}

TEST_CASE("a viewer behind which more control events wait than the bound is closed") {
    Watching watching;
    watching.viewer.send(event("in write"));
    for (std::size_t i = 0; i < Viewer::kMaxControl; ++i) watching.viewer.send(event("waits"));
    CHECK_FALSE(watching.transport.is_closed);
    watching.viewer.send(event("too many"));
    CHECK(watching.transport.is_closed);
    CHECK(watching.viewer.is_closed());
}

TEST_CASE("a transport without a place for events gets none, and its frames and its end all the same") {
    Watching watching;
    watching.transport.has_place_for_events = false;
    for (std::size_t i = 0; i <= Viewer::kMaxControl; ++i) watching.viewer.send(event("ping"));
    CHECK(watching.transport.written.empty());
    watching.offer(1);
    CHECK(watching.transport.written.size() == 1);
    watching.viewer.say_goodbye(tests::goodbye());
    watching.finish_write();
    CHECK(watching.transport.written.size() == 1);
    CHECK(watching.transport.has_finished);
}

TEST_CASE("control events are not held by a cap") {
    Watching watching(100ms);
    watching.offer(1);
    watching.finish_write();
    watching.offer(2);
    watching.viewer.send(event("now"));
    CHECK(watching.transport.last().data["method"] == "now");
    watching.finish_write();
    CHECK(watching.transport.written.size() == 2);
}

TEST_CASE("goodbye to an idle viewer is written, and then the response ends") {
    Watching watching;
    watching.viewer.say_goodbye(tests::goodbye());
    CHECK(watching.transport.last().data["type"] == "bye");
    CHECK_FALSE(watching.transport.has_finished);
    watching.finish_write();
    CHECK(watching.transport.has_finished);
}

TEST_CASE("goodbye comes after the write under way and all control events, and takes the place of a waiting frame") {
    Watching watching;
    watching.offer(1);
    watching.offer(2);
    watching.viewer.send(event("octane"));
    watching.viewer.say_goodbye(tests::goodbye());
    CHECK(watching.stats.waiting == 0);
    watching.finish_write();
    watching.finish_write();
    CHECK_FALSE(watching.transport.has_finished);
    watching.finish_write();
    CHECK(watching.transport.has_finished);
    REQUIRE(watching.transport.written.size() == 3);
    CHECK(watching.transport.event(1).data["method"] == "octane");
    CHECK(watching.transport.event(2).data["type"] == "bye");
}

TEST_CASE("nothing follows goodbye") {
    Watching watching;
    watching.viewer.say_goodbye(tests::goodbye());
    watching.offer(1);
    watching.viewer.send(event("late"));
    watching.viewer.say_goodbye(tests::goodbye());
    watching.finish_write();
    CHECK(watching.transport.written.size() == 1);
    watching.viewer.advance(watching.now);
    CHECK(watching.transport.written.size() == 1);
    CHECK(watching.transport.has_finished);
}

TEST_CASE("a viewer that stalls on its goodbye is closed as well") {
    Watching watching;
    watching.offer(1);
    watching.viewer.say_goodbye(tests::goodbye());
    watching.now += Viewer::kLongestStall + 1s;
    CHECK_FALSE(watching.viewer.check_progress(watching.now));
    CHECK(watching.transport.is_closed);
}

}  // namespace
}  // namespace octane::frames
