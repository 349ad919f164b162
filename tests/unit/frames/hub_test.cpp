#include "frames/hub.hpp"

#include <doctest/doctest.h>

#include <boost/asio/post.hpp>
#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hub_stage.hpp"
#include "pictures.hpp"

namespace octane::frames {
namespace {

namespace asio = boost::asio;
using tests::HubStage;
using tests::kKinds;
using tests::kLoops;
using tests::picture;
using tests::TestViewer;

Variant as(Format format, std::optional<std::int32_t> pass = std::nullopt) {
    Variant variant;
    variant.format = format;
    variant.render_pass = pass;
    return variant;
}

TEST_CASE("with nobody watching a frame is kept but no variant of it is made") {
    HubStage stage;
    stage.publish(1);
    stage.publish(2);
    stage.await_workers();
    CHECK(stage.stats().published == 2);
    CHECK(stage.stats().encoded == 0);
    REQUIRE(stage.hub().newest());
    CHECK(stage.hub().newest()->seq == 2);
}

TEST_CASE("who joins late gets the newest frame at once, and only that") {
    HubStage stage;
    for (std::uint64_t seq = 1; seq <= 3; ++seq) stage.publish(seq);
    const auto viewer = stage.join(0, as(Format::raw));
    REQUIRE(stage.until([&] { return viewer->has_seq(3); }));
    stage.await_workers();
    CHECK(viewer->seqs() == std::vector<std::uint64_t>{3});
    CHECK(viewer->events.front().data["dropped"] == 0);
    CHECK(stage.stats().encoded == 1);
}

TEST_CASE("a variant that is made already is not made again for those who join later, on this loop or another") {
    HubStage stage;
    const auto first = stage.join(0, as(Format::raw));
    stage.publish_to(1, {first});
    const auto same_loop = stage.join(0, as(Format::raw));
    const auto other_loop = stage.join(1, as(Format::raw));
    REQUIRE(stage.until([&] { return same_loop->has_seq(1) && other_loop->has_seq(1); }));
    stage.await_workers();
    CHECK(stage.stats().encoded == 1);
    CHECK(first->seqs() == std::vector<std::uint64_t>{1});
}

TEST_CASE("two variants are made once each for any number of viewers, who share the very same bytes") {
    HubStage stage;
    std::vector<std::shared_ptr<TestViewer>> viewers;
    for (int i = 0; i < 3; ++i) {
        for (std::size_t loop = 0; loop < kLoops; ++loop) {
            viewers.push_back(stage.join(loop, as(Format::raw)));
            viewers.push_back(stage.join(loop, as(Format::png)));
        }
    }
    for (std::uint64_t seq = 1; seq <= 4; ++seq) {
        stage.publish_to(seq, viewers);
        CHECK(stage.stats().encoded == 2 * seq);
    }
    const char* raw = viewers[0]->first_bytes.back();
    const char* png = viewers[1]->first_bytes.back();
    CHECK(raw != png);
    for (std::size_t i = 0; i < viewers.size(); ++i) CHECK(viewers[i]->first_bytes.back() == (i % 2 == 0 ? raw : png));
    for (const auto& viewer : viewers) CHECK(viewer->seqs() == std::vector<std::uint64_t>{1, 2, 3, 4});
}

TEST_CASE("variants differ by format, quality and pass") {
    HubStage stage;
    Variant better = as(Format::jpeg);
    better.quality = 95;
    const std::vector<std::shared_ptr<TestViewer>> viewers = {stage.join(0, as(Format::jpeg)), stage.join(0, better),
                                                              stage.join(0, as(Format::jpeg, 0)),
                                                              stage.join(1, as(Format::webp))};
    stage.publish_to(1, viewers);
    CHECK(stage.stats().encoded == 4);
}

TEST_CASE("one picture serves every container, and so it does the event with Octane's buffer beside it") {
    HubStage stage;
    std::vector<std::shared_ptr<TestViewer>> viewers = {stage.join(0, as(Format::both))};
    for (const Container container : {Container::sse, Container::ws}) {
        Variant variant = as(Format::jpeg);
        variant.container = container;
        viewers.push_back(stage.join(0, variant));
        viewers.push_back(stage.join(1, variant));
    }
    for (std::uint64_t seq = 1; seq <= 3; ++seq) {
        stage.publish_to(seq, viewers);
        CHECK(stage.stats().pictures == seq);
        CHECK(stage.stats().encoded == 3 * seq);
    }
}

TEST_CASE("a viewer that changes its view gets the newest frame in the new form at once, and frames in no other") {
    HubStage stage;
    const auto viewer = stage.join(0, as(Format::raw));
    stage.publish_to(1, {viewer});
    stage.publish_to(2, {viewer});
    Variant png = as(Format::png);
    png.max_width = 4;
    stage.hub().at(0).change_view(viewer->viewer(), png, {});
    REQUIRE(stage.until([&] { return viewer->events.size() == 3; }));
    CHECK(viewer->events.back().data["seq"] == 2);
    CHECK(viewer->events.back().data["mime"] == "image/png");
    CHECK(viewer->events.back().data["width"] == 4);
    CHECK(viewer->events.back().data["dropped"] == 0);
    stage.publish_to(3, {viewer});
    CHECK(viewer->events.size() == 4);
    CHECK(stage.hub().viewers() == 1);
    stage.leave(0, viewer);
    CHECK(stage.hub().viewers() == 0);
}

TEST_CASE("of many views that a viewer wants while the encoders are busy, the first and the newest are made and no other") {
    HubStage stage;
    stage.publish(1);
    const auto viewer = stage.join(0, as(Format::raw));
    REQUIRE(stage.until([&] { return viewer->has_seq(1); }));
    stage.await_workers();
    std::promise<void> go_on;
    asio::post(stage.workers(), [wait = go_on.get_future().share()] { wait.wait(); });
    Variant png = as(Format::png);
    for (png.max_width = 1; png.max_width < 8; ++png.max_width) {
        stage.hub().at(0).change_view(viewer->viewer(), png, {});
        stage.settle();
    }
    go_on.set_value();
    REQUIRE(stage.until([&] { return viewer->events.back().data["width"] == 7; }));
    stage.await_workers();
    CHECK(stage.stats().pictures == 2);
    CHECK(viewer->events.back().data["width"] == 7);
}

TEST_CASE("what nobody waits for any more is not made") {
    HubStage stage;
    stage.publish(1);
    std::promise<void> go_on;
    asio::post(stage.workers(), [wait = go_on.get_future().share()] { wait.wait(); });
    Variant jpeg = as(Format::jpeg);
    for (jpeg.quality = 1; jpeg.quality <= 10; ++jpeg.quality) stage.leave(0, stage.join(0, jpeg));
    const auto gone = stage.join(1, jpeg);
    stage.publish(2);
    stage.leave(1, gone);
    go_on.set_value();
    stage.await_workers();
    CHECK(stage.stats().pictures == 0);
    CHECK(stage.stats().encoded == 0);
}

TEST_CASE("a viewer that is kept is not counted and gets nothing but goodbye, until it joins") {
    HubStage stage;
    stage.publish(1);
    std::vector<std::shared_ptr<TestViewer>> kept;
    for (int i = 0; i < 3; ++i) {
        kept.push_back(std::make_shared<TestViewer>(stage.loop(0), ViewerOptions{as(Format::raw), "kept"}, stage.stats()));
        stage.hub().at(0).keep(kept.back()->viewer());
    }
    stage.hub().announce(R"({"type":"newStatistics"})");
    stage.await_workers();
    CHECK(stage.hub().viewers() == 0);
    CHECK(stage.stats().encoded == 0);
    stage.leave(0, kept[0]);
    stage.hub().at(0).join(kept[1]->viewer());
    REQUIRE(stage.until([&] { return kept[1]->has_seq(1); }));
    CHECK(stage.hub().viewers() == 1);
    stage.hub().say_goodbye(R"({"type":"bye"})");
    stage.await_workers();
    CHECK(kept[0]->types().empty());
    CHECK(kept[1]->types() == std::vector<std::string>{"newImage", "bye"});
    CHECK(kept[2]->types() == std::vector<std::string>{"bye"});
    CHECK(kept[2]->has_finished);
}

TEST_CASE("frames without a viewer's pass are none that it missed") {
    HubStage stage;
    const auto viewer = stage.join(0, as(Format::raw, 5));
    stage.publish(1, 5);
    REQUIRE(stage.until([&] { return viewer->has_seq(1); }));
    for (std::uint64_t seq = 2; seq <= 6; ++seq) stage.publish(seq, 0);
    stage.await_workers();
    stage.publish(7, 5);
    REQUIRE(stage.until([&] { return viewer->has_seq(7); }));
    CHECK(viewer->events.back().data["dropped"] == 0);
    CHECK(stage.stats().coalesced == 0);
}

TEST_CASE("a variant whose last viewer has left is made no more, and others go on") {
    HubStage stage;
    const auto raw = stage.join(0, as(Format::raw));
    const auto png = stage.join(0, as(Format::png));
    const auto png_elsewhere = stage.join(1, as(Format::png));
    stage.publish_to(1, {raw, png, png_elsewhere});
    CHECK(stage.stats().encoded == 2);
    stage.leave(0, png);
    stage.publish_to(2, {raw, png_elsewhere});
    CHECK(stage.stats().encoded == 4);
    stage.leave(1, png_elsewhere);
    stage.publish_to(3, {raw});
    stage.await_workers();
    CHECK(stage.stats().encoded == 5);
    CHECK(png->seqs() == std::vector<std::uint64_t>{1});
    CHECK(png_elsewhere->seqs() == std::vector<std::uint64_t>{1, 2});
}

TEST_CASE("who leaves and comes again gets the newest frame again") {
    HubStage stage;
    const auto first = stage.join(0, as(Format::raw));
    stage.publish_to(1, {first});
    stage.leave(0, first);
    stage.publish(2);
    const auto again = stage.join(0, as(Format::raw));
    REQUIRE(stage.until([&] { return again->has_seq(2); }));
    stage.publish_to(3, {again});
    CHECK(again->seqs() == std::vector<std::uint64_t>{2, 3});
}

TEST_CASE("viewers are counted, the listener is told, and leaving twice counts once") {
    HubStage stage;
    int told = 0;
    stage.hub().on_viewers_changed([&] { ++told; });
    const auto one = stage.join(0, as(Format::raw));
    const auto two = stage.join(1, as(Format::raw));
    CHECK(stage.hub().viewers() == 2);
    CHECK(told == 2);
    CHECK(stage.stats().viewers == 2);
    stage.leave(0, one);
    stage.leave(0, one);
    CHECK(stage.hub().viewers() == 1);
    CHECK(told == 3);
    stage.leave(1, two);
    CHECK(stage.hub().viewers() == 0);
    CHECK(stage.stats().viewers == 0);
    CHECK(stage.stats().viewers_ever == 2);
}

TEST_CASE("a busy encoder skips frames instead of queueing them, and makes the newest") {
    HubStage stage;
    const auto viewer = stage.join(0, as(Format::raw));
    stage.publish_to(1, {viewer});
    std::promise<void> go_on;
    asio::post(stage.workers(), [wait = go_on.get_future().share()] { wait.wait(); });
    for (std::uint64_t seq = 2; seq <= 20; ++seq) stage.publish(seq);
    go_on.set_value();
    REQUIRE(stage.until([&] { return viewer->has_seq(20); }));
    stage.await_workers();
    CHECK(viewer->seqs() == std::vector<std::uint64_t>{1, 20});
    CHECK(viewer->events.back().data["dropped"] == 18);
    CHECK(stage.stats().encoded == 2);
    CHECK(stage.stats().coalesced == 18);
}

TEST_CASE("a viewer that does not read holds up nobody, and finds the newest frame when it reads again") {
    HubStage stage;
    const auto fast = stage.join(0, as(Format::raw));
    const auto slow = stage.join(0, as(Format::raw));
    slow->is_reading = false;
    for (std::uint64_t seq = 1; seq <= 10; ++seq) stage.publish_to(seq, {fast});
    CHECK(slow->seqs() == std::vector<std::uint64_t>{1});
    slow->is_reading = true;
    slow->finish_write();
    REQUIRE(stage.until([&] { return slow->has_seq(10); }));
    CHECK(slow->events.back().data["dropped"] == 8);
    CHECK(fast->seqs().size() == 10);
    CHECK(stage.stats().encoded == 10);
}

TEST_CASE("frames without a viewer's pass do not reach it, and frames with it do") {
    HubStage stage;
    const auto viewer = stage.join(0, as(Format::raw, 5));
    stage.publish(1, 0);
    stage.await_workers();
    CHECK(viewer->events.empty());
    stage.publish(2, 5);
    REQUIRE(stage.until([&] { return viewer->has_seq(2); }));
    CHECK(stage.stats().encoded == 1);
}

TEST_CASE("an announcement reaches every viewer on every loop") {
    HubStage stage;
    const auto one = stage.join(0, as(Format::raw));
    const auto two = stage.join(1, as(Format::png));
    stage.hub().announce(R"({"type":"newStatistics"})");
    stage.settle();
    CHECK(one->types() == std::vector<std::string>{"newStatistics"});
    CHECK(two->types() == std::vector<std::string>{"newStatistics"});
    const auto late = stage.join(0, as(Format::raw));
    CHECK(late->types().empty());
}

TEST_CASE("Octane's state is told to those who are there and to those who come, before the newest frame") {
    HubStage stage;
    const auto there = stage.join(0, as(Format::raw));
    stage.hub().announce_octane(R"({"type":"octane","state":"lost"})", 0);
    stage.hub().announce_octane(R"({"type":"octane","state":"connected"})", 1);
    stage.publish_to(1, {there});
    CHECK(there->types() == std::vector<std::string>{"octane", "octane", "newImage"});
    const auto late = stage.join(1, as(Format::raw));
    REQUIRE(stage.until([&] { return late->has_seq(1); }));
    CHECK(late->types() == std::vector<std::string>{"octane", "newImage"});
    CHECK(late->events.front().data["state"] == "connected");
}

TEST_CASE(
    "frames of an Octane that is gone are not shown once another has come, neither waiting ones nor the newest to those who "
    "join") {
    HubStage stage;
    const auto slow = stage.join(0, as(Format::raw));
    slow->is_reading = false;
    stage.publish_to(1, {slow});
    stage.publish(2);
    stage.await_workers();
    stage.hub().announce_octane(R"({"type":"octane","state":"connected"})", 2);
    stage.settle();
    slow->is_reading = true;
    slow->finish_write();
    const auto late = stage.join(0, as(Format::raw));
    const auto late_elsewhere = stage.join(1, as(Format::raw));
    const auto late_otherwise = stage.join(1, as(Format::png));
    stage.await_workers();
    for (const auto& viewer : {late, late_elsewhere, late_otherwise})
        CHECK(viewer->types() == std::vector<std::string>{"octane"});
    CHECK(slow->types() == std::vector<std::string>{"newImage", "octane"});
    stage.publish(3, 0, 2);
    for (const auto& viewer : {slow, late, late_elsewhere, late_otherwise})
        REQUIRE(stage.until([&] { return viewer->has_seq(3); }));
}

TEST_CASE("while Octane is lost its last frame is still shown to those who join") {
    HubStage stage;
    const auto there = stage.join(0, as(Format::raw));
    stage.hub().announce_octane(R"({"type":"octane","state":"connected"})", 1);
    stage.publish_to(1, {there});
    stage.hub().announce_octane(R"({"type":"octane","state":"lost"})", 0);
    stage.settle();
    const auto late = stage.join(1, as(Format::raw));
    REQUIRE(stage.until([&] { return late->has_seq(1); }));
    CHECK(late->events.front().data["state"] == "lost");
}

TEST_CASE("there is room for so many variants, and always for one that is being made") {
    HubStage stage;
    std::vector<std::shared_ptr<TestViewer>> viewers;
    Variant variant = as(Format::jpeg);
    for (std::size_t i = 1; i <= Hub::kMaxVariants; ++i) {
        variant.quality = static_cast<int>(i);
        CHECK(stage.hub().has_room_for(variant));
        viewers.push_back(stage.join(i % 2, variant));
    }
    CHECK(stage.hub().has_room_for(variant));
    CHECK_FALSE(stage.hub().has_room_for(as(Format::png)));
    variant.container = Container::ws;
    CHECK(stage.hub().has_room_for(variant));  // the picture is made already
    const auto on_socket = stage.join(0, variant);
    stage.leave(0, viewers.back());
    CHECK_FALSE(stage.hub().has_room_for(as(Format::png)));
    stage.leave(0, on_socket);
    CHECK(stage.hub().has_room_for(as(Format::png)));
    CHECK(stage.hub().has_room_for(variant));
}

TEST_CASE("each form of a variant needs room of its own") {
    HubStage stage;
    std::vector<std::shared_ptr<TestViewer>> viewers;
    Variant variant = as(Format::jpeg);
    variant.motion = MotionForm{4, 1};
    variant.last = LastForm{};
    for (variant.quality = 1; variant.quality <= static_cast<int>(Hub::kMaxVariants) - 3; ++variant.quality)
        viewers.push_back(stage.join(0, variant));  // motion and final are the same for all of them
    CHECK(stage.hub().has_room_for(variant));
    variant.motion->quality = 2;
    CHECK_FALSE(stage.hub().has_room_for(variant));
    variant.motion.reset();
    CHECK(stage.hub().has_room_for(variant));
    viewers.push_back(stage.join(0, variant));
    CHECK_FALSE(stage.hub().has_room_for(as(Format::webp)));
    CHECK(stage.hub().has_room_for(as(Format::png)));  // as the final form is
    for (const auto& viewer : viewers) stage.leave(0, viewer);
    CHECK(stage.hub().has_room_for(as(Format::webp)));
}

TEST_CASE("who joins while the proxy goes down is told goodbye at once") {
    HubStage stage;
    stage.hub().say_goodbye(R"({"type":"bye"})");
    stage.settle();
    const auto late = stage.join(0, as(Format::raw));
    stage.await_workers();
    CHECK(late->types() == std::vector<std::string>{"bye"});
    CHECK(late->has_finished);
}

TEST_CASE("goodbye is the last that every viewer gets") {
    HubStage stage;
    const auto one = stage.join(0, as(Format::raw));
    const auto two = stage.join(1, as(Format::raw));
    stage.hub().say_goodbye(R"({"type":"bye"})");
    stage.publish(1);
    stage.hub().announce(R"({"type":"newStatistics"})");
    stage.await_workers();
    for (const auto& viewer : {one, two}) {
        CHECK(viewer->types() == std::vector<std::string>{"bye"});
        CHECK(viewer->has_finished);
    }
}

TEST_CASE("a ping goes to the viewer whose id it names and to no other") {
    HubStage stage;
    const auto one = stage.join(0, as(Format::raw));
    const auto two = stage.join(1, as(Format::raw));
    stage.hub().ping("viewer-2");
    stage.hub().ping("nobody");
    stage.settle();
    CHECK(one->types().empty());
    REQUIRE(two->types() == std::vector<std::string>{"ping"});
    CHECK(two->events.front().data["timestamp"].is_number());
}

TEST_CASE("a viewer with a frame rate cap gets its frame when the time has come, without another being published") {
    HubStage stage;
    const auto viewer = stage.join(0, as(Format::raw), std::chrono::milliseconds(30));
    stage.publish_to(1, {viewer});
    stage.publish(2);
    stage.publish(3);
    stage.await_workers();
    REQUIRE(stage.until([&] { return viewer->has_seq(3); }));  // only the hub's own timer can send it
    CHECK(viewer->seqs().front() == 1);
}

TEST_CASE("viewers that read nothing while events flood in are closed, and the others are served on") {
    HubStage stage;
    const auto stuck = stage.join(0, as(Format::raw));
    const auto fine = stage.join(0, as(Format::raw));
    stuck->is_reading = false;
    for (std::size_t i = 0; i < Viewer::kMaxControl + 2; ++i) {
        stage.hub().announce(R"({"type":"newStatistics"})");
        stage.settle();
    }
    CHECK(stuck->is_closed);
    CHECK_FALSE(fine->is_closed);
    CHECK(fine->events.size() == Viewer::kMaxControl + 2);
    stage.leave(0, stuck);
    stage.publish_to(1, {fine});
}

TEST_CASE("a frame that cannot be shown in one variant does not keep the next from being shown") {
    HubStage stage;
    const auto viewer = stage.join(0, as(Format::jpeg));
    auto broken = std::make_shared<Frame>();
    broken->seq = 1;
    broken->images.push_back(picture(kKinds[0], 8, 8));
    broken->images.front().pixels = base::ByteChain::own("short");
    stage.hub().publish(std::move(broken));
    stage.await_workers();
    CHECK(viewer->events.empty());
    stage.publish_to(2, {viewer});
}

TEST_CASE("edits are told to those who asked for them, on every loop, and to nobody else") {
    HubStage stage;
    const auto other = stage.join(0, as(Format::raw));
    CHECK_FALSE(stage.hub().has_call_watchers());
    std::vector<std::shared_ptr<TestViewer>> told;
    for (std::size_t loop = 0; loop < kLoops; ++loop) {
        ViewerOptions options;
        options.variant = as(Format::raw);
        options.wants_calls = true;
        told.push_back(std::make_shared<TestViewer>(stage.loop(loop), options, stage.stats()));
        stage.hub().at(loop).join(told.back()->viewer());
    }
    stage.settle();
    CHECK(stage.hub().has_call_watchers());
    stage.hub().announce_call(R"({"type":"call"})");
    stage.settle();
    for (const auto& viewer : told) CHECK(viewer->types() == std::vector<std::string>{"call"});
    CHECK(other->types().empty());
    for (std::size_t loop = 0; loop < kLoops; ++loop) stage.leave(loop, told[loop]);
    stage.leave(0, other);
    CHECK_FALSE(stage.hub().has_call_watchers());
}

}  // namespace
}  // namespace octane::frames
