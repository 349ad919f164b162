#include "rpc/call_history.hpp"

#include <doctest/doctest.h>

#include <deque>
#include <string>

namespace octane::rpc {
namespace {

using base::GrpcStatus;
using std::chrono::seconds;
using Clock = CallHistory::Clock;

constexpr const char* kPath = "/octaneapi.ApiItemService/name";

TEST_CASE("a method is named as it is pasted into a URL") {
    CHECK(short_method("/octaneapi.ApiItemService/name") == "ApiItem/name");
    CHECK(short_method("/livelinkapi.LiveLinkService/GetCamera") == "LiveLink/GetCamera");
    CHECK(short_method("/Service/go") == "Service/go");
    CHECK(short_method("/a.B/c") == "B/c");
    CHECK(short_method("odd") == "odd");
    CHECK(short_method("").empty());
}

TEST_CASE("Octane is busy with the oldest call that it has not answered") {
    CallHistory log;
    const auto start = Clock::now();
    CHECK_FALSE(log.busy(start));
    CallHistory::Live first;
    CallHistory::Live second;
    log.begin(first, kPath, "1", start);
    log.begin(second, "/octaneapi.ApiInfoService/octaneName", "2", start + seconds(1));
    REQUIRE(log.busy(start));
    CHECK(log.busy(start)->method == "ApiItem/name");
    CHECK(log.busy(start)->since == start);
    log.end(first, GrpcStatus::ok, start);
    REQUIRE(log.busy(start));
    CHECK(log.busy(start)->method == "ApiInfo/octaneName");
    log.end(second, GrpcStatus::not_found, start);
    CHECK_FALSE(log.busy(start));
}

TEST_CASE("a call whose caller gave up occupies Octane until a later call is answered") {
    CallHistory log;
    const auto start = Clock::now();
    CallHistory::Live given_up;
    CallHistory::Live also_given_up;
    CallHistory::Live later;
    log.begin(given_up, kPath, "1", start);
    log.end(given_up, GrpcStatus::deadline_exceeded, start);
    REQUIRE(log.busy(start));
    CHECK(log.busy(start)->since == start);
    log.begin(also_given_up, kPath, "2", start + seconds(1));
    log.end(also_given_up, GrpcStatus::cancelled, start);
    CHECK(log.busy(start)->since == start);
    log.begin(later, kPath, "3", start + seconds(2));
    CHECK(log.busy(start)->since == start);
    log.end(later, GrpcStatus::ok, start);
    CHECK_FALSE(log.busy(start));
}

TEST_CASE("a call whose caller gave up is over when something else has proved that Octane has gone on") {
    CallHistory log;
    const auto start = Clock::now();
    CHECK(log.oldest_long() == 0);
    CallHistory::Live given_up;
    log.begin(given_up, kPath, "1", start);
    CHECK(log.oldest_long() == given_up.number);
    log.end(given_up, GrpcStatus::deadline_exceeded, start);
    CHECK(log.oldest_long() == 0);
    REQUIRE(log.busy(start));
    CallHistory::Live grab;
    grab.is_short = true;
    log.begin(grab, kPath, "2", start);
    CHECK(log.oldest_long() == 0);
    log.end(grab, GrpcStatus::cancelled, start);
    log.answered_up_to(log.begun());
    CHECK_FALSE(log.busy(start));
}

TEST_CASE("a call whose caller gave up after a later one was answered is over") {
    CallHistory log;
    const auto start = Clock::now();
    CallHistory::Live given_up;
    CallHistory::Live later;
    log.begin(given_up, kPath, "1", start);
    log.begin(later, kPath, "2", start);
    log.end(later, GrpcStatus::ok, start);
    CHECK(log.busy(start));
    log.end(given_up, GrpcStatus::cancelled, start);
    CHECK_FALSE(log.busy(start));
}

TEST_CASE("a call whose caller gave up is not held against Octane for ever where no other call comes") {
    CallHistory log;
    const auto start = Clock::now();
    const auto gave_up = start + seconds(5);
    CallHistory::Live given_up;
    log.begin(given_up, kPath, "1", start);
    log.end(given_up, GrpcStatus::cancelled, gave_up);
    REQUIRE(log.busy(gave_up + CallHistory::kDoubtful - std::chrono::milliseconds(1)));
    CHECK(log.busy(gave_up)->since == start);
    CHECK_FALSE(log.busy(gave_up + CallHistory::kDoubtful));
}

TEST_CASE("an open stream does not make Octane busy, but a break names it") {
    CallHistory log;
    const auto start = Clock::now();
    CallHistory::Live stream;
    CallHistory::Live call;
    stream.is_stream = true;
    log.begin(stream, "/livelinkapi.LiveLinkService/StreamCamera", "", start);
    CHECK_FALSE(log.busy(start));
    log.begin(call, kPath, "1", start);
    REQUIRE(log.busy(start));
    CHECK(log.busy(start)->method == "ApiItem/name");
    log.connection_lost(start);
    const auto broken = log.last_break(start);
    REQUIRE(broken);
    REQUIRE(broken->calls.size() == 2);
    CHECK(broken->calls[1].method == "LiveLink/StreamCamera");
    CHECK(broken->calls[1].was_in_flight);
    log.end(call, GrpcStatus::unavailable, start);
    log.end(stream, GrpcStatus::cancelled, start);
    CHECK_FALSE(log.busy(start));
}

TEST_CASE("a break is remembered with the calls that were in flight first, until the next connection has lasted") {
    CallHistory log;
    const auto start = Clock::now();
    CallHistory::Live answered;
    CallHistory::Live culprit;
    CallHistory::Live cut_off;
    log.connection_made(start);
    log.begin(answered, kPath, "before", start);
    log.end(answered, GrpcStatus::ok, start);
    log.begin(culprit, "/octaneapi.ApiImageComponentService/create", "culprit", start + seconds(1));
    log.begin(cut_off, kPath, "cut", start + seconds(2));
    log.end(cut_off, GrpcStatus::unavailable, start);  // gRPC may tell the call before the connection
    CHECK_FALSE(log.last_break(start + seconds(2)));
    log.connection_lost(start + seconds(3));
    log.end(culprit, GrpcStatus::unavailable, start);

    const auto broken = log.last_break(start + seconds(60));
    REQUIRE(broken);
    CHECK(broken->at == start + seconds(3));
    REQUIRE(broken->calls.size() == 3);
    CHECK(broken->calls[0].id == "cut");
    CHECK(broken->calls[0].was_in_flight);
    CHECK(broken->calls[1].id == "culprit");
    CHECK(broken->calls[1].method == "ApiImageComponent/create");
    CHECK(broken->calls[1].begun == start + seconds(1));
    CHECK(broken->calls[1].was_in_flight);
    CHECK(broken->calls[2].id == "before");
    CHECK_FALSE(broken->calls[2].was_in_flight);

    log.connection_made(start + seconds(100));
    CHECK(log.last_break(start + seconds(100) + CallHistory::kTrusted - std::chrono::milliseconds(1)));
    CHECK_FALSE(log.last_break(start + seconds(100) + CallHistory::kTrusted));
    CHECK_FALSE(log.busy(start));
}

TEST_CASE("sixteen calls are remembered at most, and the oldest in flight is among them") {
    CallHistory log;
    const auto start = Clock::now();
    CallHistory::Live old;
    log.begin(old, "/octaneapi.ApiProjectManagerService/loadProject", "old", start);
    for (int i = 0; i < 40; ++i) {
        CallHistory::Live call;
        const std::string id = std::to_string(i);
        log.begin(call, kPath, id, start + seconds(i));
        log.end(call, GrpcStatus::ok, start);
    }
    log.connection_lost(start + seconds(50));
    log.end(old, GrpcStatus::unavailable, start);
    const auto broken = log.last_break(start + seconds(50));
    REQUIRE(broken);
    REQUIRE(broken->calls.size() == CallHistory::kRemembered);
    CHECK(broken->calls[0].id == "old");
    CHECK(broken->calls[0].was_in_flight);
    CHECK(broken->calls[1].id == "39");
    CHECK(broken->calls[15].id == "25");
}

TEST_CASE("many calls in flight fill the memory by themselves") {
    CallHistory log;
    const auto start = Clock::now();
    std::deque<CallHistory::Live> calls(50);
    for (auto& call : calls) log.begin(call, kPath, "x", start);
    log.connection_lost(start);
    const auto broken = log.last_break(start);
    REQUIRE(broken);
    CHECK(broken->calls.size() == CallHistory::kRemembered);
    for (auto& call : calls) log.end(call, GrpcStatus::unavailable, start);
    CHECK_FALSE(log.busy(start));
}

}  // namespace
}  // namespace octane::rpc
