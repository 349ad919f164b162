#include "rpc/streams.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "unit/rpc/running_upstream.hpp"

namespace octane::rpc {
namespace {

namespace asio = boost::asio;
using base::ErrorCode;
using tests::FakeOctane;
using tests::get;
using tests::kPatience;
using tests::open_call;
using tests::RunningUpstream;
using tests::Script;
using tests::unimplemented;

constexpr const char* kWatchCall = "/try.Camera/Watch";
const std::string kWord = "\n\x02hi";

// Its stream stays open after these messages. The question whether the server is there is answered at once: it would count as
// open, too.
FakeOctane::Scripter camera(std::vector<std::string> messages = {}) {
    return [messages = std::move(messages)](const std::string& path, const std::string&) {
        return path == kWatchCall ? open_call(messages) : unimplemented();
    };
}

asio::awaitable<std::shared_ptr<CallPlan>> plan_of(const Caller& caller) {
    CallRequest request;
    request.head.service = "Camera";
    request.head.method = "Watch";
    auto plan = co_await caller.plan(request);
    if (!plan) throw std::runtime_error(plan.error().message);
    co_return std::shared_ptr<CallPlan>(*std::move(plan));
}

struct Heard {
    std::vector<std::string> messages;
    StreamEnd end;
};

asio::awaitable<Heard> hear(std::unique_ptr<StreamReader> reader) {
    Heard heard;
    for (;;) {
        auto next = co_await reader->next(kPatience);
        if (next.message) heard.messages.push_back(next.message->bytes().flatten());
        if (!next.end) continue;
        heard.end = *std::move(next.end);
        co_return heard;
    }
}

asio::awaitable<base::Result<std::unique_ptr<StreamReader>>> watch(const Caller& caller, ReadPolicy policy = ReadPolicy::all) {
    auto plan = co_await plan_of(caller);
    auto opened = co_await caller.streams().open(std::move(plan), {});
    if (!opened) co_return std::move(opened).error();
    auto call = *std::move(opened);
    const auto sent = co_await call->send(kWord);
    if (!sent) co_return sent.error();
    co_await call->end_sending();
    auto reader = co_await caller.streams().read(std::move(call), policy);
    co_return reader;
}

asio::awaitable<base::Result<Heard>> hear_all(const Caller& caller) {
    auto reader = co_await watch(caller);
    if (!reader) co_return std::move(reader).error();
    auto heard = co_await hear(*std::move(reader));
    co_return heard;
}

asio::awaitable<std::unique_ptr<StreamReader>> share(const Caller& caller, std::string request, upstream::Metadata metadata = {},
                                                     std::chrono::milliseconds timeout = std::chrono::milliseconds(0)) {
    auto plan = co_await plan_of(caller);
    StreamRequest terms{timeout, std::move(metadata)};
    auto reader = co_await caller.streams().share(std::move(plan), std::move(request), std::move(terms));
    co_return reader;
}

// The reader belongs to its loop, which also ends it.
void leave(RunningUpstream& upstream, std::unique_ptr<StreamReader> reader) {
    upstream.loop().call([&reader] { reader.reset(); });
}

asio::awaitable<AnswerSlot::Next> leave_and_ask(StreamReader& reader) {
    reader.leave();
    co_return co_await reader.next(kPatience);
}

TEST_CASE("a stream gives every message, and its end in words") {
    FakeOctane server([](const std::string& path, const std::string& request) {
        if (path != kWatchCall) return tests::unimplemented();
        return Script{{request, "", "three"}, {grpc::StatusCode::ABORTED, "that was all"}, false};
    });
    RunningUpstream upstream(server.port());
    const auto heard = upstream.loop().run(hear_all(upstream.caller()));
    REQUIRE(heard);
    CHECK(heard->messages == std::vector<std::string>{kWord, "", "three"});
    REQUIRE(heard->end.error);
    CHECK(heard->end.error->message == "that was all");
    CHECK(heard->end.error->code == ErrorCode::upstream_conflict);
}

TEST_CASE("who leaves ends the call upstream") {
    FakeOctane server(camera({"a"}));
    RunningUpstream upstream(server.port());
    auto reader = upstream.loop().run(watch(upstream.caller()));
    REQUIRE(reader);
    CHECK(upstream.loop().run((*reader)->next(kPatience)).message);
    leave(upstream, *std::move(reader));
    CHECK(server.await_cancellations(1));
}

TEST_CASE("a stream beyond its method's own limit is refused and counted, and readers of a shared one take one place") {
    FakeOctane server(camera({"a"}));
    RunningUpstream upstream(server.port(), {0, false, {}}, {{}, {}, {}, {{"Camera/Watch", 1}}});
    auto first = upstream.loop().run(share(upstream.caller(), kWord));
    CHECK(upstream.loop().run(first->next(kPatience)).message);
    auto second = upstream.loop().run(share(upstream.caller(), kWord));
    CHECK(upstream.loop().run(second->next(kPatience)).message);
    const auto refused = upstream.loop().run(watch(upstream.caller()));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::upstream_exhausted);
    CHECK(upstream.invoker().stats().unsent(base::GrpcStatus::resource_exhausted) == 1);
    leave(upstream, std::move(first));
    leave(upstream, std::move(second));
    REQUIRE(server.await_cancellations(1));
    const auto end = std::chrono::steady_clock::now() + kPatience;
    auto reader = upstream.loop().run(watch(upstream.caller()));
    while (!reader && std::chrono::steady_clock::now() < end) reader = upstream.loop().run(watch(upstream.caller()));
    REQUIRE(reader);  // the place is free again
    leave(upstream, *std::move(reader));
}

TEST_CASE("readers of one stream are one call, and a late one gets the newest message at once") {
    FakeOctane server(camera({"a"}));
    RunningUpstream upstream(server.port());
    auto first = upstream.loop().run(share(upstream.caller(), kWord));
    CHECK(upstream.loop().run(first->next(kPatience)).message->bytes().flatten() == "a");
    auto second = upstream.loop().run(share(upstream.caller(), kWord));
    CHECK(upstream.loop().run(second->next(kPatience)).message->bytes().flatten() == "a");
    server.push("b");
    CHECK(upstream.loop().run(first->next(kPatience)).message->bytes().flatten() == "b");
    CHECK(upstream.loop().run(second->next(kPatience)).message->bytes().flatten() == "b");
    CHECK(server.calls(kWatchCall) == 1);
    auto other = upstream.loop().run(share(upstream.caller(), "\n\x02yo"));
    CHECK(server.await_calls(kWatchCall, 2));
    leave(upstream, std::move(first));
    server.push("c");
    CHECK(upstream.loop().run(second->next(kPatience)).message);
    leave(upstream, std::move(second));
    leave(upstream, std::move(other));
    CHECK(server.await_cancellations(2));
}

TEST_CASE("what only names a request across programs keeps nobody from sharing, and other metadata does") {
    FakeOctane server(camera({"a"}));
    RunningUpstream upstream(server.port());
    std::vector<std::unique_ptr<StreamReader>> readers;
    for (const auto& metadata :
         std::vector<upstream::Metadata>{{{"traceparent", "1"}}, {{"traceparent", "2"}}, {{"x-who", "me"}}}) {
        readers.push_back(upstream.loop().run(share(upstream.caller(), kWord, metadata)));
        CHECK(upstream.loop().run(readers.back()->next(kPatience)).message);
    }
    CHECK(server.calls(kWatchCall) == 2);
    for (auto& reader : readers) leave(upstream, std::move(reader));
}

TEST_CASE("a reader's deadline ends its reading and not the call that others read") {
    using std::chrono::milliseconds;
    FakeOctane server(camera({"a"}));
    RunningUpstream upstream(server.port());
    auto brief = upstream.loop().run(share(upstream.caller(), kWord, {}, milliseconds(200)));
    auto late = upstream.loop().run(share(upstream.caller(), kWord, {}, milliseconds(1)));
    auto other = upstream.loop().run(share(upstream.caller(), kWord));
    const auto heard = upstream.loop().run(hear(std::move(brief)));
    REQUIRE(heard.end.error);
    CHECK(heard.end.error->code == ErrorCode::deadline_exceeded);
    CHECK(heard.end.error->message == "the deadline of this reader of Camera.Watch has passed");
    // It counts also for one for whom there is a message.
    const auto end = upstream.loop().run(late->next(kPatience)).end;
    REQUIRE(end);
    CHECK(end->error->code == ErrorCode::deadline_exceeded);
    leave(upstream, std::move(late));
    CHECK(upstream.loop().run(other->next(kPatience)).message);
    server.push("b");
    CHECK(upstream.loop().run(other->next(kPatience)).message->bytes().flatten() == "b");
    CHECK(server.calls(kWatchCall) == 1);
    leave(upstream, std::move(other));
    CHECK(server.await_cancellations(1));
}

TEST_CASE("who leaves a shared stream is at its end, though nothing comes") {
    FakeOctane server(camera());
    RunningUpstream upstream(server.port());
    auto reader = upstream.loop().run(share(upstream.caller(), kWord));
    const auto end = upstream.loop().run(leave_and_ask(*reader)).end;
    REQUIRE(end);
    CHECK(end->error->code == ErrorCode::cancelled);
    leave(upstream, std::move(reader));
}

TEST_CASE("a shared stream that has ended is begun anew") {
    FakeOctane server([](const std::string&, const std::string&) { return Script{{"a"}, {}, false}; });
    RunningUpstream upstream(server.port());
    for (std::size_t round = 1; round <= 2; ++round) {
        const auto heard = upstream.loop().run(hear(upstream.loop().run(share(upstream.caller(), kWord))));
        CHECK(heard.messages == std::vector<std::string>{"a"});
        CHECK_FALSE(heard.end.error);
        CHECK(server.calls(kWatchCall) == round);
    }
}

TEST_CASE("the end of the program ends all of them, and there is none after it") {
    FakeOctane server(camera());
    RunningUpstream upstream(server.port());
    auto reader = upstream.loop().run(watch(upstream.caller()));
    REQUIRE(reader);
    auto shared = upstream.loop().run(share(upstream.caller(), kWord));
    CHECK(server.await_open_calls(2));
    upstream.caller().streams().close();
    CHECK(upstream.loop().run((*reader)->next(kPatience)).end);
    const auto end = upstream.loop().run(shared->next(kPatience)).end;
    REQUIRE(end);
    CHECK(end->error->code == ErrorCode::shutting_down);
    leave(upstream, *std::move(reader));
    leave(upstream, std::move(shared));
    CHECK(upstream.loop().run(hear_all(upstream.caller())).error().code == ErrorCode::shutting_down);
}

}  // namespace
}  // namespace octane::rpc
