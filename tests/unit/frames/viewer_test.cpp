#include "frames/viewer.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

#include "watching.hpp"

namespace octane::frames {
namespace {

using namespace std::chrono_literals;
using tests::event;
using tests::frame;
using tests::RecordingTransport;
using tests::Watching;

TEST_CASE("an idle viewer is sent a frame at once: its own head and then the shared bytes") {
    Watching watching;
    watching.offer(7);
    REQUIRE(watching.transport.written.size() == 1);
    const auto sent = watching.transport.last();
    CHECK(sent.id == "7");
    CHECK(sent.data["type"] == "newImage");
    CHECK(sent.data["seq"] == 7);
    CHECK(sent.data["dropped"] == 0);
    CHECK(sent.data["pixels"] == 7);
    CHECK(watching.stats.sent == 1);
}

TEST_CASE("a frame is counted with its bytes and its age when it has been written, and for no older than its viewer") {
    Watching watching;
    auto old = std::make_shared<WrappedFrame>(*frame(7));
    old->received = std::chrono::system_clock::now() - std::chrono::hours(24);
    watching.viewer.offer(old, watching.now);
    const auto& ages =
        watching.stats.delivery.age[static_cast<std::size_t>(Container::sse)][static_cast<std::size_t>(Format::both)];
    CHECK(ages.read().count() == 0);
    CHECK(watching.stats.delivery.bytes == 0);
    watching.finish_write();
    CHECK(ages.read().count() == 1);
    CHECK(ages.read().sum < 3600);
    CHECK(watching.stats.delivery.bytes > old->bytes.size());
}

TEST_CASE("a viewer knows who it is and what it wants") {
    FrameStats stats;
    RecordingTransport transport;
    Variant variant;
    variant.format = Format::png;
    variant.max_width = 640;
    const Viewer viewer(transport, {variant, "me", 100ms}, stats);
    CHECK(viewer.id() == "me");
    CHECK(viewer.variant() == variant);
    CHECK(viewer.needs_timer());
    CHECK_FALSE(Watching().viewer.needs_timer());
}

TEST_CASE("the bytes of a write stay where they are until it is done, whatever else is offered") {
    Watching watching;
    watching.offer(1);
    const std::string before = watching.transport.bytes_in_write();
    watching.viewer.send(event("ping"));
    watching.offer(2);
    watching.offer(3);
    CHECK(watching.transport.bytes_in_write() == before);
    watching.finish_write();
    const std::string control = watching.transport.bytes_in_write();
    watching.viewer.send(event("other"));
    watching.offer(4);
    CHECK(watching.transport.bytes_in_write() == control);
}

TEST_CASE("while one frame is being written one may wait, and a newer one takes its place") {
    Watching watching;
    watching.offer(1);
    for (std::uint64_t seq = 2; seq <= 9; ++seq) watching.offer(seq);
    CHECK(watching.transport.written.size() == 1);
    CHECK(watching.stats.waiting == 1);
    watching.finish_write();
    CHECK(watching.transport.written.size() == 2);
    CHECK(watching.last_seq() == 9);
    CHECK(watching.last_dropped() == 7);
    CHECK(watching.stats.dropped == 7);
    CHECK(watching.stats.waiting == 0);
    watching.finish_write();
    CHECK_FALSE(watching.transport.is_writing);
}

TEST_CASE("dropped counts what the viewer missed since its last frame, also what never reached it") {
    Watching watching;
    watching.offer(100);
    CHECK(watching.last_dropped() == 0);  // what was before it came is nothing it missed
    watching.finish_write();
    watching.offer(101);
    CHECK(watching.last_dropped() == 0);
    watching.finish_write();
    watching.offer(105);  // 102 to 104 were skipped by a busy encoder
    CHECK(watching.last_dropped() == 3);
    watching.finish_write();
    watching.offer(106);
    CHECK(watching.last_dropped() == 0);
    CHECK(watching.stats.dropped == 3);
    CHECK(watching.stats.sent == 4);
}

TEST_CASE("a frame that is not newer than one already offered is ignored") {
    Watching watching;
    watching.offer(5);
    watching.finish_write();
    watching.offer(5);
    watching.offer(4);
    CHECK(watching.transport.written.size() == 1);
    watching.offer(6);
    watching.offer(8);
    watching.offer(7);
    watching.finish_write();
    CHECK(watching.last_seq() == 8);
}

TEST_CASE("the last frame always arrives, however slow the viewer") {
    Watching watching;
    for (std::uint64_t seq = 1; seq <= 1000; ++seq) {
        watching.offer(seq);
        if (seq % 17 == 0 && watching.transport.is_writing) watching.finish_write();
    }
    watching.finish_all_writes();
    CHECK(watching.last_seq() == 1000);
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < watching.transport.written.size(); ++i) {
        sum += 1 + watching.transport.event(i).data["dropped"].get<std::uint64_t>();
    }
    CHECK(sum == 1000);  // every number was either sent or counted
}

TEST_CASE("a closed viewer writes nothing and holds nothing") {
    Watching watching;
    watching.offer(1);
    watching.offer(2);
    for (std::size_t i = 0; i <= Viewer::kMaxControl; ++i) watching.viewer.send(event("x"));
    REQUIRE(watching.viewer.is_closed());
    CHECK(watching.stats.waiting == 0);
    const auto held = frame(3);
    watching.viewer.offer(held, watching.now);
    CHECK(held.use_count() == 1);
    watching.viewer.send(event("y"));
    watching.viewer.say_goodbye(tests::goodbye());
    watching.viewer.advance(watching.now);
    CHECK(watching.transport.written.size() == 1);
    CHECK_FALSE(watching.transport.has_finished);
}

TEST_CASE("a viewer that takes nothing for 30 s during a write is closed, and not a moment earlier") {
    Watching watching;
    watching.offer(1);
    watching.now += Viewer::kLongestStall;
    CHECK(watching.viewer.check_progress(watching.now));
    CHECK_FALSE(watching.transport.is_closed);
    watching.now += 1ns;
    CHECK_FALSE(watching.viewer.check_progress(watching.now));
    CHECK(watching.transport.is_closed);
    CHECK_FALSE(watching.viewer.check_progress(watching.now));
}

TEST_CASE("a slow viewer that takes some bytes now and then stays") {
    Watching watching;
    watching.offer(1);
    for (int i = 0; i < 100; ++i) {
        watching.now += 29s;
        CHECK(watching.viewer.check_progress(watching.now));
        watching.transport.progress = watching.now;
    }
    CHECK_FALSE(watching.viewer.is_closed());
}

TEST_CASE("a viewer to whom nothing is being written cannot stall") {
    Watching watching;
    watching.offer(1);
    watching.finish_write();
    watching.now += 24h;
    CHECK(watching.viewer.check_progress(watching.now));
}

TEST_CASE("frames that could not be had in this form are none that were missed") {
    Watching watching;
    watching.offer(1);
    watching.finish_write();
    auto next = std::make_shared<WrappedFrame>(*frame(9));
    next->ordinal = 2;  // 2 to 8 lacked the pass
    watching.viewer.offer(next, watching.now);
    CHECK(watching.last_seq() == 9);
    CHECK(watching.last_dropped() == 0);
}

TEST_CASE("a new view begins with the newest frame again, forgets what waited, and has missed nothing") {
    Watching watching;
    watching.offer(1);
    watching.offer(2);
    Variant small;
    small.max_width = 10;
    watching.viewer.set_view(small, 0ns);
    CHECK(watching.viewer.variant() == small);
    CHECK(watching.stats.waiting == 0);
    watching.offer(2);
    watching.finish_write();
    CHECK(watching.last_seq() == 2);
    CHECK(watching.last_dropped() == 0);
}

TEST_CASE("a viewer that ends gives back the frame that waited for it") {
    FrameStats stats;
    RecordingTransport transport;
    const auto waiting = frame(2);
    {
        Viewer viewer(transport, {}, stats);
        viewer.offer(frame(1), Viewer::Clock::time_point(1s));
        viewer.offer(waiting, Viewer::Clock::time_point(1s));
        CHECK(stats.waiting == 1);
        CHECK(waiting.use_count() == 2);
    }
    CHECK(stats.waiting == 0);
    CHECK(waiting.use_count() == 1);
}

TEST_CASE("a waiting frame can be forgotten, the one being written goes on, and newer ones come after it") {
    Watching watching;
    watching.offer(1);
    watching.offer(2);
    watching.viewer.forget_waiting();
    CHECK(watching.stats.waiting == 0);
    watching.finish_write();
    CHECK(watching.transport.written.size() == 1);
    watching.offer(3);
    CHECK(watching.last_seq() == 3);
    CHECK(watching.last_dropped() == 1);
}

TEST_CASE("a viewer holds at most two frames, whatever is offered") {
    Watching watching;
    std::vector<std::shared_ptr<const WrappedFrame>> frames;
    for (std::uint64_t seq = 1; seq <= 50; ++seq) {
        frames.push_back(frame(seq));
        watching.viewer.offer(frames.back(), watching.now);
    }
    std::size_t held = 0;
    for (const auto& one : frames) held += one.use_count() > 1 ? 1 : 0;
    CHECK(held == 2);
}

}  // namespace
}  // namespace octane::frames
