// Loads and resets of a project as calls: which epochs they begin.
#include <doctest/doctest.h>

#include <future>
#include <optional>
#include <string>
#include <utility>

#include "unit/livelink/json_call.hpp"
#include "unit/livelink/running_octane.hpp"
#include "unit/upstream/fake_octane.hpp"

namespace octane::livelink {
namespace {

using std::chrono::milliseconds;
using tests::call_json;
using tests::JsonAnswer;
using tests::JsonCall;
using tests::options_for;
using tests::RunningOctane;
using upstream::tests::FakeOctane;
using upstream::tests::get;
using upstream::tests::open_call;

const std::string kDone = "\x08\x01";

// resetProject stays open until the test ends it.
class Stage {
  public:
    Stage()
        : server_([](const std::string& path, const std::string&) {
              if (path == "/octaneapi.ApiProjectManagerService/resetProject") return open_call({kDone});
              return upstream::tests::failure(grpc::StatusCode::INVALID_ARGUMENT, "");
          }),
          octane_(options_for(server_.port())) {
        octane_.watch();
        REQUIRE(octane_.await_connected());
    }

    std::future<base::Result<JsonAnswer>> reset() {
        JsonCall request;
        request.service = "ApiProjectManager";
        request.method = "resetProject";
        request.body = "{}";
        return octane_.loop().start(call_json(octane_.octane(), request));
    }
    Octane& octane() { return octane_.octane(); }
    [[nodiscard]] std::uint64_t epoch() { return octane().epoch(); }
    FakeOctane& server() { return server_; }

  private:
    FakeOctane server_;
    RunningOctane octane_;
};

TEST_CASE("of two loads under way at once each makes handles void: those given out between them are, too") {
    Stage stage;
    auto one = stage.reset();
    auto other = stage.reset();
    REQUIRE(stage.server().await_open_calls(2));
    CHECK(stage.epoch() == 1);
    stage.server().end_open_calls();
    CHECK(get(std::move(one)));
    CHECK(get(std::move(other)));
    CHECK(stage.epoch() == 3);
}

TEST_CASE("Octane's word for a load that comes before the answer is that load, not another change") {
    Stage stage;
    auto reset = stage.reset();
    REQUIRE(stage.server().await_open_calls(1));
    stage.octane().epochs().project_changed();
    CHECK(stage.epoch() == 2);
    stage.server().end_open_calls();
    CHECK(get(std::move(reset)));
    CHECK(stage.epoch() == 2);
}

TEST_CASE("one word of Octane's stands for one load, and two loads at once are two changes") {
    Stage stage;
    auto one = stage.reset();
    auto other = stage.reset();
    REQUIRE(stage.server().await_open_calls(2));
    stage.octane().epochs().project_changed();
    stage.server().end_open_calls();
    CHECK(get(std::move(one)));
    CHECK(get(std::move(other)));
    CHECK(stage.epoch() == 3);
}

TEST_CASE("a load that begins after Octane's word for a change is a change of its own") {
    Stage stage;
    stage.octane().epochs().project_changed();
    auto reset = stage.reset();
    REQUIRE(stage.server().await_open_calls(1));
    stage.server().end_open_calls();
    CHECK(get(std::move(reset)));
    CHECK(stage.epoch() == 3);
}

}  // namespace
}  // namespace octane::livelink
