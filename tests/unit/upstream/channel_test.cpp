#include "upstream/channel.hpp"

#include <doctest/doctest.h>

#include <boost/asio/cancellation_signal.hpp>
#include <chrono>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "unit/upstream/closed_port.hpp"
#include "unit/upstream/fake_octane.hpp"
#include "unit/upstream/loop.hpp"
#include "upstream/channel_impl.hpp"
#include "upstream/live_call.hpp"

namespace octane::upstream {
namespace {

namespace asio = boost::asio;
using base::GrpcStatus;
using tests::answer;
using tests::ClosedPort;
using tests::failure;
using tests::FakeOctane;
using tests::get;
using tests::Loop;
using tests::open_call;
using tests::options_for;
using tests::Script;

constexpr const char* kPath = "/some.Service/method";

UnaryCall call_of(std::string request) {
    UnaryCall call;
    call.path = kPath;
    call.request = std::move(request);
    return call;
}

Script echo(const std::string&, const std::string& request) {
    return answer(request);
}

asio::awaitable<ChannelState> wait_until_ready(Channel& channel) {
    ChannelState now = channel.state(true);
    for (int i = 0; i < 1000 && now != ChannelState::ready && now != ChannelState::shut_down; ++i) {
        co_await channel.wait_for_change(now, std::chrono::seconds(5));
        now = channel.state(true);
    }
    co_return now;
}

TEST_CASE("a unary call brings the request to Octane and its answer back") {
    FakeOctane server([](const std::string& path, const std::string& request) { return answer(path + "|" + request); });
    Channel channel(options_for(server.port()));
    Loop loop;
    const Reply reply = loop.run(channel.unary(call_of("hello")));
    CHECK(reply.status == GrpcStatus::ok);
    CHECK(reply.body.flatten() == std::string(kPath) + "|hello");
}

TEST_CASE("empty requests and answers are messages like any other") {
    FakeOctane server(echo);
    Channel channel(options_for(server.port()));
    Loop loop;
    const Reply reply = loop.run(channel.unary(call_of("")));
    CHECK(reply.status == GrpcStatus::ok);
    CHECK(reply.body.empty());
}

TEST_CASE("success without a message is no answer, not even an empty one") {
    FakeOctane server([](const std::string&, const std::string&) { return Script{}; });
    Channel channel(options_for(server.port()));
    Loop loop;
    const Reply reply = loop.run(channel.unary(call_of("hello")));
    CHECK(reply.status == GrpcStatus::internal);
    CHECK(reply.message == "the server says success, but its answer did not come, or not whole");
    CHECK(reply.body.empty());
}

TEST_CASE("messages far above gRPC's own limit of 4 MiB pass whole, both ways") {
    FakeOctane server(echo);
    Channel channel(options_for(server.port()));
    Loop loop;
    std::string large(9UL << 20U, '\0');
    for (std::size_t i = 0; i < large.size(); i += 997) large[i] = static_cast<char>(i);
    const Reply reply = loop.run(channel.unary(call_of(large)));
    REQUIRE(reply.status == GrpcStatus::ok);
    CHECK(reply.body.flatten() == large);
}

TEST_CASE("an answer outlives the call, the channel and the server") {
    std::optional<Reply> reply;
    {
        FakeOctane server(echo);
        Channel channel(options_for(server.port()));
        Loop loop;
        reply = loop.run(channel.unary(call_of(std::string(100000, 'p'))));
    }
    CHECK(reply->body.flatten() == std::string(100000, 'p'));
}

TEST_CASE("a message above the channel's limit is RESOURCE_EXHAUSTED in either direction, in gRPC's words") {
    FakeOctane server([](const std::string&, const std::string&) { return answer(std::string(2000, 'a')); });
    ChannelOptions options = options_for(server.port());
    options.max_message = 1000;
    Channel channel(options);
    Loop loop;
    const Reply received = loop.run(channel.unary(call_of("small")));
    CHECK(received.status == GrpcStatus::resource_exhausted);
    CHECK(received.message.find("larger than max") != std::string::npos);
    CHECK(received.body.empty());
    const Reply sent = loop.run(channel.unary(call_of(std::string(2000, 'q'))));
    CHECK(sent.status == GrpcStatus::resource_exhausted);
    CHECK(sent.message.find("larger than max") != std::string::npos);
    CHECK(server.calls(kPath) == 1);
}

TEST_CASE("every status and its text come back word for word") {
    FakeOctane server([](const std::string&, const std::string& request) {
        const int code = std::stoi(request);
        return failure(static_cast<grpc::StatusCode>(code), "Octane's own words: ünïcode, \"quotes\"\nand lines " + request);
    });
    Channel channel(options_for(server.port()));
    Loop loop;
    for (int code = 1; code <= 16; ++code) {
        const Reply reply = loop.run(channel.unary(call_of(std::to_string(code))));
        CHECK(static_cast<int>(reply.status) == code);
        CHECK(reply.message == "Octane's own words: ünïcode, \"quotes\"\nand lines " + std::to_string(code));
        CHECK(reply.body.empty());
    }
}

TEST_CASE("where nobody listens a call is UNAVAILABLE") {
    const ClosedPort port;
    Channel channel(options_for(port.number()));
    Loop loop;
    const Reply reply = loop.run(channel.unary(call_of("x")));
    CHECK(reply.status == GrpcStatus::unavailable);
    CHECK_FALSE(reply.message.empty());
}

TEST_CASE("a call in flight is UNAVAILABLE when the server goes away") {
    FakeOctane server([](const std::string&, const std::string&) { return open_call(); });
    Channel channel(options_for(server.port()));
    Loop loop;
    auto pending = loop.start(channel.unary(call_of("x")));
    REQUIRE(server.await_open_calls(1));
    server.stop();
    const GrpcStatus status = get(std::move(pending)).status;
    CHECK((status == GrpcStatus::unavailable || status == GrpcStatus::cancelled));
}

TEST_CASE("a call that Octane does not answer ends at its deadline, and Octane hears that it was given up") {
    FakeOctane server([](const std::string&, const std::string&) { return open_call(); });
    Channel channel(options_for(server.port()));
    Loop loop;
    REQUIRE(loop.run(wait_until_ready(channel)) == ChannelState::ready);
    // Twice as long each time, until one gets as far as Octane before its deadline, however slow the machine is.
    for (std::chrono::milliseconds limit(50); server.calls(kPath) == 0; limit *= 2) {
        REQUIRE(limit < tests::kPatience);
        UnaryCall call = call_of("x");
        call.timeout = limit;
        CHECK(loop.run(channel.unary(std::move(call))).status == GrpcStatus::deadline_exceeded);
    }
    CHECK(server.await_cancellations(1));
}

TEST_CASE("a call is cancelled through its slot, and Octane hears of it") {
    FakeOctane server([](const std::string&, const std::string&) { return open_call(); });
    Channel channel(options_for(server.port()));
    Loop loop;
    asio::cancellation_signal gone;
    UnaryCall call = call_of("x");
    call.slot = gone.slot();
    auto pending = loop.start(channel.unary(std::move(call)));
    REQUIRE(server.await_open_calls(1));
    loop.call([&] { gone.emit(asio::cancellation_type::terminal); });
    CHECK(get(std::move(pending)).status == GrpcStatus::cancelled);
    CHECK(server.await_cancellations(1));
}

TEST_CASE("a signal that comes after the call has ended harms nobody") {
    FakeOctane server(echo);
    Channel channel(options_for(server.port()));
    Loop loop;
    asio::cancellation_signal gone;
    UnaryCall call = call_of("x");
    call.slot = gone.slot();
    CHECK(loop.run(channel.unary(std::move(call))).status == GrpcStatus::ok);
    loop.call([&] {
        CHECK_FALSE(gone.slot().has_handler());
        gone.emit(asio::cancellation_type::terminal);
    });
}

asio::awaitable<std::thread::id> thread_after_call(Channel& channel) {
    const Reply reply = co_await channel.unary(call_of("x"));
    static_cast<void>(reply);
    co_return std::this_thread::get_id();
}

TEST_CASE("each call resumes on the loop that asked, though all share one channel") {
    FakeOctane server(echo);
    Channel channel(options_for(server.port()));
    Loop one;
    Loop other;
    std::thread::id one_id;
    std::thread::id other_id;
    one.call([&] { one_id = std::this_thread::get_id(); });
    other.call([&] { other_id = std::this_thread::get_id(); });
    std::vector<std::future<std::thread::id>> ones;
    std::vector<std::future<std::thread::id>> others;
    for (int i = 0; i < 50; ++i) {
        ones.push_back(one.start(thread_after_call(channel)));
        others.push_back(other.start(thread_after_call(channel)));
    }
    for (auto& id : ones) CHECK(get(std::move(id)) == one_id);
    for (auto& id : others) CHECK(get(std::move(id)) == other_id);
}

TEST_CASE("shutdown cancels the calls under way, and new ones are CANCELLED without being sent") {
    FakeOctane server([](const std::string&, const std::string&) { return open_call(); });
    Channel channel(options_for(server.port()));
    Loop loop;
    auto pending = loop.start(channel.unary(call_of("x")));
    REQUIRE(server.await_open_calls(1));
    channel.shutdown();
    channel.shutdown();
    CHECK(get(std::move(pending)).status == GrpcStatus::cancelled);
    CHECK(server.await_cancellations(1));
    const Reply refused = loop.run(channel.unary(call_of("y")));
    CHECK(refused.status == GrpcStatus::cancelled);
    CHECK(refused.message == "the proxy is going down");
    CHECK(server.calls(kPath) == 1);
}

TEST_CASE("the channel's state is ready while the server is there, and no longer once it has gone") {
    FakeOctane server(echo);
    Channel channel(options_for(server.port()));
    Loop loop;
    CHECK(channel.state(false) == ChannelState::idle);
    REQUIRE(loop.run(wait_until_ready(channel)) == ChannelState::ready);
    auto changed = loop.start(channel.wait_for_change(ChannelState::ready, std::chrono::seconds(20)));
    server.stop();
    get(std::move(changed));
    CHECK(channel.state(false) != ChannelState::ready);
}

TEST_CASE("waiting for a change ends at its limit when nothing changes") {
    FakeOctane server(echo);
    Channel channel(options_for(server.port()));
    Loop loop;
    loop.run(channel.wait_for_change(ChannelState::idle, std::chrono::milliseconds(1)));
    CHECK(channel.state(false) == ChannelState::idle);
}

TEST_CASE("a refused connection shows as failing") {
    const ClosedPort port;
    Channel channel(options_for(port.number()));
    Loop loop;
    bool has_failed = false;
    for (int i = 0; i < 100 && !has_failed; ++i) {
        const ChannelState now = channel.state(true);
        has_failed = now == ChannelState::failing;
        if (!has_failed) loop.run(channel.wait_for_change(now, std::chrono::seconds(1)));
    }
    CHECK(has_failed);
}

std::optional<int> argument_of(const ChannelOptions& options, std::string_view name) {
    const grpc::ChannelArguments arguments = make_arguments(options);
    const grpc_channel_args raw = arguments.c_channel_args();
    for (std::size_t i = 0; i < raw.num_args; ++i) {
        if (raw.args[i].key == name && raw.args[i].type == GRPC_ARG_INTEGER) return raw.args[i].value.integer;
    }
    return std::nullopt;
}

// docs/api.md §1: the first retry within 200 ms, then at most every 2 s. An attempt that a pause precedes is answered at once
// where Octane has come up; what is left of the 2 s is for finding out its release.
TEST_CASE("a channel tries again soon, and never pauses so long that a returned Octane would wait 2 s") {
    const auto value_of = [](std::string_view name) { return argument_of({}, name); };
    const auto first = value_of(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS);
    const auto longest = value_of(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS);
    REQUIRE(first);
    REQUIRE(longest);
    CHECK(*first > 0);
    CHECK(*first * 1.2 < 200);
    CHECK(*longest * 1.2 <= 1500);
}

// gRPC's servers allow a ping in 5 min without data, and none without a call, unless they are told otherwise.
TEST_CASE("by default nobody is pinged more often than any gRPC server allows, and this machine not at all") {
    ChannelOptions options;
    for (const char* here : {"127.0.0.1", "::1", "localhost"}) {
        options.host = here;
        CHECK_FALSE(argument_of(options, GRPC_ARG_KEEPALIVE_TIME_MS));
    }
    options.host = "192.168.1.20";
    CHECK(argument_of(options, GRPC_ARG_KEEPALIVE_TIME_MS).value_or(0) > 300000);
    CHECK(argument_of(options, GRPC_ARG_KEEPALIVE_TIMEOUT_MS) == 20000);
    CHECK(argument_of(options, GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS).value_or(0) == 0);
    options.keepalive = std::chrono::milliseconds(0);
    CHECK_FALSE(argument_of(options, GRPC_ARG_KEEPALIVE_TIME_MS));
    options.host = "127.0.0.1";
    options.keepalive = std::chrono::hours(24 * 366);
    CHECK(argument_of(options, GRPC_ARG_KEEPALIVE_TIME_MS).value_or(0) == std::numeric_limits<int>::max());
}

TEST_CASE("what a server says shows on the channel, and what gRPC says by itself does not") {
    FakeOctane server([](const std::string& path, const std::string&) {
        return path == kPath ? failure(grpc::StatusCode::UNIMPLEMENTED, "") : open_call();
    });
    Channel channel(options_for(server.port()));
    Loop loop;
    const auto begin = std::chrono::steady_clock::now();
    UnaryCall unanswered = call_of("");
    unanswered.path = "/some.Service/other";
    unanswered.timeout = std::chrono::milliseconds(20);
    CHECK(loop.run(channel.unary(std::move(unanswered))).status == GrpcStatus::deadline_exceeded);
    CHECK(channel.last_heard() < begin);
    CHECK(loop.run(channel.unary(call_of(""))).status == GrpcStatus::unimplemented);
    CHECK(channel.last_heard() >= begin);
}

TEST_CASE("calls of a connection that is given up end UNAVAILABLE, and later ones go over the one that takes its place") {
    FakeOctane server(
        [](const std::string& path, const std::string& request) { return path == kPath ? answer(request) : open_call(); });
    Channel channel(options_for(server.port()));
    channel.count_losses();
    Loop loop;
    REQUIRE(loop.run(wait_until_ready(channel)) == ChannelState::ready);
    UnaryCall stuck = call_of("");
    stuck.path = "/some.Service/stuck";
    auto pending = loop.start(channel.unary(std::move(stuck)));
    REQUIRE(server.await_open_calls(1));
    UnaryCall question = call_of("there?");
    question.is_over_spare = true;
    CHECK(loop.run(channel.unary(std::move(question))).body.flatten() == "there?");
    const auto losses = channel.losses();
    loop.call([&] { channel.adopt_spare(); });
    const Reply end = get(std::move(pending));
    CHECK(end.status == GrpcStatus::unavailable);
    CHECK(end.message == kConnectionGivenUp.message);
    CHECK(channel.losses() == losses + 1);
    CHECK(loop.run(channel.unary(call_of("later"))).body.flatten() == "later");
}

TEST_CASE("calls that are cut at the end of the program say so") {
    FakeOctane server([](const std::string&, const std::string&) { return open_call(); });
    Channel channel(options_for(server.port()));
    Loop loop;
    auto pending = loop.start(channel.unary(call_of("x")));
    REQUIRE(server.await_open_calls(1));
    channel.close();
    const Reply end = get(std::move(pending));
    CHECK(end.status == GrpcStatus::cancelled);
    CHECK(end.is_going_down);
    CHECK(end.was_sent);
    const Reply later = loop.run(channel.unary(call_of("y")));
    CHECK(later.is_going_down);
    CHECK_FALSE(later.was_sent);
}

}  // namespace
}  // namespace octane::upstream
