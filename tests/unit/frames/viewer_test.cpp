#include "frames/viewer.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>

#include "frames/two_speeds.hpp"
#include "recording_transport.hpp"

namespace octane::frames {
namespace {

using namespace std::chrono_literals;
using tests::RecordingTransport;

std::shared_ptr<const VariantFrame> frame(std::uint64_t seq) {
    auto made = std::make_shared<VariantFrame>();
    made->seq = seq;
    made->ordinal = seq;
    auto owner = std::make_shared<const std::string>(",\"pixels\":" + std::to_string(seq) + "}\n\n");
    const std::string_view text = *owner;
    made->event = base::ByteChain({text.substr(0, 4), text.substr(4)}, owner);
    return made;
}

std::shared_ptr<const std::string> event(const std::string& type) {
    return std::make_shared<const std::string>("{\"type\":\"" + type + "\"}");
}

// A viewer on a clock that only the test moves.
struct Watching {
    explicit Watching(std::chrono::nanoseconds interval = 0ns) : viewer(transport, {Variant{}, "viewer-1", interval}, stats) {
        transport.progress = now;
    }

    void offer(std::uint64_t seq, Form form = Form::motion) {
        auto made = std::make_shared<VariantFrame>(*frame(seq));
        made->form = static_cast<std::uint8_t>(form);
        viewer.offer(made, now);
    }
    void finish_write() {
        REQUIRE(transport.is_writing);
        transport.is_writing = false;
        transport.progress = now;
        viewer.on_written(now);
    }
    void finish_all_writes() {
        while (transport.is_writing) finish_write();
    }
    [[nodiscard]] std::uint64_t last_seq() const { return transport.last().data["seq"]; }
    [[nodiscard]] std::uint64_t last_dropped() const { return transport.last().data["dropped"]; }

    Viewer::Clock::time_point now{1000s};
    FrameStats stats;
    RecordingTransport transport;
    Viewer viewer;
};

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
    auto old = std::make_shared<VariantFrame>(*frame(7));
    old->received = std::chrono::system_clock::now() - std::chrono::hours(24);
    watching.viewer.offer(old, watching.now);
    const auto& ages =
        watching.stats.delivery.age[static_cast<std::size_t>(Container::sse)][static_cast<std::size_t>(Format::both)];
    CHECK(ages.read().count() == 0);
    CHECK(watching.stats.delivery.bytes == 0);
    watching.finish_write();
    CHECK(ages.read().count() == 1);
    CHECK(ages.read().sum < 3600);
    CHECK(watching.stats.delivery.bytes > old->event.size());
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
    CHECK(viewer.is_paced());
    CHECK_FALSE(Watching().viewer.is_paced());
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

TEST_CASE("control events keep their order and go before a frame that waits") {
    Watching watching;
    watching.offer(1);
    watching.offer(2);
    watching.viewer.send(event("first"));
    watching.viewer.send(event("second"));
    watching.finish_all_writes();
    REQUIRE(watching.transport.written.size() == 4);
    CHECK(watching.transport.event(1).data["type"] == "first");
    CHECK(watching.transport.event(2).data["type"] == "second");
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
    watching.viewer.say_goodbye(event("bye"));
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

TEST_CASE("frames that could not be had in this form are none that were missed") {
    Watching watching;
    watching.offer(1);
    watching.finish_write();
    auto next = std::make_shared<VariantFrame>(*frame(9));
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

TEST_CASE("a transport without a place for events gets none, and its frames and its end all the same") {
    Watching watching;
    watching.transport.has_place_for_events = false;
    for (std::size_t i = 0; i <= Viewer::kMaxControl; ++i) watching.viewer.send(event("ping"));
    CHECK(watching.transport.written.empty());
    watching.offer(1);
    CHECK(watching.transport.written.size() == 1);
    watching.viewer.say_goodbye(event("bye"));
    watching.finish_write();
    CHECK(watching.transport.written.size() == 1);
    CHECK(watching.transport.has_finished);
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

TEST_CASE("control events are not held by a cap") {
    Watching watching(100ms);
    watching.offer(1);
    watching.finish_write();
    watching.offer(2);
    watching.viewer.send(event("now"));
    CHECK(watching.transport.last().data["type"] == "now");
    watching.finish_write();
    CHECK(watching.transport.written.size() == 2);
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

TEST_CASE("goodbye to an idle viewer is written, and then the response ends") {
    Watching watching;
    watching.viewer.say_goodbye(event("bye"));
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
    watching.viewer.say_goodbye(event("bye"));
    CHECK(watching.stats.waiting == 0);
    watching.finish_write();
    watching.finish_write();
    CHECK_FALSE(watching.transport.has_finished);
    watching.finish_write();
    CHECK(watching.transport.has_finished);
    REQUIRE(watching.transport.written.size() == 3);
    CHECK(watching.transport.event(1).data["type"] == "octane");
    CHECK(watching.transport.event(2).data["type"] == "bye");
}

TEST_CASE("nothing follows goodbye") {
    Watching watching;
    watching.viewer.say_goodbye(event("bye"));
    watching.offer(1);
    watching.viewer.send(event("late"));
    watching.viewer.say_goodbye(event("again"));
    watching.finish_write();
    CHECK(watching.transport.written.size() == 1);
    watching.viewer.advance(watching.now);
    CHECK(watching.transport.written.size() == 1);
    CHECK(watching.transport.has_finished);
}

TEST_CASE("a viewer that stalls on its goodbye is closed as well") {
    Watching watching;
    watching.offer(1);
    watching.viewer.say_goodbye(event("bye"));
    watching.now += Viewer::kLongestStall + 1s;
    CHECK_FALSE(watching.viewer.check_progress(watching.now));
    CHECK(watching.transport.is_closed);
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
    std::vector<std::shared_ptr<const VariantFrame>> frames;
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
