#include <doctest/doctest.h>

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "unit/upstream/closed_port.hpp"
#include "unit/upstream/fake_octane.hpp"
#include "unit/upstream/loop.hpp"
#include "upstream/channel.hpp"

namespace octane::upstream {
namespace {

namespace asio = boost::asio;
using base::GrpcStatus;
using tests::ClosedPort;
using tests::FakeOctane;
using tests::get;
using tests::Loop;
using tests::open_call;
using tests::options_for;
using tests::Script;

constexpr const char* kWatchPath = "/some.Service/watch";

struct Heard {
    std::vector<std::string> messages;
    Reply end;
};

asio::awaitable<Heard> hear_all(Channel& channel, std::string request) {
    Heard heard;
    auto stream = co_await channel.open_stream(kWatchPath, std::move(request));
    for (;;) {
        auto message = co_await stream->read();
        if (!message) break;
        heard.messages.push_back(message->flatten());
    }
    heard.end = co_await stream->finish();
    co_return heard;
}

TEST_CASE("a stream gives every message in order and then tells how it ended") {
    FakeOctane server([](const std::string& path, const std::string& request) {
        return Script{{path, request, "", std::string(5UL << 20U, 'x')}, {grpc::StatusCode::ABORTED, "that was all"}, false};
    });
    Channel channel(options_for(server.port()));
    Loop loop;
    const Heard heard = loop.run(hear_all(channel, "please"));
    REQUIRE(heard.messages.size() == 4);
    CHECK(heard.messages[0] == kWatchPath);
    CHECK(heard.messages[1] == "please");
    CHECK(heard.messages[2].empty());
    CHECK(heard.messages[3] == std::string(5UL << 20U, 'x'));
    CHECK(heard.end.status == GrpcStatus::aborted);
    CHECK(heard.end.message == "that was all");
}

TEST_CASE("a stream without messages ends with OK") {
    FakeOctane server([](const std::string&, const std::string&) { return Script{}; });
    Channel channel(options_for(server.port()));
    Loop loop;
    const Heard heard = loop.run(hear_all(channel, ""));
    CHECK(heard.messages.empty());
    CHECK(heard.end.status == GrpcStatus::ok);
}

TEST_CASE("a stream to a port where nobody listens ends at the first read with UNAVAILABLE") {
    const ClosedPort port;
    Channel channel(options_for(port.number()));
    Loop loop;
    const Heard heard = loop.run(hear_all(channel, ""));
    CHECK(heard.messages.empty());
    CHECK(heard.end.status == GrpcStatus::unavailable);
}

TEST_CASE("a message above the limit ends the stream with RESOURCE_EXHAUSTED") {
    FakeOctane server([](const std::string&, const std::string&) { return Script{{"fits", std::string(3000, 'x')}, {}, true}; });
    ChannelOptions options = options_for(server.port());
    options.max_message = 1000;
    Channel channel(options);
    Loop loop;
    const Heard heard = loop.run(hear_all(channel, ""));
    CHECK(heard.messages == std::vector<std::string>{"fits"});
    CHECK(heard.end.status == GrpcStatus::resource_exhausted);
}

TEST_CASE("messages arrive while the stream stays open, and cancel ends a read that waits") {
    FakeOctane server([](const std::string&, const std::string&) { return open_call(); });
    Channel channel(options_for(server.port()));
    Loop loop;
    const std::shared_ptr<ServerStream> stream = loop.run(channel.open_stream(kWatchPath, ""));
    REQUIRE(server.await_open_calls(1));
    for (const char* text : {"one", "two"}) {
        auto pending = loop.start(stream->read());
        server.push(text);
        const auto message = get(std::move(pending));
        REQUIRE(message);
        CHECK(message->flatten() == text);
    }
    auto pending = loop.start(stream->read());
    stream->cancel();
    CHECK_FALSE(get(std::move(pending)));
    CHECK(loop.run(stream->finish()).status == GrpcStatus::cancelled);
    CHECK(server.await_cancellations(1));
}

TEST_CASE("a stream that is dropped is cancelled") {
    FakeOctane server([](const std::string&, const std::string&) { return open_call(); });
    Channel channel(options_for(server.port()));
    Loop loop;
    {
        const std::shared_ptr<ServerStream> stream = loop.run(channel.open_stream(kWatchPath, ""));
        REQUIRE(server.await_open_calls(1));
    }
    CHECK(server.await_cancellations(1));
}

TEST_CASE("a stream breaks when the server goes away") {
    FakeOctane server([](const std::string&, const std::string&) { return open_call({"first"}); });
    Channel channel(options_for(server.port()));
    Loop loop;
    auto pending = loop.start(hear_all(channel, ""));
    REQUIRE(server.await_open_calls(1));
    server.stop();
    const Heard heard = get(std::move(pending));
    CHECK(heard.end.status != GrpcStatus::ok);
}

TEST_CASE("shutdown ends a stream that waits for its next message") {
    FakeOctane server([](const std::string&, const std::string&) { return open_call({"first"}); });
    Channel channel(options_for(server.port()));
    Loop loop;
    auto pending = loop.start(hear_all(channel, ""));
    REQUIRE(server.await_open_calls(1));
    channel.shutdown();
    const Heard heard = get(std::move(pending));
    CHECK(heard.end.status == GrpcStatus::cancelled);
    CHECK(server.await_cancellations(1));
}

TEST_CASE("on a channel that is shut down a stream ends at once, CANCELLED") {
    FakeOctane server([](const std::string&, const std::string&) { return open_call(); });
    Channel channel(options_for(server.port()));
    Loop loop;
    channel.shutdown();
    const Heard heard = loop.run(hear_all(channel, ""));
    CHECK(heard.messages.empty());
    CHECK(heard.end.status == GrpcStatus::cancelled);
    CHECK(heard.end.message == "the proxy is going down");
}

}  // namespace
}  // namespace octane::upstream
