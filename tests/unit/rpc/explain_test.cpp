#include "rpc/explain.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <utility>

#include "rpc/plain_policy.hpp"
#include "unit/rpc/running_upstream.hpp"
#include "unit/upstream/closed_port.hpp"

namespace octane::rpc {
namespace {

namespace asio = boost::asio;
using base::ErrorCode;
using base::GrpcStatus;
using tests::ClosedPort;
using tests::RunningUpstream;

base::Error explained(const upstream::ChannelOptions& channel, GrpcStatus status, const std::string& words) {
    tests::Loop loop;
    upstream::UpstreamOptions options;
    options.words.title = "The camera";
    options.channel = channel;
    const auto schema = tests::camera_schema();
    options.schema = std::make_shared<upstream::FixedSchema>(schema);
    upstream::Upstream upstream(std::move(options), loop.executor());
    const auto method = schema->find_method("Camera", "Look");
    REQUIRE(method);
    upstream::Reply reply;
    reply.status = status;
    reply.message = words;
    return explain_failure(upstream, **method, reply);
}

TEST_CASE("a message above the limit is told with the limit and with what sets it") {
    upstream::ChannelOptions channel;
    channel.max_message = 4000;
    const std::string words = "Received message larger than max (5002 vs. 4000)";
    const auto usual = explained(channel, GrpcStatus::resource_exhausted, words);
    CHECK(usual.code == ErrorCode::message_too_large);
    const std::string begin = "the answer or request of Camera.Look is larger than the limit of 4000 bytes that ";
    CHECK(usual.message == begin + "--max-message sets (" + words + ")");
    channel.max_message_option = "max-message of [upstream.camera]";
    CHECK(explained(channel, GrpcStatus::resource_exhausted, words).message ==
          begin + "max-message of [upstream.camera] sets (" + words + ")");
}

TEST_CASE("a limit of the server's own is not taken for one of the proxy's") {
    upstream::ChannelOptions channel;
    channel.max_message = 4000;
    for (const std::string words : {"grpc: received message larger than max (5002 vs. 400)",
                                    "SERVER: Received message larger than max (50020 vs. 40000)"}) {
        const auto error = explained(channel, GrpcStatus::resource_exhausted, words);
        CHECK(error.code == ErrorCode::message_too_large);
        CHECK(error.message == "the answer or request of Camera.Look is larger than The camera allows (" + words + ")");
    }
    const auto without = explained(channel, GrpcStatus::resource_exhausted, "message larger than max");
    CHECK(without.message.find("--max-message sets") != std::string::npos);
    CHECK(explained(channel, GrpcStatus::resource_exhausted, "out of memory").code == ErrorCode::upstream_exhausted);
}

asio::awaitable<base::Result<base::Done>> look_once(const Caller& caller) {
    CallRequest request;
    request.head.service = "Camera";
    request.head.method = "Look";
    JsonCodec codec({});
    auto done = co_await caller.call(request, "{}", codec);
    co_return done;
}

asio::awaitable<base::Result<base::Done>> watch_once(const Caller& caller) {
    CallRequest request;
    request.head.service = "Camera";
    request.head.method = "Watch";
    auto planned = co_await caller.plan(request);
    if (!planned) co_return std::move(planned).error();
    std::shared_ptr<CallPlan> plan = *std::move(planned);
    StreamRequest terms;
    auto opened = co_await caller.streams().open(std::move(plan), std::move(terms));
    if (!opened) co_return std::move(opened).error();
    co_return base::Done{};
}

TEST_CASE("an upstream that is away is 503 for calls and for streams, with the reason") {
    const ClosedPort port;
    RunningUpstream upstream(port.number());
    for (const auto& done :
         {upstream.loop().run(look_once(upstream.caller())), upstream.loop().run(watch_once(upstream.caller()))}) {
        REQUIRE_FALSE(done);
        CHECK(done.error().code == ErrorCode::upstream_away);
        CHECK(base::http_status(done.error().code) == 503);
        CHECK(done.error().grpc == GrpcStatus::unavailable);
        CHECK(done.error().message.find("The camera cannot be reached at 127.0.0.1:" + std::to_string(port.number())) == 0);
    }
}

}  // namespace
}  // namespace octane::rpc
