#include "rpc/plain_policy.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <future>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "unit/rpc/running_upstream.hpp"

namespace octane::rpc {
namespace {

namespace asio = boost::asio;
using base::ErrorCode;
using tests::answer;
using tests::failure;
using tests::FakeOctane;
using tests::get;
using tests::open_call;
using tests::RunningUpstream;
using tests::Script;
using tests::unimplemented;

constexpr const char* kLook = "/try.Camera/Look";
constexpr const char* kGetNote = "/try.Camera/getNote";
const std::string kNote = "\n\x02hi";

struct Called {
    base::Result<base::Done> done = base::Done{};
    std::string json;
};

asio::awaitable<Called> call_json(const Caller& caller, std::string method, std::string body,
                                  std::optional<std::chrono::milliseconds> timeout = std::nullopt) {
    CallRequest request;
    request.timeout = timeout;
    request.head.service = "Camera";
    request.head.method = method;
    JsonCodec codec({});
    Called called;
    called.done = co_await caller.call(request, body, codec);
    called.json = std::move(codec.json());
    co_return called;
}

TEST_CASE("an upstream of which nothing special is known is called by the names of its own schema") {
    FakeOctane server([](const std::string&, const std::string& request) { return answer(request); });
    RunningUpstream upstream(server.port());
    const auto called = upstream.loop().run(call_json(upstream.caller(), "Look", R"({"text":"hi"})"));
    REQUIRE(called.done);
    CHECK(called.json == R"({"text":"hi"})");
    CHECK(server.history().back().path == kLook);
}

TEST_CASE("only what its descriptor calls free of side effects is a read, whatever its name begins with") {
    FakeOctane server([](const std::string& path, const std::string&) {
        return path.starts_with("/grpc.health.") ? unimplemented() : open_call({kNote});  // asked to find out whether it is there
    });
    RunningUpstream upstream(server.port());
    std::vector<std::future<Called>> calls;
    calls.push_back(upstream.loop().start(call_json(upstream.caller(), "Look", "{}")));
    REQUIRE(server.await_open_calls(1));
    for (int i = 0; i < 2; ++i) calls.push_back(upstream.loop().start(call_json(upstream.caller(), "Look", "{}")));
    upstream.loop().call([] {});  // both wait for the first one's answer now
    for (int i = 0; i < 2; ++i) calls.push_back(upstream.loop().start(call_json(upstream.caller(), "getNote", "{}")));
    REQUIRE(server.await_open_calls(3));
    server.end_open_calls();
    for (auto& call : calls) CHECK(get(std::move(call)).json == R"({"text":"hi"})");
    CHECK(server.calls(kLook) == 1);
    CHECK(server.calls(kGetNote) == 2);
    CHECK(upstream.invoker().joined_reads() == 2);
}

TEST_CASE("a method with a largest message of its own refuses what is larger, either way") {
    FakeOctane server([](const std::string&, const std::string&) { return answer("\n\x08" + std::string(8, 'x')); });
    RunningUpstream upstream(server.port(), {}, {{}, {}, {{}, {{"Camera/L*", 9}}}, {}});
    const auto too_much = upstream.loop().run(call_json(upstream.caller(), "Look", R"({"text":"12345678"})"));
    REQUIRE_FALSE(too_much.done);
    CHECK(too_much.done.error().code == ErrorCode::body_too_large);
    CHECK(too_much.done.error().message.find("10 bytes as protobuf; method-max-message") != std::string::npos);
    CHECK(server.calls(kLook) == 0);
    const auto answered = upstream.loop().run(call_json(upstream.caller(), "Look", R"({"text":"1234567"})"));
    REQUIRE_FALSE(answered.done);
    CHECK(answered.done.error().code == ErrorCode::message_too_large);
    CHECK(server.calls(kLook) == 1);
    CHECK(upstream.loop().run(call_json(upstream.caller(), "getNote", R"({"text":"12345678"})")).done);
}

TEST_CASE("methods with a limit of their own wait for one another, and for nobody else") {
    FakeOctane server([](const std::string& path, const std::string&) {
        return path == kLook ? open_call({kNote}) : path == kGetNote ? answer(kNote) : unimplemented();
    });
    RunningUpstream upstream(server.port(), {0, false, {}}, {{}, {}, {}, {{"Camera/Look", 1}}});
    auto first = upstream.loop().start(call_json(upstream.caller(), "Look", "{}"));
    REQUIRE(server.await_open_calls(1));
    auto second = upstream.loop().start(call_json(upstream.caller(), "Look", "{}"));
    CHECK(upstream.loop().run(call_json(upstream.caller(), "getNote", "{}")).done);  // begun after it, and ended before
    CHECK(server.calls(kLook) == 1);
    server.end_open_calls();
    CHECK(get(std::move(first)).done);
    REQUIRE(server.await_open_calls(1));
    server.end_open_calls();
    CHECK(get(std::move(second)).done);
    CHECK(server.most_at_once(kLook) == 1);
}

TEST_CASE("who waits for a method's own limit has a deadline, is counted, and is told when the proxy ends") {
    FakeOctane server(
        [](const std::string& path, const std::string&) { return path == kLook ? open_call({kNote}) : unimplemented(); });
    RunningUpstream upstream(server.port(), {0, false, {}}, {{}, {}, {}, {{"Camera/Look", 1}}});
    auto first = upstream.loop().start(call_json(upstream.caller(), "Look", "{}"));
    REQUIRE(server.await_open_calls(1));
    const auto late = upstream.loop().run(call_json(upstream.caller(), "Look", "{}", std::chrono::milliseconds(20)));
    REQUIRE_FALSE(late.done);
    CHECK(late.done.error().code == ErrorCode::deadline_exceeded);
    CHECK(late.done.error().message.find("Camera/Look of ") != std::string::npos);
    auto waiting = upstream.loop().start(call_json(upstream.caller(), "Look", "{}"));
    upstream.loop().call([] {});  // it waits now
    CHECK(upstream.invoker().load().waiting == 1);
    upstream.policy().close();
    const auto ended = get(std::move(waiting));
    REQUIRE_FALSE(ended.done);
    CHECK(ended.done.error().code == ErrorCode::shutting_down);
    CHECK(upstream.invoker().load().waiting == 0);
    server.end_open_calls();
    CHECK(get(std::move(first)).done);
    CHECK(server.calls(kLook) == 1);
}

TEST_CASE("a streaming method is refused without a word about another service's streams") {
    FakeOctane server([](const std::string&, const std::string&) { return answer(kNote); });
    RunningUpstream upstream(server.port());
    const auto called = upstream.loop().run(call_json(upstream.caller(), "Watch", "{}"));
    REQUIRE_FALSE(called.done);
    CHECK(base::http_status(called.done.error().code) == 400);
    CHECK(called.done.error().message.find("/render/stream") == std::string::npos);
}

TEST_CASE("a failure names the upstream by its title, and its own text is kept") {
    FakeOctane server([](const std::string& path, const std::string&) -> Script {
        if (path == kLook) return failure(grpc::StatusCode::UNIMPLEMENTED, "");
        return failure(grpc::StatusCode::NOT_FOUND, "no such note");
    });
    RunningUpstream upstream(server.port());
    const auto unknown = upstream.loop().run(call_json(upstream.caller(), "Look", "{}"));
    REQUIRE_FALSE(unknown.done);
    CHECK(unknown.done.error().message == "The camera does not implement Camera.Look");
    const auto missing = upstream.loop().run(call_json(upstream.caller(), "getNote", "{}"));
    REQUIRE_FALSE(missing.done);
    CHECK(missing.done.error().message == "no such note");
    const auto misspelt = upstream.loop().run(call_json(upstream.caller(), "Lok", "{}"));
    REQUIRE_FALSE(misspelt.done);
    CHECK(misspelt.done.error().code == ErrorCode::method_not_found);
    CHECK(misspelt.done.error().message.find("Look") != std::string::npos);
}

TEST_CASE("protobuf in and out passes as it is") {
    FakeOctane server([](const std::string&, const std::string& request) { return answer(request + kNote); });
    RunningUpstream upstream(server.port());
    ProtobufCodec codec;
    CallRequest request;
    request.head.service = "try.Camera";
    request.head.method = "getNote";
    const auto done = upstream.loop().run(upstream.caller().call(request, kNote, codec));
    REQUIRE(done);
    CHECK(codec.answer().flatten() == kNote + kNote);
}

}  // namespace
}  // namespace octane::rpc
