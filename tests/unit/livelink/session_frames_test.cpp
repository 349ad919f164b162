#include "livelink/builtin_schemas.hpp"
#include "livelink/callback_session.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <cstdint>
#include <string>
#include "session_stage.hpp"

namespace octane::livelink {
namespace {

using tests::answer;
using tests::failure;
using tests::fill_picture;
using tests::grab_answer;
using tests::Messages;
using tests::picture_event;
using tests::ring_event;
using tests::SessionStage;
using tests::usual;
using upstream::tests::FakeOctane;

TEST_CASE("the first viewer brings registration and stream, and alpha5's pictures reach it in order") {
    FakeOctane server(usual);
    SessionStage stage(server.port());
    const auto watcher = stage.join();
    CHECK(watcher->await_state("connected")["epoch"] == 1);
    REQUIRE(server.await_open_calls(1));
    CHECK(server.calls(kRegisterPath) == 1);
    for (std::uint64_t level = 1; level <= 3; ++level) {
        server.push(picture_event(level));
        const auto event = watcher->await_type("newImage");
        REQUIRE_FALSE(event.is_null());
        CHECK(event["seq"] == level);
        CHECK(event["epoch"] == 1);
        CHECK(event["callback_id"] == 5);
        CHECK(event["user_data"] == 1000 + level);
    }
    CHECK(stage.stats().published == 3);
    CHECK(stage.stats().callback_id == 5);
    CHECK(stage.stats().is_streaming);
}

TEST_CASE("a repeat is counted but not sent again") {
    FakeOctane server(usual);
    SessionStage stage(server.port());
    const auto watcher = stage.join();
    REQUIRE(server.await_open_calls(1));
    for (const std::uint64_t level : {1, 1, 2, 2, 2, 3}) server.push(picture_event(level));
    REQUIRE_FALSE(
        watcher->await([](const nlohmann::json& event) { return event["type"] == "newImage" && event["seq"] == 3; }).is_null());
    CHECK(stage.stats().callbacks == 6);
    CHECK(stage.stats().repeats == 3);
    CHECK(stage.stats().published == 3);
}

TEST_CASE("a picture that is not what it says is counted and not shown") {
    FakeOctane server(usual);
    SessionStage stage(server.port());
    const auto watcher = stage.join();
    REQUIRE(server.await_open_calls(1));
    Messages messages(*livelink::builtin_schemas().front());
    const auto event = messages.make("octaneapi.StreamCallbackRequest");
    auto& image = Messages::add(Messages::sub(Messages::sub(*event, "newImage"), "render_images"), "data");
    fill_picture(image, 1);
    Messages::set(Messages::sub(image, "buffer"), "data", std::string("short"));
    server.push(event->SerializeAsString());
    server.push("\x52\x7F not well-formed");
    server.push(picture_event(2));
    CHECK(watcher->await_type("newImage")["seq"] == 1);
    CHECK(stage.stats().rejected == 1);
    CHECK(stage.stats().stream_errors == 1);
}

TEST_CASE("events that are not frames are passed on with their members") {
    FakeOctane server(usual);
    SessionStage stage(server.port());
    const auto watcher = stage.join();
    REQUIRE(server.await_open_calls(1));
    Messages messages(*livelink::builtin_schemas().front());
    for (const char* type : {"renderFailure", "newStatistics", "projectManagerChanged"}) {
        const auto event = messages.make("octaneapi.StreamCallbackRequest");
        Messages::set(Messages::sub(*event, type), "user_data", std::uint64_t{9});
        server.push(event->SerializeAsString());
        const auto passed_on = watcher->await_type(type);
        REQUIRE_FALSE(passed_on.is_null());
        CHECK(passed_on["callback_id"] == 5);
        CHECK(passed_on["user_data"] == 9);
        CHECK(passed_on["timestamp"].is_number());
    }
}

TEST_CASE("where Octane only rings the proxy fetches, one fetch at a time, and gives back each result it got") {
    std::atomic<std::uint64_t> level{0};
    FakeOctane server([&level](const std::string& path, const std::string& request) {
        return path == kGrabPath ? answer(grab_answer(++level)) : usual(path, request);
    });
    SessionStage stage(server.port());
    const auto watcher = stage.join();
    REQUIRE_FALSE(watcher->await_type("newImage").is_null());  // fetched unasked: a finished render rings no more
    REQUIRE(server.await_open_calls(1));
    for (std::uint64_t ring = 1; ring <= 50; ++ring) server.push(ring_event(ring));
    const auto last =
        watcher->await([](const nlohmann::json& event) { return event["type"] == "newImage" && event["user_data"] == 50; });
    REQUIRE_FALSE(last.is_null());
    stage.stop();
    CHECK(server.calls(kGrabPath) == level);
    CHECK(server.calls(kReleasePath) == level);
    CHECK(server.most_at_once(kGrabPath) == 1);
    CHECK(server.calls(kGrabPath) <= 51);
    std::size_t locked = 0;
    for (const auto& asked : server.history()) {
        if (asked.path == kGrabPath) ++locked;
        if (asked.path == kReleasePath) --locked;
        CHECK(locked <= 1);  // never a second grab before the first was given back
    }
}

TEST_CASE(
    "a grab that locked nothing is not given back; one that may have locked something is, and a failed one is tried again") {
    std::atomic<int> grabs{0};
    FakeOctane server([&grabs](const std::string& path, const std::string& request) {
        if (path != kGrabPath) return usual(path, request);
        switch (++grabs) {
            case 1: return answer("");
            case 2: return answer("\x08\x01\x12\x7F cut short");
            case 3: return failure(grpc::StatusCode::INTERNAL, "something broke");
            default: return answer(grab_answer(7));
        }
    });
    SessionStage stage(server.port());
    const auto watcher = stage.join();
    REQUIRE(server.await_open_calls(1));
    for (std::size_t ring = 2; ring <= 3; ++ring) {
        REQUIRE(server.await_calls(kGrabPath, ring - 1));
        server.push(ring_event(ring));
    }
    REQUIRE_FALSE(watcher->await_type("newImage").is_null());
    stage.stop();
    CHECK(server.calls(kGrabPath) == 4);
    CHECK(server.calls(kReleasePath) == 3);
}

}  // namespace
}  // namespace octane::livelink
