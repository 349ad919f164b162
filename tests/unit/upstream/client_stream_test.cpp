#include "upstream/client_stream.hpp"

#include <doctest/doctest.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <memory>
#include <string>

#include "unit/upstream/closed_port.hpp"
#include "unit/upstream/deaf_peer.hpp"
#include "unit/upstream/fake_octane.hpp"
#include "unit/upstream/loop.hpp"
#include "upstream/channel.hpp"

namespace octane::upstream {
namespace {

namespace asio = boost::asio;
using base::GrpcStatus;
using std::chrono::milliseconds;
using tests::answer;
using tests::ClosedPort;
using tests::failure;
using tests::FakeOctane;
using tests::get;
using tests::Loop;
using tests::open_call;
using tests::options_for;
using tests::Script;

constexpr const char* kFollowPath = "/some.Service/follow";

// Sends one message and asks how the call ended.
asio::awaitable<Reply> say_and_finish(Channel& channel, std::string message, milliseconds limit = milliseconds(0)) {
    auto stream = co_await channel.open_client_stream(kFollowPath, limit);
    const bool is_written = co_await stream->write(std::move(message));
    static_cast<void>(is_written);
    Reply end = co_await stream->finish();
    co_return end;
}

asio::awaitable<std::unique_ptr<ClientStream>> open_and_say(Channel& channel, std::string message) {
    auto stream = co_await channel.open_client_stream(kFollowPath, milliseconds(0));
    const bool is_written = co_await stream->write(std::move(message));
    CHECK(is_written);
    co_return stream;
}

TEST_CASE("a client stream sends its message and has the one answer at the end") {
    FakeOctane server([](const std::string&, const std::string&) { return answer("thank you"); });
    Channel channel(options_for(server.port()));
    Loop loop;
    const Reply end = loop.run(say_and_finish(channel, "hello"));
    CHECK(end.status == GrpcStatus::ok);
    CHECK(end.body.flatten() == "thank you");
    REQUIRE(server.history().size() == 1);
    CHECK(server.history().front().path == kFollowPath);
    CHECK(server.history().front().request == "hello");
}

TEST_CASE("a server that refuses a client stream is heard at its end, in its own words") {
    FakeOctane server(
        [](const std::string&, const std::string&) { return failure(grpc::StatusCode::UNIMPLEMENTED, "not played here"); });
    Channel channel(options_for(server.port()));
    Loop loop;
    const Reply end = loop.run(say_and_finish(channel, "hello"));
    CHECK(end.status == GrpcStatus::unimplemented);
    CHECK(end.message == "not played here");
    CHECK(end.body.empty());
}

TEST_CASE("without a server a client stream ends unavailable") {
    const ClosedPort port;
    Channel channel(options_for(port.number()));
    Loop loop;
    CHECK(loop.run(say_and_finish(channel, "hello")).status == GrpcStatus::unavailable);
}

TEST_CASE("waiting for a server that does not end is cancelled from outside") {
    FakeOctane server([](const std::string&, const std::string&) { return open_call(); });
    Channel channel(options_for(server.port()));
    Loop loop;
    const auto stream = loop.run(open_and_say(channel, "hello"));
    REQUIRE(server.await_open_calls(1));
    auto end = loop.start(stream->finish());
    loop.call([&] { stream->cancel(); });
    CHECK(get(std::move(end)).status == GrpcStatus::cancelled);
    CHECK(server.await_cancellations(1));
}

TEST_CASE("a server that does not end in time is told off, and the end says so") {
    FakeOctane server([](const std::string&, const std::string&) { return open_call(); });
    Channel channel(options_for(server.port()));
    Loop loop;
    CHECK(loop.run(say_and_finish(channel, "hello", milliseconds(200))).status == GrpcStatus::deadline_exceeded);
}

TEST_CASE("opening a client stream has the same limit, where something listens that says nothing") {
    asio::io_context context;
    const asio::ip::tcp::acceptor silent(context, asio::ip::tcp::endpoint(asio::ip::address_v4::loopback(), 0));
    Channel channel(options_for(silent.local_endpoint().port()));
    Loop loop;
    CHECK(loop.run(say_and_finish(channel, "hello", milliseconds(50))).status == GrpcStatus::deadline_exceeded);
}

TEST_CASE("a peer that takes nothing holds a client stream no longer than its limit") {
    Loop loop;
    tests::DeafPeer peer;
    Channel channel(options_for(peer.port()));
    CHECK(loop.run(say_and_finish(channel, std::string(64UL << 20U, 'x'), milliseconds(300))).status ==
          GrpcStatus::deadline_exceeded);
    peer.close();
}

TEST_CASE("nor does it hold one without a limit longer than the channel is open") {
    Loop loop;
    tests::DeafPeer peer;
    Channel channel(options_for(peer.port()));
    auto end = loop.start(say_and_finish(channel, std::string(64UL << 20U, 'x')));
    channel.close();
    const Reply told = get(std::move(end));
    CHECK(told.status == GrpcStatus::cancelled);
    CHECK(told.is_going_down);
    peer.close();
}

TEST_CASE("a client stream that is let go of is cancelled") {
    FakeOctane server([](const std::string&, const std::string&) { return open_call(); });
    Channel channel(options_for(server.port()));
    Loop loop;
    auto stream = loop.run(open_and_say(channel, "hello"));
    REQUIRE(server.await_open_calls(1));
    stream.reset();
    CHECK(server.await_cancellations(1));
}

TEST_CASE("a channel that has been shut down ends its client streams") {
    FakeOctane server([](const std::string&, const std::string&) { return open_call(); });
    Channel channel(options_for(server.port()));
    Loop loop;
    const auto stream = loop.run(open_and_say(channel, "hello"));
    REQUIRE(server.await_open_calls(1));
    channel.shutdown();
    CHECK(loop.run(stream->finish()).status == GrpcStatus::cancelled);
}

}  // namespace
}  // namespace octane::upstream
