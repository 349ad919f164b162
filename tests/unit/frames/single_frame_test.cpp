#include <doctest/doctest.h>

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <chrono>
#include <memory>
#include <optional>

#include "frames/hub.hpp"
#include "hub_stage.hpp"

namespace octane::frames {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using tests::HubStage;
using FramePointer = std::shared_ptr<const Frame>;

constexpr auto kLong = 60000ms;  // no test waits that long

// A request for one frame on the stage's first loop.
struct Waiting {
    Waiting(HubStage& stage, FrameWish wish, std::chrono::milliseconds limit = kLong) : stage_(stage) {
        asio::co_spawn(stage.loop(0), keep(stage.hub().wait_for_frame(wish, limit, gone.slot()), got), asio::detached);
        stage.settle();
    }
    [[nodiscard]] bool has_ended() {
        stage_.settle();
        return got.has_value();
    }

    asio::cancellation_signal gone;
    std::optional<FramePointer> got;

  private:
    static asio::awaitable<void> keep(asio::awaitable<FramePointer> wait, std::optional<FramePointer>& kept) {
        auto frame = co_await std::move(wait);
        kept = frame;
    }
    HubStage& stage_;
};

TEST_CASE("a frame that is there already is had at once, and who waits for it is a viewer no longer") {
    HubStage stage;
    stage.publish(1);
    Waiting waiting(stage, {});
    REQUIRE(waiting.has_ended());
    REQUIRE(*waiting.got);
    CHECK((*waiting.got)->seq == 1);
    CHECK(stage.hub().viewers() == 0);
    CHECK(stage.stats().viewers == 0);
}

TEST_CASE(
    "who wants a fresh frame waits while the newest is stale, also when it is repeated, and gets it when it is not any more") {
    HubStage stage;
    stage.publish(1);
    stage.stats().stale_up_to = 1;
    FrameWish wish;
    wish.takes_repeat = true;
    wish.wants_fresh = true;
    Waiting waiting(stage, wish);
    stage.hub().repeat();
    CHECK_FALSE(waiting.has_ended());
    stage.stats().stale_up_to = 0;
    stage.hub().newest_is_fresh();
    REQUIRE(waiting.has_ended());
    REQUIRE(*waiting.got);
    CHECK((*waiting.got)->seq == 1);
}

TEST_CASE("who waits is a viewer, and gets the first frame that is newer than what it has") {
    HubStage stage;
    stage.publish(3);
    Waiting waiting(stage, {.after = 3, .render_pass = {}});
    CHECK_FALSE(waiting.has_ended());
    CHECK(stage.hub().viewers() == 1);
    stage.publish(4);
    stage.publish(5);
    REQUIRE(waiting.has_ended());
    REQUIRE(*waiting.got);
    CHECK((*waiting.got)->seq == 4);
    CHECK(stage.hub().viewers() == 0);
}

TEST_CASE("who waits for a pass does not get frames without it") {
    HubStage stage;
    Waiting waiting(stage, {.after = 0, .render_pass = 5});
    stage.publish(1, 0);
    CHECK_FALSE(waiting.has_ended());
    stage.publish(2, 5);
    REQUIRE(waiting.has_ended());
    CHECK((*waiting.got)->seq == 2);
}

TEST_CASE("Octane's word that nothing has changed serves those who asked for it, and nobody else") {
    HubStage stage;
    stage.publish(1);
    Waiting either(stage, {.after = 1, .render_pass = {}, .takes_repeat = true});
    Waiting newer(stage, {.after = 1, .render_pass = {}});
    stage.hub().repeat();
    REQUIRE(either.has_ended());
    REQUIRE(*either.got);
    CHECK((*either.got)->seq == 1);
    CHECK_FALSE(newer.has_ended());
    newer.gone.emit(asio::cancellation_type::terminal);
    CHECK(newer.has_ended());
}

TEST_CASE("a client that goes away stops waiting") {
    HubStage stage;
    Waiting waiting(stage, {});
    CHECK(stage.hub().viewers() == 1);
    waiting.gone.emit(asio::cancellation_type::terminal);
    REQUIRE(waiting.has_ended());
    CHECK(*waiting.got == nullptr);
    CHECK(stage.hub().viewers() == 0);
    stage.publish(1);
    stage.settle();
    CHECK(*waiting.got == nullptr);
}

TEST_CASE("a wait ends without a frame when its time is over") {
    HubStage stage;
    Waiting waiting(stage, {}, 1ms);
    REQUIRE(stage.until([&] { return waiting.has_ended(); }));
    CHECK(*waiting.got == nullptr);
}

TEST_CASE("when the proxy goes down nobody waits on, and nobody begins to") {
    HubStage stage;
    stage.publish(1);
    Waiting before(stage, {.after = 1, .render_pass = {}});
    stage.hub().say_goodbye();
    REQUIRE(before.has_ended());
    CHECK(*before.got == nullptr);
    Waiting after(stage, {.after = 1, .render_pass = {}});
    REQUIRE(after.has_ended());
    CHECK(*after.got == nullptr);
}

TEST_CASE("the latest frame is known to all threads, and is none of an Octane that another has followed") {
    HubStage stage;
    CHECK(stage.hub().latest() == nullptr);
    stage.publish(1);
    REQUIRE(stage.hub().latest());
    stage.hub().announce_renderer(tests::lost());
    CHECK(stage.hub().latest());
    stage.hub().announce_renderer(tests::connected(1));
    CHECK(stage.hub().latest());
    stage.hub().announce_renderer(tests::connected(2));
    CHECK(stage.hub().latest() == nullptr);
    stage.publish(2, 0, 2);
    REQUIRE(stage.hub().latest());
    CHECK(stage.hub().latest()->seq == 2);
}

asio::awaitable<void> ask_picture(Hub& hub, FramePointer frame, Variant variant, std::optional<base::Result<EncodedFrame>>& got) {
    auto made = co_await hub.encode(frame, frame->images.front(), variant);
    got.emplace(std::move(made));
}

TEST_CASE("a single answer and the viewers share one picture, whoever is first") {
    for (const bool is_watched_first : {true, false}) {
        HubStage stage;
        Variant variant;
        variant.format = Format::png;
        std::shared_ptr<tests::TestViewer> viewer;
        if (is_watched_first) viewer = stage.join(1, variant);
        stage.publish(1);
        Variant single = variant;
        single.container = Container::frame;
        std::optional<base::Result<EncodedFrame>> got;
        asio::co_spawn(stage.loop(0), ask_picture(stage.hub(), stage.hub().latest(), single, got), asio::detached);
        REQUIRE(stage.until([&] { return got.has_value(); }));
        REQUIRE(*got);
        CHECK((*got)->facts.size.width == 8);
        CHECK((*got)->mime == "image/png");
        if (!is_watched_first) viewer = stage.join(1, variant);
        REQUIRE(stage.until([&] { return viewer->has_seq(1); }));
        CHECK(stage.stats().pictures == 1);
    }
}

}  // namespace
}  // namespace octane::frames
