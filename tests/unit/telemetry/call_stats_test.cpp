#include "telemetry/call_stats.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <thread>

using namespace std::chrono_literals;
using octane::base::GrpcStatus;
using octane::telemetry::CallStats;

namespace {

std::vector<CallStats::Name> some_names(std::size_t count) {
    std::vector<CallStats::Name> names;
    for (std::size_t i = 0; i < count; ++i) names.push_back({"/x.S/m" + std::to_string(i), "S.m" + std::to_string(i)});
    return names;
}

std::uint64_t calls_of(const CallStats& stats, std::string_view method, GrpcStatus status) {
    for (const auto& line : stats.read()) {
        if (line.method == method && line.status == status) return line.calls;
    }
    return 0;
}

}  // namespace

TEST_CASE("calls and seconds are told apart by method and status") {
    CallStats stats({{"/x.S/a", "S.a"}, {"/x.S/b", "S.b"}});
    stats.count(stats.series_of("/x.S/a"), GrpcStatus::ok, 2s);
    stats.count(stats.series_of("/x.S/a"), GrpcStatus::ok, 1s);
    stats.count(stats.series_of("/x.S/a"), GrpcStatus::not_found, 500ms);
    stats.count(stats.series_of("/x.S/b"), GrpcStatus::ok, 1ms);
    const auto lines = stats.read();
    REQUIRE(lines.size() == 3);
    CHECK(lines[0].method == "S.a");
    CHECK(lines[0].status == GrpcStatus::ok);
    CHECK(lines[0].calls == 2);
    CHECK(lines[0].seconds == doctest::Approx(3.0));
    CHECK(lines[1].status == GrpcStatus::not_found);
    CHECK(lines[1].seconds == doctest::Approx(0.5));
    CHECK(lines[2].method == "S.b");
    CHECK(stats.durations().count() == 4);
}

TEST_CASE("a method that no schema has counts as other, and so does a status that gRPC has not") {
    CallStats stats(std::vector<CallStats::Name>{{"/x.S/a", "S.a"}});
    stats.count(stats.series_of("/made.Up/name"), GrpcStatus::ok, 1ms);
    stats.count(stats.series_of("/x.S/a"), static_cast<GrpcStatus>(99), 1ms);
    CHECK(calls_of(stats, "other", GrpcStatus::ok) == 1);
    CHECK(calls_of(stats, "S.a", GrpcStatus::unknown) == 1);
}

TEST_CASE("methods beyond the limit share the numbers of other") {
    CallStats stats(some_names(CallStats::kMaxMethods + 5));
    for (std::size_t round = 0; round < 2; ++round) {
        for (std::size_t i = 0; i < CallStats::kMaxMethods + 5; ++i)
            stats.count(stats.series_of("/x.S/m" + std::to_string(i)), GrpcStatus::ok, 1ms);
    }
    CHECK(stats.read().size() == CallStats::kMaxMethods + 1);
    CHECK(calls_of(stats, "S.m0", GrpcStatus::ok) == 2);
    CHECK(calls_of(stats, "S.m" + std::to_string(CallStats::kMaxMethods), GrpcStatus::ok) == 0);
    CHECK(calls_of(stats, "other", GrpcStatus::ok) == 10);
}

TEST_CASE("one method that stands in two schemas has one place") {
    CallStats stats({{"/x.S/a", "S.a"}, {"/x.S/a", "S.a"}});
    stats.count(stats.series_of("/x.S/a"), GrpcStatus::ok, 1ms);
    CHECK(calls_of(stats, "S.a", GrpcStatus::ok) == 1);
}

TEST_CASE("calls that were never sent are counted by status alone") {
    CallStats stats(std::vector<CallStats::Name>{{"/x.S/a", "S.a"}});
    stats.count_unsent(GrpcStatus::unavailable);
    stats.count_unsent(GrpcStatus::unavailable);
    CHECK(stats.unsent(GrpcStatus::unavailable) == 2);
    CHECK(stats.unsent(GrpcStatus::cancelled) == 0);
    CHECK(stats.read().empty());
}

TEST_CASE("threads that call a method for the first time at once share one place") {
    CallStats stats(some_names(50));
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 4; ++thread) {
        threads.emplace_back([&stats] {
            for (int i = 0; i < 50; ++i) stats.count(stats.series_of("/x.S/m" + std::to_string(i)), GrpcStatus::ok, 1ms);
        });
    }
    for (auto& thread : threads) thread.join();
    const auto lines = stats.read();
    CHECK(lines.size() == 50);
    CHECK(std::ranges::all_of(lines, [](const auto& line) { return line.calls == 4; }));
}
