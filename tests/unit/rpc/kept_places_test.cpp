#include "rpc/kept_places.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <future>
#include <string>
#include <utility>

#include "unit/rpc/running_upstream.hpp"

namespace octane::rpc {
namespace {

using base::GrpcStatus;
using std::chrono::milliseconds;
using tests::answer;
using tests::FakeOctane;
using tests::get;
using tests::open_call;
using tests::RunningUpstream;
using tests::Script;

constexpr const char* kSlow = "/try.Camera/Look";
constexpr const char* kQuick = "/try.Camera/getNote";
constexpr const char* kProbe = "/grpc.health.v1.Health/Check";

CallTerms within(milliseconds timeout) {
    CallTerms terms;
    terms.timeout = timeout;
    return terms;
}

// Slow calls stay open, and so do questions until the test says that the server is free.
class Stage {
  public:
    explicit Stage(bool runs_one_at_a_time)
        : server_([this](const std::string& path, const std::string& request) -> Script {
              if (path == kSlow || (path == kProbe && is_found && !is_free)) return open_call();
              return answer(request);
          }),
          upstream_(server_.port(), {2, runs_one_at_a_time, {}}) {
        upstream_.loop().run(upstream_.upstream().liveness().wait_for_verdict(tests::kPatience, {}));
        is_found = true;
    }
    GrpcStatus call(const char* path, milliseconds timeout) {
        return upstream_.loop().run(upstream_.invoker().call_alone(path, "", within(timeout))).status;
    }
    std::future<upstream::Reply> start(const char* path) {
        return upstream_.loop().start(upstream_.invoker().call_alone(path, "", within(milliseconds(0))));
    }
    [[nodiscard]] std::size_t in_flight() { return upstream_.invoker().load().in_flight; }
    bool busy() { return upstream_.invoker().busy().has_value(); }
    FakeOctane& server() { return server_; }

    std::atomic<bool> is_free{false};
    std::atomic<bool> is_found{false};  // the question at the connection is answered

  private:
    FakeOctane server_;
    RunningUpstream upstream_;
};

TEST_CASE("a call that was given up keeps its place until an answer to a later call proves the upstream free") {
    Stage stage(true);
    CHECK(stage.call(kSlow, milliseconds(50)) == GrpcStatus::deadline_exceeded);
    CHECK(stage.in_flight() == 1);
    CHECK(stage.call(kQuick, milliseconds(0)) == GrpcStatus::ok);
    CHECK(stage.in_flight() == 0);
}

TEST_CASE("where every place is kept a harmless call asks whether the upstream is free, and who waits goes on then") {
    Stage stage(true);
    for (int i = 0; i < 2; ++i) CHECK(stage.call(kSlow, milliseconds(50)) == GrpcStatus::deadline_exceeded);
    CHECK(stage.in_flight() == 2);
    auto waiting = stage.start(kQuick);
    REQUIRE(stage.server().await_calls(kProbe, 2));
    CHECK(stage.server().calls(kQuick) == 0);
    stage.is_free = true;
    stage.server().end_open_calls();
    CHECK(get(std::move(waiting)).status == GrpcStatus::ok);
    CHECK_FALSE(stage.busy());
}

TEST_CASE("an upstream that runs calls side by side has its place back at once") {
    Stage stage(false);
    CHECK(stage.call(kSlow, milliseconds(50)) == GrpcStatus::deadline_exceeded);
    CHECK(stage.in_flight() == 0);
    CHECK(stage.server().calls(kProbe) == 1);
}

}  // namespace
}  // namespace octane::rpc
