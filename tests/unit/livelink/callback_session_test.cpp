#include "livelink/callback_session.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "session_stage.hpp"
#include "unit/upstream/closed_port.hpp"

namespace octane::livelink {
namespace {

using tests::failure;
using tests::open_call;
using tests::picture_event;
using tests::SessionStage;
using tests::usual;
using upstream::tests::ClosedPort;
using upstream::tests::FakeOctane;

TEST_CASE("with nobody watching Octane is asked for nothing") {
    FakeOctane server(usual);
    SessionStage stage(server.port());
    REQUIRE(stage.octane().await_connected());
    stage.stop();
    CHECK(server.calls(kRegisterPath) == 0);
    CHECK(server.calls(kStreamPath) == 0);
    CHECK(server.calls(kGrabPath) == 0);
}

TEST_CASE("a registration that is asked for stays though nobody watches, until it is taken back") {
    FakeOctane server(usual);
    SessionOptions options;
    options.idle_before_unregister = std::chrono::milliseconds(1);
    SessionStage stage(server.port(), options);
    REQUIRE(stage.octane().await_connected());
    const auto id = stage.ask_registration();
    REQUIRE(id);
    CHECK(*id == 5);
    REQUIRE(server.await_open_calls(1));
    const auto again = stage.ask_registration();
    REQUIRE(again);
    CHECK(server.calls(kRegisterPath) == 1);
    CHECK(stage.ask_unregistration());
    REQUIRE(server.await_calls(kRegisterPath, 2));
    CHECK(server.history().back().request.empty());  // no callback: that unregisters
    CHECK(server.await_open_calls(0));
}

TEST_CASE("taking a registration back while somebody watches leaves the stream alone") {
    FakeOctane server(usual);
    SessionStage stage(server.port());
    const auto watcher = stage.join();
    REQUIRE(server.await_open_calls(1));
    CHECK_FALSE(stage.ask_unregistration());
    server.push(picture_event(1));
    CHECK_FALSE(watcher->await_type("newImage").is_null());
    CHECK(server.calls(kRegisterPath) == 1);
}

TEST_CASE("after an exception has ended its run the session runs again: one stream, and every frame that follows") {
    FakeOctane server(usual);
    SessionStage stage(server.port());
    const auto watcher = stage.join();
    REQUIRE(server.await_open_calls(1));
    server.push(picture_event(1));
    REQUIRE_FALSE(watcher->await_type("newImage").is_null());
    stage.break_run();
    REQUIRE(server.await_calls(kStreamPath, 2));
    REQUIRE(server.await_open_calls(1));
    CHECK(server.calls(kRegisterPath) == 2);
    server.push(picture_event(2));
    REQUIRE_FALSE(watcher->await_type("newImage").is_null());
    CHECK(watcher->levels() == std::vector<std::uint64_t>{1, 2});
    CHECK(stage.stats().is_streaming);
    stage.leave(watcher);
    stage.stop();
    CHECK_FALSE(stage.stats().is_streaming);
    CHECK(server.await_open_calls(0));
}

TEST_CASE("viewers who were there before Octane came back are told that everything must be read anew, after its new epoch") {
    FakeOctane first(usual);
    const int port = first.port();
    SessionStage stage(first.port());
    const auto watcher = stage.join();
    REQUIRE(first.await_open_calls(1));
    first.stop();
    REQUIRE_FALSE(watcher->await_state("lost").is_null());
    FakeOctane second(usual, port);
    const auto back = watcher->await_state("connected");
    REQUIRE_FALSE(back.is_null());
    CHECK_FALSE(watcher->await_type("projectManagerChanged").is_null());
    REQUIRE(second.await_open_calls(1));
    const auto late = stage.join();
    second.push(picture_event(1));
    const auto next = late->await([](const nlohmann::json& event) { return event["type"] != "octane"; });
    CHECK(next["type"] == "newImage");  // who came later has nothing to read anew
    stage.stop();
}

TEST_CASE("when the last viewer has gone for long enough the callback is given back, and the next viewer brings it again") {
    FakeOctane server(usual);
    SessionOptions options;
    options.idle_before_unregister = std::chrono::milliseconds(1);
    SessionStage stage(server.port(), options);
    const auto first = stage.join();
    REQUIRE(server.await_open_calls(1));
    stage.leave(first);
    REQUIRE(server.await_calls(kRegisterPath, 2));
    CHECK(server.history().back().request.empty());
    REQUIRE(server.await_open_calls(0));
    const auto second = stage.join();
    REQUIRE(server.await_calls(kRegisterPath, 3));
    REQUIRE(server.await_open_calls(1));
    server.push(picture_event(1));
    CHECK_FALSE(second->await_type("newImage").is_null());
}

TEST_CASE("a viewer that leaves and comes again in time finds the registration still there") {
    FakeOctane server(usual);
    SessionOptions options;
    options.idle_before_unregister = std::chrono::hours(1);
    SessionStage stage(server.port(), options);
    const auto first = stage.join();
    REQUIRE(server.await_open_calls(1));
    stage.leave(first);
    const auto second = stage.join();
    server.push(picture_event(1));
    CHECK_FALSE(second->await_type("newImage").is_null());
    CHECK(server.calls(kRegisterPath) == 1);
    CHECK(server.calls(kStreamPath) == 1);
}

TEST_CASE("a registration that Octane refuses is answered in Octane's words") {
    FakeOctane server([](const std::string& path, const std::string& request) {
        return path == kRegisterPath ? failure(grpc::StatusCode::RESOURCE_EXHAUSTED, "too many callbacks") : usual(path, request);
    });
    SessionStage stage(server.port());
    REQUIRE(stage.octane().await_connected());
    const auto id = stage.ask_registration();
    REQUIRE_FALSE(id);
    CHECK(id.error().message == "too many callbacks");
    CHECK(id.error().grpc == base::GrpcStatus::resource_exhausted);
    CHECK(server.calls(kStreamPath) == 0);
    stage.stop();
    for (const auto& asked : server.history()) CHECK((asked.path != kRegisterPath || !asked.request.empty()));
}

TEST_CASE("without Octane a registration fails with what to do, and a viewer is told that Octane is lost") {
    const ClosedPort port;
    SessionStage stage(port.number());
    const auto watcher = stage.join();
    const auto lost = watcher->await_state("lost");
    REQUIRE_FALSE(lost.is_null());
    CHECK(lost["epoch"] == 0);
    CHECK(lost["error"].get<std::string>().find(stage.octane()->address()) != std::string::npos);
    const auto id = stage.ask_registration();
    REQUIRE_FALSE(id);
    CHECK(id.error().code == base::ErrorCode::upstream_unreachable);
    CHECK(id.error().message.find("--octane-host") != std::string::npos);
}

TEST_CASE("a stream that ends although Octane is there is opened again with a new registration") {
    FakeOctane server(usual);
    SessionStage stage(server.port());
    const auto watcher = stage.join();
    REQUIRE(server.await_open_calls(1));
    server.push(picture_event(1));
    REQUIRE_FALSE(watcher->await_type("newImage").is_null());
    for (const auto& end : {grpc::Status::OK, grpc::Status(grpc::StatusCode::DEADLINE_EXCEEDED, "stream limit")}) {
        const std::size_t streams = server.calls(kStreamPath);
        server.end_open_calls(end);
        REQUIRE(server.await_calls(kStreamPath, streams + 1));
        REQUIRE(server.await_open_calls(1));
        server.push(picture_event(10 + streams));
        REQUIRE_FALSE(watcher->await_type("newImage").is_null());
    }
}

TEST_CASE("a stream that breaks with its connection is followed by a registration, not by an unregistration") {
    FakeOctane server(usual);
    SessionStage stage(server.port());
    const auto watcher = stage.join();
    REQUIRE(server.await_open_calls(1));
    server.end_open_calls({grpc::StatusCode::UNAVAILABLE, "Socket closed"});
    REQUIRE(server.await_calls(kStreamPath, 2));
    for (const auto& asked : server.history()) CHECK((asked.path != kRegisterPath || !asked.request.empty()));
    CHECK(server.calls(kRegisterPath) == 2);
}

TEST_CASE("when Octane comes back the callback is registered anew and frames go on under a new epoch, their numbers too") {
    std::optional<FakeOctane> server(std::in_place, usual);
    const int port = server->port();
    SessionStage stage(static_cast<std::uint16_t>(port));
    const auto watcher = stage.join();
    for (std::uint64_t epoch = 1; epoch <= 3; ++epoch) {
        CAPTURE(epoch);
        CHECK(watcher->await_state("connected")["epoch"] == epoch);
        REQUIRE(server->await_open_calls(1));
        server->push(picture_event(1));  // the same level as before: after a restart that is no repeat
        const auto event = watcher->await_type("newImage");
        REQUIRE_FALSE(event.is_null());
        CHECK(event["epoch"] == epoch);
        CHECK(event["seq"] == epoch);
        server->stop();
        CHECK(watcher->await_state("lost")["epoch"] == epoch);
        if (epoch < 3) server.emplace(usual, port);
    }
}

TEST_CASE("stop gives the callback back and closes the stream before it returns") {
    FakeOctane server(usual);
    SessionStage stage(server.port());
    const auto watcher = stage.join();
    REQUIRE(server.await_open_calls(1));
    stage.stop();
    CHECK(server.calls(kRegisterPath) == 2);
    CHECK(server.history().back().path == kRegisterPath);
    CHECK(server.history().back().request.empty());
    CHECK(server.await_open_calls(0));
    CHECK_FALSE(stage.stats().is_streaming);
    CHECK(stage.stats().callback_id == 0);
}

TEST_CASE("stop does not wait for long for an Octane that answers nothing") {
    FakeOctane server([](const std::string& path, const std::string& request) {
        return path == kRegisterPath ? open_call() : usual(path, request);
    });
    SessionOptions options;
    options.call_timeout = std::chrono::milliseconds(50);
    SessionStage stage(server.port(), options);
    const auto watcher = stage.join();
    REQUIRE(server.await_calls(kRegisterPath, 1));
    stage.stop();
    CHECK(server.calls(kStreamPath) == 0);
    CHECK(server.await_cancellations(1));
}

}  // namespace
}  // namespace octane::livelink
