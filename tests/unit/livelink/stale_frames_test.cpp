#include "livelink/stale_frames.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <optional>

namespace octane::livelink {
namespace {

// Frames by their change levels, numbered from 1.
class Render {
  public:
    // True if the frame is fresh.
    bool frame(std::uint64_t level) {
        stale.frame_came(++seq, level);
        return is_fresh();
    }
    [[nodiscard]] bool is_fresh() const { return !frames::is_stale(stats, seq); }
    // What Octane says to the newest question. True if the newest frame has become fresh by that.
    bool answer(std::optional<std::uint64_t> level) {
        const auto question = stale.next_question();
        REQUIRE(question);
        return stale.answer(*question, level);
    }
    // An update that Octane has published as that level.
    void update(std::uint64_t level) {
        REQUIRE(stale.edit_made(EditKind::update));
        answer(level);
    }

    frames::FrameStats stats;
    StaleFrames stale{stats};
    std::uint64_t seq = 0;
};

TEST_CASE("frames are fresh as long as nobody edits") {
    Render render;
    CHECK(render.frame(1));
    CHECK(render.frame(1));
    CHECK(render.frame(2));
    CHECK_FALSE(render.stale.edit_made(EditKind::none));
    CHECK(render.is_fresh());
    CHECK_FALSE(render.stale.next_question());
}

TEST_CASE("after an edit and its update frames of the old level are stale, those of the new one are not") {
    Render render;
    render.frame(5);
    CHECK_FALSE(render.stale.edit_made(EditKind::scene));
    CHECK_FALSE(render.is_fresh());
    CHECK(render.stale.awaits_update());
    CHECK_FALSE(render.frame(5));  // still without the edit
    REQUIRE(render.stale.edit_made(EditKind::update));
    CHECK_FALSE(render.stale.awaits_update());
    CHECK_FALSE(render.frame(5));  // Octane has not said yet what it has published
    CHECK_FALSE(render.answer(6));
    CHECK_FALSE(render.frame(5));  // was under way
    CHECK(render.frame(6));
    CHECK(render.frame(6));
}

TEST_CASE("a frame of the new level is fresh also before Octane has said its level") {
    Render render;
    render.frame(5);
    REQUIRE(render.stale.edit_made(EditKind::update));
    CHECK(render.frame(6));
    CHECK_FALSE(render.answer(6));  // was fresh already
    CHECK(render.is_fresh());
}

TEST_CASE("an update that had nothing to publish leaves the newest frame fresh, and says that it is so again") {
    Render render;
    render.frame(5);
    render.frame(5);
    REQUIRE(render.stale.edit_made(EditKind::update));
    CHECK_FALSE(render.is_fresh());
    CHECK(render.answer(5));
    CHECK(render.is_fresh());
}

TEST_CASE("of two updates the second counts: a frame between them is stale") {
    Render render;
    render.frame(5);
    REQUIRE(render.stale.edit_made(EditKind::update));
    const auto first = render.stale.next_question();
    REQUIRE(render.stale.edit_made(EditKind::update));
    CHECK_FALSE(render.stale.answer(*first, 6));  // of no interest any more
    CHECK(render.stale.next_question());
    CHECK_FALSE(render.answer(7));
    CHECK_FALSE(render.stale.next_question());
    CHECK_FALSE(render.frame(6));
    CHECK(render.frame(7));
}

TEST_CASE("an edit right after an update waits for the next one") {
    Render render;
    render.frame(5);
    REQUIRE(render.stale.edit_made(EditKind::update));
    CHECK(render.stale.edit_made(EditKind::scene));  // the level before it is not known yet
    CHECK_FALSE(render.answer(6));
    CHECK(render.stale.awaits_update());
    CHECK_FALSE(render.frame(6));
    render.update(7);
    CHECK_FALSE(render.frame(6));
    CHECK(render.frame(7));
}

TEST_CASE("somebody else's update shows the edit, too") {
    Render render;
    render.frame(5);
    render.stale.edit_made(EditKind::scene);
    CHECK_FALSE(render.frame(5));
    CHECK(render.frame(6));
    CHECK_FALSE(render.stale.awaits_update());
}

TEST_CASE("a camera is shown at once where the level says so, and else after its update") {
    Render render;
    render.frame(5);
    REQUIRE(render.stale.edit_made(EditKind::camera));
    CHECK_FALSE(render.answer(6));
    CHECK_FALSE(render.stale.awaits_update());
    CHECK(render.frame(6));

    REQUIRE(render.stale.edit_made(EditKind::camera));
    CHECK_FALSE(render.answer(6));  // the level stays
    CHECK(render.stale.awaits_update());
    CHECK_FALSE(render.frame(6));
    render.update(7);
    CHECK(render.frame(7));
}

TEST_CASE("without any frame yet an edit waits for its update all the same") {
    Render render;
    CHECK(render.stale.edit_made(EditKind::scene));
    CHECK_FALSE(render.answer(3));
    CHECK_FALSE(render.frame(3));
    render.update(4);
    CHECK(render.frame(4));
}

TEST_CASE("a restart makes what is there stale, and the next frame is fresh though its level is the same") {
    Render render;
    render.frame(5);
    CHECK_FALSE(render.stale.edit_made(EditKind::restart));
    CHECK_FALSE(render.is_fresh());
    REQUIRE(render.stale.edit_made(EditKind::rendering));
    CHECK_FALSE(render.answer(5));  // says nothing about the restart
    CHECK_FALSE(render.is_fresh());
    CHECK(render.frame(5));
}

TEST_CASE("after a stop levels begin anew, and frames from before are stale though their level is greater") {
    Render render;
    render.frame(9);
    REQUIRE(render.stale.edit_made(EditKind::rendering));
    CHECK_FALSE(render.answer(0));
    CHECK_FALSE(render.frame(9));
    CHECK(render.frame(1));
}

TEST_CASE("where Octane does not say its level, the next frame that shows another one is fresh, and later ones are") {
    Render render;
    render.frame(5);
    REQUIRE(render.stale.edit_made(EditKind::update));
    CHECK_FALSE(render.answer(std::nullopt));
    CHECK_FALSE(render.is_fresh());
    CHECK(render.frame(5));
}

TEST_CASE("another Octane's frames are judged by themselves, and a late answer of the old one counts for nothing") {
    Render render;
    render.frame(5);
    render.stale.edit_made(EditKind::scene);
    REQUIRE(render.stale.edit_made(EditKind::update));
    const auto question = render.stale.next_question();
    render.stale.forget();
    CHECK_FALSE(render.is_fresh());
    CHECK_FALSE(render.stale.answer(*question, 6));
    CHECK_FALSE(render.stale.awaits_update());
    CHECK(render.frame(1));
}

}  // namespace
}  // namespace octane::livelink
