#include "livelink/edit_watch.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <cstdint>
#include <string>

#include "session_stage.hpp"
#include "wire/writer.hpp"

namespace octane::livelink {
namespace {

using tests::answer;
using tests::open_call;
using tests::picture_event;
using tests::SessionStage;
using tests::usual;
using upstream::tests::FakeOctane;

std::string level_answer(std::uint64_t level) {
    std::string value;
    wire::append_varint_field(value, 1, level);
    std::string message;
    wire::append_bytes_field(message, 1, value);
    return message;
}

bool says_stale(const nlohmann::json& frame) {
    return frame.contains("stale");
}

TEST_CASE("after an update Octane is asked for its level, and frames say whether they are older than that") {
    FakeOctane server([](const std::string& path, const std::string& request) {
        return path == kLevelPath ? answer(level_answer(6)) : usual(path, request);
    });
    SessionStage stage(server.port());
    const auto watcher = stage.join();
    REQUIRE(server.await_open_calls(1));
    server.push(picture_event(5));
    CHECK_FALSE(says_stale(watcher->await_type("newImage")));
    stage.session().edit_made(EditKind::scene);
    CHECK(stage.session().awaits_update());
    const auto late = stage.join();
    CHECK(says_stale(late->await_type("newImage")));  // the newest frame, which is older than the edit
    CHECK(server.calls(kLevelPath) == 0);
    stage.session().edit_made(EditKind::update);
    REQUIRE(server.await_calls(kLevelPath, 1));
    server.push(picture_event(5));  // a repeat of the newest is no frame
    server.push(picture_event(6));
    CHECK_FALSE(says_stale(watcher->await_type("newImage")));
    CHECK(server.calls(kLevelPath) == 1);
}

TEST_CASE("edits during a question are answered by one more, however many they are") {
    FakeOctane server([](const std::string& path, const std::string& request) {
        return path == kLevelPath ? open_call() : usual(path, request);
    });
    SessionStage stage(server.port());
    const auto watcher = stage.join();
    REQUIRE(server.await_open_calls(1));
    server.push(picture_event(5));
    REQUIRE_FALSE(watcher->await_type("newImage").is_null());
    stage.session().edit_made(EditKind::update);
    REQUIRE(server.await_calls(kLevelPath, 1));
    for (int i = 0; i < 20; ++i) stage.session().edit_made(EditKind::update);
    stage.octane().loop().call([] {});
    CHECK(server.calls(kLevelPath) == 1);
    CHECK(stage.until([&] { return stage.octane()->invoker().load().in_flight == 0; }));  // no call's place is taken
    stage.stop();                                                                         // ends the question
    CHECK(server.calls(kLevelPath) == 1);
}

TEST_CASE("who waits for a fresh frame gets the newest one when it turns out to be fresh") {
    FakeOctane server([](const std::string& path, const std::string& request) {
        return path == kLevelPath ? answer(level_answer(5)) : usual(path, request);
    });
    SessionStage stage(server.port());
    const auto watcher = stage.join();
    REQUIRE(server.await_open_calls(1));
    server.push(picture_event(5));
    REQUIRE_FALSE(watcher->await_type("newImage").is_null());
    stage.session().edit_made(EditKind::update);  // which publishes nothing
    CHECK(stage.until([&] { return !frames::is_stale(stage.stats(), 1); }));
}

}  // namespace
}  // namespace octane::livelink
