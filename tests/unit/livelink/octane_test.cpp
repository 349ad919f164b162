#include "livelink/octane.hpp"

#include <doctest/doctest.h>

#include <boost/asio/cancellation_signal.hpp>
#include <string>
#include <vector>

#include "unit/livelink/running_octane.hpp"
#include "unit/upstream/fake_octane.hpp"

namespace octane::livelink {
namespace {

namespace asio = boost::asio;
using base::GrpcStatus;
using std::chrono::milliseconds;
using tests::answer;
using tests::FakeOctane;
using tests::get;
using tests::open_call;
using tests::options_for;
using tests::RunningOctane;
using tests::Script;

constexpr const char* kSlow = "/some.Service/slow";
constexpr const char* kQuick = "/some.Service/quick";

// Slow calls stay open until the test ends them; everything else is answered with its request.
Script serve_names(const std::string& path, const std::string& request) {
    return path == kSlow ? open_call({"slow"}) : answer(request);
}

OwnCall within(milliseconds timeout) {
    OwnCall options;
    options.timeout = timeout;
    return options;
}

TEST_CASE("an address is shown as people write it") {
    auto options = options_for(51022);
    const auto address_of = [&options](const char* host) {
        options.channel.host = host;
        RunningOctane octane(options);
        return octane->address();
    };
    CHECK(address_of("127.0.0.1") == "127.0.0.1:51022");
    CHECK(address_of("::1") == "[::1]:51022");
    CHECK(address_of("[::1]") == "[::1]:51022");
}

TEST_CASE("the message for an absent Octane names the address, the cause, and what to do") {
    RunningOctane octane(options_for(1234));
    const std::string message = octane->unreachable_message("connection refused");
    for (const char* part : {"127.0.0.1:1234", "connection refused", "gRPC server", "--octane-host", "--octane-port"}) {
        CAPTURE(part);
        CHECK(message.find(part) != std::string::npos);
    }
}

TEST_CASE("who is told that Octane is there finds that calls go to it") {
    FakeOctane server(serve_names);
    const Octane* told = nullptr;
    int agreements = 0;
    int contradictions = 0;
    RunningOctane octane(options_for(server.port()), [&](const RunningOctane::State& state) {
        const auto& liveness = told->invoker().upstream().liveness();
        const bool agrees =
            liveness.is_connected() == state->is_connected && liveness.state()->is_connected == state->is_connected;
        ++(agrees ? agreements : contradictions);
    });
    told = octane.operator->();
    octane.watch();
    REQUIRE(octane.await_connected());
    octane.close();
    CHECK(agreements > 0);
    CHECK(contradictions == 0);
}

TEST_CASE("calls are answered on both connections") {
    FakeOctane server(serve_names);
    RunningOctane octane(options_for(server.port()));
    octane.watch();
    REQUIRE(octane.await_connected());
    const upstream::Reply one = octane.loop().run(octane->call(kQuick, "1", {}));
    const upstream::Reply other = octane.loop().run(octane->call_for_frame(kQuick, "2", {}));
    CHECK(one.body.flatten() == "1");
    CHECK(other.body.flatten() == "2");
    CHECK(octane->invoker().load().in_flight == 0);
}

TEST_CASE("without a connection a call is UNAVAILABLE at once, with the reason that the connection has") {
    FakeOctane server(serve_names);
    RunningOctane octane(options_for(server.port()));
    octane.watch();
    REQUIRE(octane.await_connected());
    server.stop();
    const auto lost = octane.await_disconnected();
    REQUIRE(lost);
    const upstream::Reply reply = octane.loop().run(octane->call(kQuick, "1", {}));
    CHECK(reply.status == GrpcStatus::unavailable);
    CHECK(reply.message == lost->error);
}

TEST_CASE("Octane never gets more calls at once than the limit, whichever connection they take") {
    FakeOctane server(serve_names);
    auto options = options_for(server.port());
    options.concurrency = 2;
    RunningOctane octane(options);
    octane.watch();
    REQUIRE(octane.await_connected());
    std::vector<std::future<upstream::Reply>> replies;
    for (int i = 0; i < 6; ++i) {
        replies.push_back(octane.loop().start(i % 2 == 0 ? octane->call(kSlow, "", {}) : octane->call_for_frame(kSlow, "", {})));
    }
    REQUIRE(server.await_open_calls(2));
    octane.loop().call([] {});
    CHECK(octane->invoker().load().in_flight == 2);
    CHECK(octane->invoker().load().waiting == 4);
    for (std::size_t done = 0; done < 6; done += 2) {
        REQUIRE(server.await_calls(kSlow, done + 2));
        REQUIRE(server.await_open_calls(2));
        server.end_open_calls();
    }
    for (auto& reply : replies) CHECK(get(std::move(reply)).status == GrpcStatus::ok);
    CHECK(server.most_at_once(kSlow) == 2);
    CHECK(octane->invoker().load().in_flight == 0);
}

TEST_CASE("a call's timeout covers the time that it waits for its turn") {
    FakeOctane server(serve_names);
    auto options = options_for(server.port());
    options.concurrency = 1;
    RunningOctane octane(options);
    octane.watch();
    REQUIRE(octane.await_connected());
    auto inside = octane.loop().start(octane->call(kSlow, "", {}));
    REQUIRE(server.await_open_calls(1));
    const upstream::Reply waited = octane.loop().run(octane->call(kQuick, "1", within(milliseconds(20))));
    CHECK(waited.status == GrpcStatus::deadline_exceeded);
    CHECK(waited.message.find("busy") != std::string::npos);
    CHECK(server.calls(kQuick) == 0);
    server.end_open_calls();
    CHECK(get(std::move(inside)).status == GrpcStatus::ok);
}

TEST_CASE("who waits for its turn when the proxy goes down is told so") {
    FakeOctane server(serve_names);
    auto options = options_for(server.port());
    options.concurrency = 1;
    RunningOctane octane(options);
    octane.watch();
    REQUIRE(octane.await_connected());
    auto inside = octane.loop().start(octane->call(kSlow, "", {}));
    REQUIRE(server.await_open_calls(1));
    auto waiting = octane.loop().start(octane->call(kQuick, "1", {}));
    octane.loop().call([] {});
    octane->shutdown();
    CHECK(get(std::move(inside)).status == GrpcStatus::cancelled);
    const upstream::Reply refused = get(std::move(waiting));
    CHECK(refused.status == GrpcStatus::cancelled);
    CHECK_FALSE(refused.was_sent);
    CHECK(server.calls(kQuick) == 0);
}

TEST_CASE("a call that fails gives its place back") {
    FakeOctane server(serve_names);
    auto options = options_for(server.port());
    options.concurrency = 1;
    RunningOctane octane(options);
    octane.watch();
    REQUIRE(octane.await_connected());
    CHECK(octane.loop().run(octane->call(kSlow, "", within(milliseconds(50)))).status == GrpcStatus::deadline_exceeded);
    CHECK(octane.loop().run(octane->call(kQuick, "again", {})).body.flatten() == "again");
}

TEST_CASE("a client that goes away cancels its call whether it waits or is in flight, and the place goes on") {
    FakeOctane server(serve_names);
    auto options = options_for(server.port());
    options.concurrency = 1;
    RunningOctane octane(options);
    octane.watch();
    REQUIRE(octane.await_connected());
    asio::cancellation_signal first_gone;
    asio::cancellation_signal second_gone;
    OwnCall first;
    first.slot = first_gone.slot();
    OwnCall second;
    second.slot = second_gone.slot();
    auto inside = octane.loop().start(octane->call(kSlow, "", first));
    REQUIRE(server.await_open_calls(1));
    auto waiting = octane.loop().start(octane->call(kQuick, "never", second));
    auto last = octane.loop().start(octane->call(kQuick, "last", {}));
    octane.loop().call([&] { second_gone.emit(asio::cancellation_type::terminal); });
    CHECK(get(std::move(waiting)).status == GrpcStatus::cancelled);
    octane.loop().call([&] { first_gone.emit(asio::cancellation_type::terminal); });
    CHECK(get(std::move(inside)).status == GrpcStatus::cancelled);
    CHECK(get(std::move(last)).body.flatten() == "last");
    CHECK(server.calls(kQuick) == 1);
}

}  // namespace
}  // namespace octane::livelink
