#include "rpc/plain_policy.hpp"

#include <doctest/doctest.h>

#include <future>
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

asio::awaitable<Called> call_json(const Caller& caller, std::string method, std::string body) {
    CallRequest request;
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
