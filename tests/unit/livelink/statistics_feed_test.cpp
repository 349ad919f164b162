#include "livelink/statistics_feed.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <cstdint>
#include <string>

#include "session_stage.hpp"
#include "unit/livelink/messages.hpp"

namespace octane::livelink {
namespace {

using tests::answer;
using tests::failure;
using tests::Messages;
using tests::open_call;
using tests::picture_event;
using tests::SessionStage;
using tests::usual;
using upstream::tests::FakeOctane;

constexpr const char* kStatisticsPath = "/octaneapi.ApiRenderEngineService/getRenderStatistics";

std::string statistics_answer(std::uint64_t state = 0) {
    Messages messages(*livelink::builtin_schemas().front());
    const auto reply = messages.make("octaneapi.ApiRenderEngine.getRenderStatisticsResponse");
    auto& statistics = Messages::sub(*reply, "statistics");
    Messages::set(statistics, "beautySamplesPerPixel", std::uint64_t{16});
    Messages::set(statistics, "state", state);
    return reply->SerializeAsString();
}

TEST_CASE("the figures are asked for while somebody wants them, and told to those who do") {
    FakeOctane server([](const std::string& path, const std::string& request) {
        return path == kStatisticsPath ? answer(statistics_answer()) : usual(path, request);
    });
    SessionStage stage(server.port());
    const auto other = stage.join();
    REQUIRE(server.await_open_calls(1));
    server.push(picture_event(1));
    REQUIRE_FALSE(other->await_type("newImage").is_null());
    stage.octane().loop().call([] {});
    CHECK(server.calls(kStatisticsPath) == 0);
    const auto watcher = stage.join(true);
    REQUIRE_FALSE(watcher->await_type("newStatistics").is_null());
    stage.leave(watcher);
    const auto asked = server.calls(kStatisticsPath);
    server.push(picture_event(2));
    REQUIRE_FALSE(other->await_type("newImage").is_null());
    stage.octane().loop().call([] {});
    CHECK(server.calls(kStatisticsPath) == asked);
    stage.stop();
}

TEST_CASE("frames that come faster than the figures may be asked for have one question at a time, and the last is asked about") {
    FakeOctane server([](const std::string& path, const std::string& request) {
        return path == kStatisticsPath ? answer(statistics_answer()) : usual(path, request);
    });
    SessionStage stage(server.port());
    const auto begin = std::chrono::steady_clock::now();
    const auto watcher = stage.join(true);
    REQUIRE(server.await_calls(kStatisticsPath, 1));
    REQUIRE(server.await_open_calls(1));
    for (std::uint64_t level = 1; level <= 50; ++level) server.push(picture_event(level));
    REQUIRE(server.await_calls(kStatisticsPath, 2));
    stage.stop();
    const auto took = std::chrono::steady_clock::now() - begin;
    CHECK(took >= StatisticsFeed::kPause);
    CHECK(server.calls(kStatisticsPath) <= 2 + static_cast<std::size_t>(took / StatisticsFeed::kPause));
    CHECK(server.most_at_once(kStatisticsPath) == 1);
}

TEST_CASE("figures that say rendering are asked for again without a frame") {
    std::atomic<int> asked{0};
    FakeOctane server([&](const std::string& path, const std::string& request) {
        if (path != kStatisticsPath) return usual(path, request);
        return answer(statistics_answer(++asked == 1 ? 2 : 4));
    });
    SessionStage stage(server.port());
    const auto watcher = stage.join(true);
    const auto told = [&](int state) {
        return watcher->await([state](const nlohmann::json& event) {
            return event.value(nlohmann::json::json_pointer("/data/statistics/state"), -1) == state;
        });
    };
    CHECK_FALSE(told(2).is_null());
    CHECK_FALSE(told(4).is_null());
    stage.stop();
}

TEST_CASE("a question that Octane does not answer holds up no call, and ends with the session") {
    FakeOctane server([](const std::string& path, const std::string& request) {
        return path == kStatisticsPath ? open_call() : usual(path, request);
    });
    SessionStage stage(server.port());
    const auto watcher = stage.join(true);
    REQUIRE(server.await_calls(kStatisticsPath, 1));
    CHECK(stage.until([&] { return stage.octane()->invoker().load().in_flight == 0; }));  // registering has ended
    stage.stop();
    CHECK(server.calls(kStatisticsPath) == 1);
}

}  // namespace
}  // namespace octane::livelink
