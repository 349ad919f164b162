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

TEST_CASE("a viewer that needs repeats gets the newest frame again after a tenth of a second of silence, and then every 15 s") {
    Watching watching(0ns, true);
    CHECK(watching.viewer.needs_timer());
    watching.offer(1);
    watching.now += 20ms;
    watching.finish_write();
    const auto written = watching.now;
    CHECK(watching.viewer.due(watching.now) == written + 100ms);
    watching.now = written + 100ms - 1ns;
    watching.viewer.advance(watching.now);
    CHECK(watching.transport.written.size() == 1);
    watching.now = written + 100ms;
    watching.viewer.advance(watching.now);
    REQUIRE(watching.transport.written.size() == 2);
    CHECK(watching.last_seq() == 1);
    for (int i = 1; i <= 3; ++i) {
        watching.now += 20s;  // it takes its time to leave
        watching.finish_write();
        const auto left = watching.now;
        CHECK(watching.viewer.due(watching.now) == left + 15s);
        watching.now = left + 15s;
        watching.viewer.advance(watching.now);
        CHECK(watching.transport.written.size() == static_cast<std::size_t>(2 + i));
    }
}

TEST_CASE("with a cap of frames a second no part is repeated while a newer one waits for its time") {
    Watching watching(1s, true);
    watching.offer(1);
    watching.finish_write();
    watching.now += 50ms;
    watching.offer(2);
    watching.now += 500ms;
    watching.viewer.advance(watching.now);
    CHECK(watching.transport.written.size() == 1);
    watching.now += 450ms;
    watching.viewer.advance(watching.now);
    CHECK(watching.transport.written.size() == 2);
    CHECK(watching.last_seq() == 2);
}

TEST_CASE("a repeat is no frame that was sent or dropped, but its bytes are counted") {
    Watching watching(0ns, true);
    watching.offer(1);
    watching.finish_write();
    const auto bytes = watching.stats.delivery.bytes.load();
    watching.now += 100ms;
    watching.viewer.advance(watching.now);
    watching.finish_write();
    watching.offer(2);
    watching.finish_write();
    CHECK(watching.stats.sent == 2);
    CHECK(watching.stats.dropped == 0);
    CHECK(watching.last_dropped() == 0);
    CHECK(watching.stats.delivery.bytes == 3 * bytes);
}

TEST_CASE("frames that follow each other quickly are not repeated, and the last of them is") {
    Watching watching(0ns, true);
    for (std::uint64_t seq = 1; seq <= 20; ++seq) {
        watching.offer(seq);
        watching.viewer.advance(watching.now);
        watching.finish_write();
        watching.now += 50ms;
    }
    CHECK(watching.transport.written.size() == 20);
    watching.now += 50ms;
    watching.viewer.advance(watching.now);
    CHECK(watching.transport.written.size() == 21);
    CHECK(watching.last_seq() == 20);
}

TEST_CASE("silence begins when a write has ended, however long it took, and until then the timer looks again") {
    Watching watching(0ns, true);
    watching.offer(1);
    watching.now += 10s;
    CHECK(watching.viewer.due(watching.now) == watching.now + 100ms);
    watching.viewer.advance(watching.now);
    CHECK(watching.transport.written.size() == 1);
    watching.finish_write();
    CHECK(watching.transport.written.size() == 1);
    CHECK(watching.viewer.due(watching.now) == watching.now + 100ms);
}

TEST_CASE("nothing is repeated after goodbye, for a viewer that does not need it, or before there is a frame") {
    Watching leaving(0ns, true);
    CHECK(leaving.viewer.due(leaving.now) == Viewer::Clock::time_point::max());
    leaving.offer(1);
    leaving.viewer.say_goodbye(event("bye"));
    leaving.now += 1h;
    leaving.finish_all_writes();
    CHECK(leaving.transport.has_finished);
    Watching plain;
    CHECK_FALSE(plain.viewer.needs_timer());
    plain.offer(1);
    plain.finish_write();
    plain.now += 1h;
    plain.viewer.advance(plain.now);
    CHECK(plain.transport.written.size() == 1);
}

}  // namespace
}  // namespace octane::frames
