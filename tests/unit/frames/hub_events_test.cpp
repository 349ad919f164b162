#include "frames/hub.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

#include "hub_stage.hpp"

namespace octane::frames {
namespace {

using tests::as;
using tests::connected;
using tests::HubStage;
using tests::kLoops;
using tests::lost;
using tests::TestViewer;

TEST_CASE("a viewer that is kept is not counted and gets nothing but goodbye, until it joins") {
    HubStage stage;
    stage.publish(1);
    std::vector<std::shared_ptr<TestViewer>> kept;
    for (int i = 0; i < 3; ++i) {
        kept.push_back(std::make_shared<TestViewer>(stage.loop(0), ViewerOptions{as(Format::raw), "kept"}, stage.stats()));
        stage.hub().at(0).keep(kept.back()->viewer());
    }
    stage.hub().announce(NewStatistics{});
    stage.await_workers();
    CHECK(stage.hub().viewers() == 0);
    CHECK(stage.stats().encoded == 0);
    stage.leave(0, kept[0]);
    stage.hub().at(0).join(kept[1]->viewer());
    REQUIRE(stage.until([&] { return kept[1]->has_seq(1); }));
    CHECK(stage.hub().viewers() == 1);
    stage.hub().say_goodbye();
    stage.await_workers();
    CHECK(kept[0]->types().empty());
    CHECK(kept[1]->types() == std::vector<std::string>{"newImage", "bye"});
    CHECK(kept[2]->types() == std::vector<std::string>{"bye"});
    CHECK(kept[2]->has_finished);
}

TEST_CASE("an announcement reaches every viewer on every loop") {
    HubStage stage;
    const auto one = stage.join(0, as(Format::raw));
    const auto two = stage.join(1, as(Format::png));
    stage.hub().announce(NewStatistics{});
    stage.settle();
    CHECK(one->types() == std::vector<std::string>{"newStatistics"});
    CHECK(two->types() == std::vector<std::string>{"newStatistics"});
    const auto late = stage.join(0, as(Format::raw));
    CHECK(late->types().empty());
}

TEST_CASE("the renderer's state is told to those who are there and to those who come, before the newest frame") {
    HubStage stage;
    const auto there = stage.join(0, as(Format::raw));
    stage.hub().announce_renderer(lost());
    stage.hub().announce_renderer(connected(1));
    stage.publish_to(1, {there});
    CHECK(there->types() == std::vector<std::string>{"octane", "octane", "newImage"});
    const auto late = stage.join(1, as(Format::raw));
    REQUIRE(stage.until([&] { return late->has_seq(1); }));
    CHECK(late->types() == std::vector<std::string>{"octane", "newImage"});
    CHECK(late->events.front().data["state"] == "connected");
}

TEST_CASE(
    "frames of a renderer that is gone are not shown once another has come, neither waiting ones nor the newest to those who "
    "join") {
    HubStage stage;
    const auto slow = stage.join(0, as(Format::raw));
    slow->is_reading = false;
    stage.publish_to(1, {slow});
    stage.publish(2);
    stage.await_workers();
    stage.hub().announce_renderer(connected(2));
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

TEST_CASE("while the renderer is lost its last frame is still shown to those who join") {
    HubStage stage;
    const auto there = stage.join(0, as(Format::raw));
    stage.hub().announce_renderer(connected(1));
    stage.publish_to(1, {there});
    stage.hub().announce_renderer(lost());
    stage.settle();
    const auto late = stage.join(1, as(Format::raw));
    REQUIRE(stage.until([&] { return late->has_seq(1); }));
    CHECK(late->events.front().data["state"] == "lost");
}

TEST_CASE("who joins while the proxy goes down is told goodbye at once") {
    HubStage stage;
    stage.hub().say_goodbye();
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
    stage.hub().say_goodbye();
    stage.publish(1);
    stage.hub().announce(NewStatistics{});
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

TEST_CASE("viewers that read nothing while events flood in are closed, and the others are served on") {
    HubStage stage;
    const auto stuck = stage.join(0, as(Format::raw));
    const auto fine = stage.join(0, as(Format::raw));
    stuck->is_reading = false;
    for (std::size_t i = 0; i < Viewer::kMaxControl + 2; ++i) {
        stage.hub().announce(NewStatistics{});
        stage.settle();
    }
    CHECK(stuck->is_closed);
    CHECK_FALSE(fine->is_closed);
    CHECK(fine->events.size() == Viewer::kMaxControl + 2);
    stage.leave(0, stuck);
    stage.publish_to(1, {fine});
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
    stage.hub().announce_edit({}, {});
    stage.settle();
    for (const auto& viewer : told) CHECK(viewer->types() == std::vector<std::string>{"call"});
    CHECK(other->types().empty());
    for (std::size_t loop = 0; loop < kLoops; ++loop) stage.leave(loop, told[loop]);
    stage.leave(0, other);
    CHECK_FALSE(stage.hub().has_call_watchers());
}

}  // namespace
}  // namespace octane::frames
