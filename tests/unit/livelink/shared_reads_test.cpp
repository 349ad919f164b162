#include "unit/livelink/json_call.hpp"

#include <doctest/doctest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <future>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "unit/livelink/json_call.hpp"
#include "unit/livelink/running_octane.hpp"
#include "unit/upstream/fake_octane.hpp"

namespace octane::livelink {
namespace {

namespace asio = boost::asio;
using base::ErrorCode;
using std::chrono::milliseconds;
using tests::call_json;
using tests::JsonAnswer;
using tests::JsonCall;
using tests::options_for;
using tests::RunningOctane;
using upstream::tests::answer;
using upstream::tests::FakeOctane;
using upstream::tests::get;
using upstream::tests::open_call;

constexpr const char* kNamePath = "/octaneapi.ApiItemService/name";
constexpr const char* kSetPath = "/octaneapi.ApiItemService/setName";
const std::string kTeapot = "\n\x06teapot";

using Outcome = std::future<base::Result<JsonAnswer>>;

// Reads of a name stay open until the test ends them; setName is answered, or stays open if the name is "slow".
class SharedReadsStage {
  public:
    explicit SharedReadsStage(unsigned concurrency = 8)
        : server_([](const std::string& path, const std::string& request) {
              if (path == kNamePath) return open_call({kTeapot});
              if (path == kSetPath) return request.find("slow") == std::string::npos ? answer("") : open_call({""});
              return upstream::tests::failure(grpc::StatusCode::INVALID_ARGUMENT, "");
          }) {
        auto options = options_for(server_.port());
        options.concurrency = concurrency;
        octane_.emplace(options);
        octane_->watch();
        REQUIRE(octane_->await_connected());
    }

    // Has begun, and waits for whatever it waits for, when this returns.
    Outcome start(const char* method, const char* body, asio::cancellation_slot gone = {},
                  milliseconds timeout = milliseconds(0)) {
        JsonCall request;
        request.service = "ApiItem";
        request.method = method;
        request.body = body;
        request.client_gone = gone;
        request.timeout = timeout;
        auto outcome = octane_->loop().start(call_json(octane_->octane(), request));
        octane_->loop().call([] {});
        return outcome;
    }
    Outcome read(asio::cancellation_slot gone = {}, milliseconds timeout = milliseconds(0)) {
        return start("name", R"({"objectPtr":{"handle":1}})", gone, timeout);
    }
    void leave(asio::cancellation_signal& gone) {
        octane_->loop().call([&] { gone.emit(asio::cancellation_type::terminal); });
    }
    FakeOctane& server() { return server_; }
    RunningOctane& octane() { return *octane_; }

  private:
    FakeOctane server_;
    std::optional<RunningOctane> octane_;
};

void check_teapot(Outcome outcome) {
    const auto answer = get(std::move(outcome));
    REQUIRE(answer);
    CHECK(answer->json == R"({"result":"teapot"})");
}

TEST_CASE("equal reads in flight are asked once, and everybody has the answer") {
    SharedReadsStage stage;
    std::vector<Outcome> reads;
    for (int i = 0; i < 5; ++i) reads.push_back(stage.read());
    REQUIRE(stage.server().await_open_calls(1));
    stage.server().end_open_calls();
    for (auto& read : reads) check_teapot(std::move(read));
    CHECK(stage.server().calls(kNamePath) == 1);
    CHECK(stage.octane()->invoker().joined_reads() == 4);
}

TEST_CASE("a read that begins after the answer is asked anew") {
    SharedReadsStage stage;
    for (std::size_t i = 1; i <= 2; ++i) {
        auto read = stage.read();
        REQUIRE(stage.server().await_calls(kNamePath, i));
        REQUIRE(stage.server().await_open_calls(1));
        stage.server().end_open_calls();
        check_teapot(std::move(read));
    }
}

TEST_CASE("reads of other objects are not joined") {
    SharedReadsStage stage;
    auto one = stage.read();
    auto other = stage.start("name", R"({"objectPtr":{"handle":2}})");
    REQUIRE(stage.server().await_open_calls(2));
    stage.server().end_open_calls();
    check_teapot(std::move(one));
    check_teapot(std::move(other));
}

TEST_CASE("when the one who asked goes away, the next in line asks and the others join it") {
    SharedReadsStage stage;
    asio::cancellation_signal gone;
    auto first = stage.read(gone.slot());
    REQUIRE(stage.server().await_open_calls(1));
    auto second = stage.read();
    auto third = stage.read();
    stage.leave(gone);
    const auto left = get(std::move(first));
    REQUIRE_FALSE(left);
    CHECK(left.error().code == ErrorCode::cancelled);
    REQUIRE(stage.server().await_calls(kNamePath, 2));
    REQUIRE(stage.server().await_open_calls(1));
    stage.server().end_open_calls();
    check_teapot(std::move(second));
    check_teapot(std::move(third));
    CHECK(stage.server().calls(kNamePath) == 2);
}

TEST_CASE("who joined has a deadline and a departure of its own") {
    SharedReadsStage stage;
    auto patient = stage.read();
    REQUIRE(stage.server().await_open_calls(1));
    auto hasty = stage.read({}, milliseconds(20));
    asio::cancellation_signal gone;
    auto leaving = stage.read(gone.slot());
    const auto late = get(std::move(hasty));
    REQUIRE_FALSE(late);
    CHECK(late.error().code == ErrorCode::deadline_exceeded);
    CHECK(late.error().message.find("ApiItem/name for") != std::string::npos);
    stage.leave(gone);
    const auto left = get(std::move(leaving));
    REQUIRE_FALSE(left);
    CHECK(left.error().code == ErrorCode::cancelled);
    stage.server().end_open_calls();
    check_teapot(std::move(patient));
    CHECK(stage.server().calls(kNamePath) == 1);
}

TEST_CASE("a read is not joined to one that was begun before an edit ended") {
    SharedReadsStage stage;
    auto old = stage.read();
    REQUIRE(stage.server().await_open_calls(1));
    REQUIRE(get(stage.start("setName", R"({"objectPtr":{"handle":1},"name":"new"})")));
    auto fresh = stage.read();
    REQUIRE(stage.server().await_open_calls(2));
    stage.server().end_open_calls();
    check_teapot(std::move(old));
    check_teapot(std::move(fresh));
}

TEST_CASE("while an edit is under way nothing is joined") {
    SharedReadsStage stage;
    auto edit = stage.start("setName", R"({"objectPtr":{"handle":1},"name":"slow"})");
    REQUIRE(stage.server().await_open_calls(1));
    auto one = stage.read();
    auto two = stage.read();
    REQUIRE(stage.server().await_open_calls(3));
    stage.server().end_open_calls();
    CHECK(get(std::move(edit)));
    check_teapot(std::move(one));
    check_teapot(std::move(two));
}

TEST_CASE("who joined a read that was given up does not ask by itself with handles that have become void") {
    SharedReadsStage stage;
    asio::cancellation_signal gone;
    auto first = stage.read(gone.slot());
    REQUIRE(stage.server().await_open_calls(1));
    auto second = stage.read();
    stage.octane()->epochs().begin("test");
    stage.leave(gone);
    CHECK_FALSE(get(std::move(first)));
    const auto outcome = get(std::move(second));
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().code == ErrorCode::stale_epoch);
    CHECK(stage.server().calls(kNamePath) == 1);
}

TEST_CASE("who waits for another's answer when the proxy goes down is told so, and nobody is joined later") {
    SharedReadsStage stage;
    auto first = stage.read();
    REQUIRE(stage.server().await_open_calls(1));
    auto second = stage.read();
    stage.octane()->invoker().close();
    const auto outcome = get(std::move(second));
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().code == ErrorCode::shutting_down);
    CHECK(outcome.error().message == "the proxy is going down");
    const auto late = get(stage.read());
    REQUIRE_FALSE(late);
    CHECK(late.error().code == ErrorCode::shutting_down);
    stage.server().end_open_calls();
    check_teapot(std::move(first));
    CHECK(stage.server().calls(kNamePath) == 1);
}

asio::awaitable<void> ask_for_name(rpc::JoinedReads& reads, rpc::Invoker& invoker) {
    rpc::CallTerms terms;
    const upstream::Reply reply = co_await reads.ask(invoker, kNamePath, {}, std::move(terms));
    static_cast<void>(reply);
}

TEST_CASE("closed, it outlives the loops of those who waited, whichever of them ends first") {
    for (const bool is_leader_first : {true, false}) {
        CAPTURE(is_leader_first);
        FakeOctane server([](const std::string& path, const std::string&) {
            return path == kNamePath ? open_call() : upstream::tests::failure(grpc::StatusCode::INVALID_ARGUMENT, "");
        });
        RunningOctane octane(options_for(server.port()));
        octane.watch();
        REQUIRE(octane.await_connected());
        rpc::JoinedReads reads;
        std::optional<asio::io_context> leading(std::in_place, 1);
        std::optional<asio::io_context> joined(std::in_place, 1);
        asio::co_spawn(*leading, ask_for_name(reads, octane->invoker()), asio::detached);
        leading->poll();
        REQUIRE(server.await_open_calls(1));
        asio::co_spawn(*joined, ask_for_name(reads, octane->invoker()), asio::detached);
        joined->poll();
        reads.close();
        octane->shutdown();
        if (is_leader_first) leading.reset();
        joined.reset();
        leading.reset();
        CHECK(server.calls(kNamePath) == 1);
        CHECK(reads.joined() == 0);
    }
}

TEST_CASE("without a limit of calls in flight nothing is joined") {
    SharedReadsStage stage(0);
    auto one = stage.read();
    auto two = stage.read();
    REQUIRE(stage.server().await_open_calls(2));
    stage.server().end_open_calls();
    check_teapot(std::move(one));
    check_teapot(std::move(two));
}

}  // namespace
}  // namespace octane::livelink
