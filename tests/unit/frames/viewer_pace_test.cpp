#include "frames/viewer.hpp"

#include <doctest/doctest.h>

#include <memory>

#include "watching.hpp"

namespace octane::frames {
namespace {

using namespace std::chrono_literals;
using tests::event;
using tests::frame;
using tests::Watching;

TEST_CASE("a frame rate cap holds frames until their time, and then sends the newest") {
    Watching watching(100ms);
    watching.offer(1);
    watching.finish_write();
    const auto begin = watching.now;
    watching.now += 40ms;
    watching.offer(2);
    watching.now += 40ms;
    watching.offer(3);
    CHECK(watching.transport.written.size() == 1);
    CHECK(watching.viewer.due(watching.now) == begin + 100ms);
    watching.now = begin + 100ms - 1ns;
    watching.viewer.advance(watching.now);
    CHECK(watching.transport.written.size() == 1);
    watching.now = begin + 100ms;
    watching.viewer.advance(watching.now);
    REQUIRE(watching.transport.written.size() == 2);
    CHECK(watching.last_seq() == 3);
    CHECK(watching.last_dropped() == 0);  // what the cap keeps back is not missed
}

TEST_CASE("what the cap keeps back is not missed, also where the encoder skipped it; what is lost to slowness is") {
    Watching watching(100ms);
    watching.offer(1);
    watching.finish_write();
    const auto begin = watching.now;
    watching.now = begin + 30ms;
    watching.offer(4);
    watching.now = begin + 60ms;
    watching.offer(7);
    watching.now = begin + 100ms;
    watching.viewer.advance(watching.now);
    CHECK(watching.last_seq() == 7);
    CHECK(watching.last_dropped() == 0);
    watching.now = begin + 250ms;  // the write of 7 takes longer than the cap asks for
    watching.offer(8);
    watching.offer(9);
    watching.offer(11);
    watching.finish_write();
    CHECK(watching.last_seq() == 11);
    CHECK(watching.last_dropped() == 3);
    CHECK(watching.stats.dropped == 3);
}

TEST_CASE("a frame that was kept back and then forgotten is counted once") {
    Watching watching(100ms);
    watching.offer(1);
    watching.finish_write();
    watching.offer(3);
    watching.offer(5);
    watching.viewer.forget_waiting();
    watching.offer(6);
    watching.now += 100ms;
    watching.viewer.advance(watching.now);
    CHECK(watching.last_seq() == 6);
    CHECK(watching.last_dropped() == 1);  // 5; 2 to 4 the cap kept back
}

TEST_CASE("a frame that was sent small and waits to be sent in full is not one that the cap keeps back") {
    Watching watching(100ms);
    watching.offer(1, Form::motion);
    watching.finish_write();
    watching.now += 10ms;
    watching.offer(1, Form::full);
    watching.now += 10ms;
    watching.offer(2, Form::full);
    watching.now += 80ms;
    watching.viewer.advance(watching.now);
    CHECK(watching.last_seq() == 2);
    CHECK(watching.last_dropped() == 0);
    CHECK(watching.stats.dropped == 0);
}

TEST_CASE("a frame that waits small and is kept back is not missed, whether its full form came or not") {
    for (const bool has_full : {false, true}) {
        CAPTURE(has_full);
        Watching watching(100ms);
        watching.offer(1, Form::motion);
        watching.finish_write();
        watching.offer(2, Form::motion);
        if (has_full) watching.offer(2, Form::full);
        watching.offer(3, Form::motion);
        watching.now += 100ms;
        watching.viewer.advance(watching.now);
        CHECK(watching.last_seq() == 3);
        CHECK(watching.last_dropped() == 0);
    }
}

TEST_CASE("whatever happens in whatever order, no more frames are missed than there were") {
    constexpr int kSteps = 6;
    constexpr int kKindsOfStep = 5;
    int orders = 1;
    for (int i = 0; i < kSteps; ++i) orders *= kKindsOfStep;
    for (int order = 0; order < orders; ++order) {
        Watching watching(100ms);
        watching.offer(1, Form::motion);
        std::uint64_t seq = 1;
        int left = order;
        for (int step = 0; step < kSteps; ++step, left /= kKindsOfStep) {
            switch (left % kKindsOfStep) {
                case 0: watching.offer(++seq, Form::motion); break;
                case 1: watching.offer(seq, Form::full); break;
                case 2:
                    watching.now += 60ms;
                    watching.viewer.advance(watching.now);
                    break;
                case 3: watching.viewer.forget_waiting(); break;
                default:
                    if (watching.transport.is_writing) watching.finish_write();
            }
        }
        CAPTURE(order);
        REQUIRE(watching.stats.dropped < seq);
    }
}

TEST_CASE("a cap counts from when a frame was begun, and a write that takes longer delays nothing further") {
    Watching watching(100ms);
    watching.offer(1);
    watching.now += 150ms;
    watching.offer(2);
    CHECK(watching.viewer.due(watching.now) == Viewer::Clock::time_point::max());
    watching.finish_write();
    CHECK(watching.last_seq() == 2);
}

TEST_CASE("without a cap nothing is ever due later") {
    Watching watching;
    watching.offer(1);
    watching.offer(2);
    CHECK(watching.viewer.due(watching.now) == Viewer::Clock::time_point::max());
}

TEST_CASE("over a long time a cap of ten a second sends ten a second") {
    Watching watching(100ms);
    std::uint64_t seq = 0;
    for (int ms = 0; ms < 10000; ms += 10) {
        watching.offer(++seq);
        watching.viewer.advance(watching.now);
        watching.finish_all_writes();
        watching.now += 10ms;
    }
    CHECK(watching.transport.written.size() == 100);
}

}  // namespace
}  // namespace octane::frames
