#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "livelink/callback_session.hpp"
#include "session_stage.hpp"
#include "unit/upstream/closed_port.hpp"

namespace octane::livelink {
namespace {

using std::chrono::milliseconds;
using tests::failure;
using tests::kIdFive;
using tests::open_call;
using tests::SessionStage;
using tests::usual;
using upstream::tests::FakeOctane;
using upstream::tests::get;
using upstream::tests::Script;

// Octane keeps whoever registers waiting; giving the callback back it answers at once.
Script registering_waits(const std::string& path, const std::string& request) {
    return path == kRegisterPath && !request.empty() ? open_call() : usual(path, request);
}

void answer_registration(FakeOctane& server) {
    server.push(kIdFive);
    server.end_open_calls();
}

SessionOptions leaving_at_once() {
    SessionOptions options;
    options.idle_before_unregister = milliseconds(1);
    return options;
}

// What Octane was told, in order: true registers, false gives the callback back.
std::vector<bool> told(const FakeOctane& server) {
    std::vector<bool> all;
    for (const auto& asked : server.history()) {
        if (asked.path == kRegisterPath) all.push_back(!asked.request.empty());
    }
    return all;
}

bool is_given_back(const FakeOctane& server) {
    const auto all = told(server);
    return !all.empty() && !all.back();
}

TEST_CASE("one who asks and is ended by an exception leaves no wish behind, nor anything to be woken") {
    const upstream::tests::ClosedPort nobody;
    tests::RunningOctane octane(tests::options_for(nobody.number()));
    frames::FrameStats stats;
    bool should_throw = true;
    Registration registration(octane.octane(), octane.loop().executor(), stats, milliseconds(1000), [&should_throw] {
        if (std::exchange(should_throw, false)) throw std::runtime_error("no memory");
    });
    CHECK_THROWS(static_cast<void>(octane.loop().run(registration.ask(milliseconds(1000)))));
    octane.loop().call([&] {
        CHECK_FALSE(registration.is_asked_for());
        registration.take_back();  // wakes all who wait
    });
}

TEST_CASE("two registrations that both give up waiting leave no wish behind") {
    FakeOctane server(registering_waits);
    SessionOptions options;
    options.call_timeout = std::chrono::seconds(60);  // the test says itself when Octane's time is up
    SessionStage stage(server.port(), options);
    REQUIRE(stage.octane().await_connected());
    auto first = stage.start_registration(milliseconds(50));
    auto second = stage.start_registration(milliseconds(80));
    CHECK_FALSE(get(std::move(first)));
    CHECK_FALSE(get(std::move(second)));
    REQUIRE(server.await_open_calls(1));
    server.end_open_calls({grpc::StatusCode::DEADLINE_EXCEEDED, "Deadline Exceeded"});
    REQUIRE(server.await_calls(kRegisterPath, 2));
    auto own = stage.start_registration(std::chrono::seconds(15));  // a new wish, after all that was left of theirs
    REQUIRE(server.await_calls(kRegisterPath, 3));
    auto all = told(server);
    all.resize(3);
    CHECK(all == std::vector<bool>{true, false, true});
    stage.ask_unregistration();
    CHECK_FALSE(get(std::move(own)));
}

TEST_CASE("a registration that gives up waiting does not take away what another one gets") {
    FakeOctane server(registering_waits);
    SessionStage stage(server.port(), leaving_at_once());
    REQUIRE(stage.octane().await_connected());
    auto first = stage.start_registration(milliseconds(50));
    auto second = stage.start_registration(std::chrono::seconds(10));
    REQUIRE(server.await_calls(kRegisterPath, 1));
    const auto given_up = get(std::move(first));
    REQUIRE_FALSE(given_up);
    CHECK(given_up.error().code == base::ErrorCode::deadline_exceeded);
    answer_registration(server);
    const auto id = get(std::move(second));
    REQUIRE(id);
    CHECK(*id == 5);
    REQUIRE(server.await_open_calls(1));
    REQUIRE(stage.until([&] { return stage.stats().is_streaming.load(); }));
    const auto again = stage.ask_registration();
    REQUIRE(again);
    CHECK(told(server) == std::vector<bool>{true});
    CHECK(stage.stats().is_streaming);
}

TEST_CASE("a registration that is taken back while it is under way is answered at once, and what Octane made of it goes") {
    FakeOctane server(registering_waits);
    SessionStage stage(server.port());
    REQUIRE(stage.octane().await_connected());
    auto pending = stage.start_registration(std::chrono::seconds(15));
    REQUIRE(server.await_calls(kRegisterPath, 1));
    CHECK(stage.ask_unregistration());
    const auto id = get(std::move(pending));
    REQUIRE_FALSE(id);
    CHECK(id.error().code == base::ErrorCode::cancelled);
    answer_registration(server);
    REQUIRE(server.await_calls(kRegisterPath, 2));
    CHECK(told(server) == std::vector<bool>{true, false});
    CHECK(server.calls(kStreamPath) == 0);
}

TEST_CASE("a registration asked for after another was taken back stays") {
    FakeOctane server(registering_waits);
    SessionStage stage(server.port(), leaving_at_once());
    REQUIRE(stage.octane().await_connected());
    auto before = stage.start_registration(std::chrono::seconds(10));
    REQUIRE(server.await_calls(kRegisterPath, 1));
    CHECK(stage.ask_unregistration());
    auto after = stage.start_registration(std::chrono::seconds(10));
    CHECK_FALSE(get(std::move(before)));
    answer_registration(server);
    REQUIRE(get(std::move(after)));
    REQUIRE(server.await_calls(kStreamPath, 1));
    REQUIRE(stage.ask_registration());
    CHECK(told(server) == std::vector<bool>{true});
}

TEST_CASE("a viewer that leaves while the stream is to be opened again leaves nothing registered") {
    FakeOctane server(usual);
    SessionStage stage(server.port(), leaving_at_once());
    const auto watcher = stage.join();
    REQUIRE(server.await_open_calls(1));
    REQUIRE(stage.until([&] { return stage.stats().is_streaming.load(); }));
    server.end_open_calls({grpc::StatusCode::UNAVAILABLE, "Socket closed"});
    REQUIRE(stage.until([&] { return !stage.stats().is_streaming.load(); }));
    stage.leave(watcher);
    REQUIRE(server.await_calls(kRegisterPath, 2));
    CHECK(stage.until([&] { return is_given_back(server); }));
}

TEST_CASE("a registration taken back while the stream is to be opened again is given back") {
    FakeOctane server(usual);
    SessionStage stage(server.port());
    REQUIRE(stage.octane().await_connected());
    REQUIRE(stage.ask_registration());
    REQUIRE(server.await_open_calls(1));
    REQUIRE(stage.until([&] { return stage.stats().is_streaming.load(); }));
    server.end_open_calls({grpc::StatusCode::UNAVAILABLE, "Socket closed"});
    REQUIRE(stage.until([&] { return !stage.stats().is_streaming.load(); }));
    CHECK(stage.ask_unregistration());
    REQUIRE(server.await_calls(kRegisterPath, 2));
    CHECK(stage.until([&] { return is_given_back(server); }));
    CHECK(stage.stats().callback_id == 0);
}

TEST_CASE("stop while the stream is to be opened again gives the callback back") {
    FakeOctane server(usual);
    SessionStage stage(server.port());
    const auto watcher = stage.join();
    REQUIRE(server.await_open_calls(1));
    REQUIRE(stage.until([&] { return stage.stats().is_streaming.load(); }));
    server.end_open_calls({grpc::StatusCode::UNAVAILABLE, "Socket closed"});
    REQUIRE(stage.until([&] { return !stage.stats().is_streaming.load(); }));
    stage.stop();
    CHECK(is_given_back(server));
    CHECK(stage.stats().callback_id == 0);
}

TEST_CASE("stop gives back a callback that Octane may have registered without saying so") {
    FakeOctane server(registering_waits);
    SessionStage stage(server.port());
    const auto watcher = stage.join();
    REQUIRE(server.await_calls(kRegisterPath, 1));
    stage.stop();
    CHECK(told(server) == std::vector<bool>{true, false});
}

TEST_CASE("a registration that Octane answers too late for everybody is given back") {
    FakeOctane server(registering_waits);
    auto options = leaving_at_once();
    options.call_timeout = milliseconds(100);
    SessionStage stage(server.port(), options);
    const auto watcher = stage.join();
    REQUIRE(server.await_calls(kRegisterPath, 1));
    stage.leave(watcher);
    CHECK(stage.until([&] { return is_given_back(server); }));
    CHECK(server.calls(kStreamPath) == 0);
}

TEST_CASE("giving the callback back is tried until Octane does it, and then no more") {
    std::atomic<int> refusals{2};
    FakeOctane server([&](const std::string& path, const std::string& request) {
        const bool is_going = path == kRegisterPath && request.empty();
        return is_going && refusals-- > 0 ? failure(grpc::StatusCode::INTERNAL, "not now") : usual(path, request);
    });
    SessionStage stage(server.port(), leaving_at_once());
    const auto watcher = stage.join();
    REQUIRE(server.await_open_calls(1));
    stage.leave(watcher);
    REQUIRE(server.await_calls(kRegisterPath, 4));
    REQUIRE(stage.ask_registration());
    CHECK(told(server) == std::vector<bool>{true, false, false, false, true});
}

TEST_CASE("a viewer that comes while Octane does not let the callback go is served as ever") {
    std::atomic<bool> is_refusing{true};
    FakeOctane server([&](const std::string& path, const std::string& request) {
        const bool is_going = path == kRegisterPath && request.empty();
        return is_going && is_refusing ? failure(grpc::StatusCode::INTERNAL, "not now") : usual(path, request);
    });
    SessionStage stage(server.port(), leaving_at_once());
    const auto first = stage.join();
    REQUIRE(server.await_open_calls(1));
    stage.leave(first);
    REQUIRE(server.await_calls(kRegisterPath, 2));
    const auto second = stage.join();
    REQUIRE(server.await_calls(kStreamPath, 2));
    REQUIRE(server.await_open_calls(1));
    server.push(tests::picture_event(1));
    CHECK_FALSE(second->await_type("newImage").is_null());
    is_refusing = false;
    stage.stop();
    CHECK(is_given_back(server));
}

TEST_CASE("of an Octane that has gone nothing is taken back from the one that follows it") {
    std::optional<FakeOctane> server(std::in_place, usual);
    const int port = server->port();
    SessionStage stage(static_cast<std::uint16_t>(port), leaving_at_once());
    const auto watcher = stage.join();
    REQUIRE(server->await_open_calls(1));
    server->stop();
    REQUIRE_FALSE(watcher->await_state("lost").is_null());
    stage.leave(watcher);
    server.emplace(usual, port);
    const auto is_back = [](const ConnectionState& state) { return state.is_connected && state.connections == 2; };
    REQUIRE(stage.octane().await(is_back));
    stage.stop();
    CHECK(told(*server).empty());
}

}  // namespace
}  // namespace octane::livelink
