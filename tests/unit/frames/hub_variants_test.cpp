#include "frames/hub.hpp"

#include <doctest/doctest.h>

#include <boost/asio/post.hpp>
#include <future>
#include <memory>
#include <vector>

#include "hub_stage.hpp"

namespace octane::frames {
namespace {

namespace asio = boost::asio;
using tests::as;
using tests::HubStage;
using tests::TestViewer;

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

TEST_CASE("one picture serves every container, and so it does the event with the renderer's buffer beside it") {
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

}  // namespace
}  // namespace octane::frames
