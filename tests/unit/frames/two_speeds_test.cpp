#include "frames/two_speeds.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <memory>
#include <utility>

#include "frames/picture.hpp"
#include "hub_stage.hpp"

namespace octane::frames {
namespace {

using tests::HubStage;

Variant lossy(Format format = Format::jpeg) {
    Variant variant;
    variant.format = format;
    variant.quality = 90;
    variant.motion = MotionForm{4, 30};
    variant.last = LastForm{};
    return variant;
}

// The stage's hub with a camera that rests only when the test says so.
struct MovingStage : HubStage {
    MovingStage() { hub().set_motion_hold(std::chrono::hours(1)); }

    void move() {
        hub().camera_moved();
        settle();
    }
    void publish_with(std::uint64_t seq, float samples, float max_samples) {
        auto frame = std::make_shared<Frame>();
        frame->seq = seq;
        frame->epoch = 1;
        frame->images.push_back(tests::picture(tests::kKinds[0], 8, 8));
        frame->images.front().tonemapped_samples = samples;
        frame->images.front().max_samples = max_samples;
        hub().publish(std::move(frame));
    }
};

std::vector<nlohmann::json> frames_of(const tests::TestViewer& viewer) {
    std::vector<nlohmann::json> frames;
    for (const auto& event : viewer.events) {
        if (event.data["type"] == "newImage") frames.push_back(event.data);
    }
    return frames;
}

TEST_CASE("each form of a lossy variant is a variant of its own, without the wish for other forms") {
    Variant wide = lossy(Format::webp);
    wide.max_width = 100;
    const Variant moving = in_form(wide, Form::motion);
    CHECK(moving.format == Format::webp);
    CHECK(moving.max_width == 4);
    CHECK(moving.quality == 30);
    CHECK_FALSE(moving.motion);
    const Variant full = in_form(wide, Form::full);
    CHECK(full.max_width == 100);
    CHECK(full.quality == 90);
    const Variant last = in_form(wide, Form::final);
    CHECK(last.format == Format::png);
    CHECK(last.max_width == 100);
    CHECK_FALSE(last.last);
}

TEST_CASE("a width smaller than that of motion stays") {
    Variant narrow = lossy();
    narrow.max_width = 3;
    CHECK(in_form(narrow, Form::motion).max_width == 3);
}

TEST_CASE("formats that lose nothing have but one form, and `both` carries the last picture in full anyway") {
    for (const Format format : {Format::raw, Format::png, Format::exr}) {
        CHECK_FALSE(has_form(lossy(format), Form::motion));
        CHECK_FALSE(has_form(lossy(format), Form::final));
        CHECK(in_form(lossy(format), Form::motion).max_width == 0);
    }
    CHECK(has_form(lossy(Format::both), Form::motion));
    CHECK_FALSE(has_form(lossy(Format::both), Form::final));
    CHECK_FALSE(has_form(Variant{}, Form::motion));
    CHECK_FALSE(has_form(Variant{}, Form::final));
}

TEST_CASE("a render has converged when all its samples are visible and nothing is pending") {
    RenderImage image;
    CHECK_FALSE(is_converged(image));  // a renderer that names no limit never ends
    image.max_samples = 100;
    image.tonemapped_samples = 99;
    CHECK_FALSE(is_converged(image));
    image.tonemapped_samples = 100;
    CHECK(is_converged(image));
    image.has_pending_updates = true;
    CHECK_FALSE(is_converged(image));
}

TEST_CASE("wishes for other forms do not make another picture of the full one") {
    Variant plain = lossy();
    plain.motion.reset();
    plain.last.reset();
    CHECK(picture_key(lossy()) == picture_key(plain));
}

TEST_CASE("a stale frame gets no final form, and gets it when it turns out to be fresh") {
    MovingStage stage;
    const auto viewer = stage.join(0, lossy());
    stage.stats().stale_up_to = 1;
    stage.publish_with(1, 8, 8);
    REQUIRE(stage.until([&] { return viewer->has_seq(1); }));
    stage.await_workers();
    REQUIRE(frames_of(*viewer).size() == 1);
    CHECK(frames_of(*viewer).front()["stale"] == true);
    stage.stats().stale_up_to = 0;
    stage.hub().newest_is_fresh();
    REQUIRE(stage.until([&] { return frames_of(*viewer).size() == 2; }));
    CHECK(frames_of(*viewer).back()["final"] == true);
    CHECK_FALSE(frames_of(*viewer).back().contains("stale"));
}

TEST_CASE("who joins after an edit gets the final frame of before as stale, not as final") {
    MovingStage stage;
    const auto first = stage.join(0, lossy());
    stage.publish_with(1, 8, 8);
    // Where the full form still waits when the final one comes, that is the only one.
    REQUIRE(stage.until([&] { return !frames_of(*first).empty() && frames_of(*first).back().contains("final"); }));
    stage.stats().stale_up_to = 1;
    const auto late = stage.join(0, lossy());
    REQUIRE(stage.until([&] { return late->has_seq(1); }));
    CHECK(frames_of(*late).front()["stale"] == true);
    CHECK_FALSE(frames_of(*late).front().contains("final"));
}

TEST_CASE("while the camera moves frames are small, and the newest comes again in full when it rests") {
    MovingStage stage;
    const auto viewer = stage.join(0, lossy());
    stage.publish_to(1, {viewer});
    stage.move();
    stage.publish_to(2, {viewer});
    stage.hub().camera_rests();
    REQUIRE(stage.until([&] { return frames_of(*viewer).size() == 3; }));
    const auto frames = frames_of(*viewer);
    CHECK_FALSE(frames[0].contains("motion"));
    CHECK(frames[0]["width"] == 8);
    CHECK(frames[1]["motion"] == true);
    CHECK(frames[1]["width"] == 4);
    CHECK(frames[2]["seq"] == 2);
    CHECK_FALSE(frames[2].contains("motion"));
    CHECK(frames[2]["width"] == 8);
    CHECK(frames[2]["dropped"] == 0);
    stage.publish_to(3, {viewer});
    CHECK(frames_of(*viewer).back()["dropped"] == 0);
}

TEST_CASE("a frame that was shown in full already does not come again when the camera rests") {
    MovingStage stage;
    const auto viewer = stage.join(0, lossy());
    stage.publish_to(1, {viewer});
    stage.move();
    stage.hub().camera_rests();
    stage.await_workers();
    CHECK(viewer->seqs() == std::vector<std::uint64_t>{1});
}

TEST_CASE("a frame that was there before its viewer, and comes up again when the camera rests, is none that the viewer missed") {
    MovingStage stage;
    stage.publish(1);
    const auto viewer = stage.join(0, lossy());
    REQUIRE(stage.until([&] { return viewer->has_seq(1); }));
    stage.move();
    stage.hub().camera_rests();
    stage.await_workers();
    stage.publish_to(2, {viewer});
    CHECK(frames_of(*viewer).back()["dropped"] == 0);
}

TEST_CASE("viewers who did not ask for it see nothing of the motion") {
    MovingStage stage;
    const auto viewer = stage.join(0, Variant{});
    stage.move();
    stage.publish_to(1, {viewer});
    stage.hub().camera_rests();
    stage.await_workers();
    const auto frames = frames_of(*viewer);
    REQUIRE(frames.size() == 1);
    CHECK(frames[0]["width"] == 8);
}

TEST_CASE("the camera comes to rest by itself") {
    MovingStage stage;
    stage.hub().set_motion_hold(std::chrono::milliseconds(1));
    const auto viewer = stage.join(0, lossy());
    stage.hub().camera_moved();
    stage.publish(1);
    CHECK(stage.until([&] { return !frames_of(*viewer).empty() && !frames_of(*viewer).back().contains("motion"); }));
}

// The usual form of a last picture may be overtaken by the final one on its way to a loop; it never follows it.
bool has_final(const tests::TestViewer& viewer) {
    const auto frames = frames_of(viewer);
    return !frames.empty() && frames.back().contains("final");
}

TEST_CASE("the last picture of a converged render is sent once more without loss") {
    MovingStage stage;
    const auto viewer = stage.join(0, lossy());
    stage.publish_with(1, 50, 100);
    REQUIRE(stage.until([&] { return viewer->has_seq(1); }));
    stage.publish_with(2, 100, 100);
    REQUIRE(stage.until([&] { return has_final(*viewer); }));
    stage.await_workers();
    const auto frames = frames_of(*viewer);
    CHECK(frames.front()["mime"] == "image/jpeg");
    CHECK_FALSE(frames.front().contains("final"));
    CHECK(frames.back()["seq"] == 2);
    CHECK(frames.back()["final"] == true);
    CHECK(frames.back()["mime"] == "image/png");
    CHECK(frames.back()["dropped"] == 0);
}

TEST_CASE("who joins after the render has converged gets the last picture as the others have it") {
    MovingStage stage;
    const auto viewer = stage.join(0, lossy());
    stage.publish_with(1, 100, 100);
    REQUIRE(stage.until([&] { return has_final(*viewer); }));
    const auto late = stage.join(1, lossy());
    REQUIRE(stage.until([&] { return late->has_seq(1); }));
    CHECK(frames_of(*late).back()["mime"] == "image/png");
}

}  // namespace
}  // namespace octane::frames
