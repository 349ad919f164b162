#include "livelink/camera_feed.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <condition_variable>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "unit/livelink/json_call.hpp"
#include "unit/livelink/running_octane.hpp"
#include "unit/upstream/fake_octane.hpp"

namespace octane::livelink {
namespace {

using nlohmann::json;
using tests::call_json;
using tests::JsonAnswer;
using tests::JsonCall;
using tests::options_for;
using tests::RunningOctane;
using upstream::tests::answer;
using upstream::tests::failure;
using upstream::tests::FakeOctane;
using upstream::tests::kPatience;
using upstream::tests::Script;
using upstream::tests::unimplemented;

const std::string kSetCamera = "/livelinkapi.LiveLinkService/SetCamera";
const std::string kGetCamera = "/livelinkapi.LiveLinkService/GetCamera";
const std::string kStreamCamera = "/livelinkapi.LiveLinkService/StreamCamera";
const std::string kUpdate = "/octaneapi.ApiChangeManagerService/update";

// CameraState{fov}: tag 4, a float.
std::string fov_on_wire(float fov) {
    std::string bytes("\x25", 1);
    bytes.append(reinterpret_cast<const char*>(&fov), sizeof fov);
    return bytes;
}

OctaneOptions options_denying(std::uint16_t port, std::vector<std::string> deny) {
    auto options = options_for(port);
    options.deny = std::move(deny);
    return options;
}

// A feed on a loop of its own in front of a scripted beta2.
class FeedStage {
  public:
    explicit FeedStage(FakeOctane::Scripter scripter, std::vector<std::string> deny = {})
        : server_([scripter = std::move(scripter)](const std::string& path, const std::string& request) -> Script {
              if (path.ends_with("/getValueByAttrID")) return failure(grpc::StatusCode::INVALID_ARGUMENT, "invalid reference");
              if (path.find("Camera") != std::string::npos || path == kUpdate) return scripter(path, request);
              return unimplemented();
          }),
          octane_(options_denying(server_.port(), std::move(deny))) {
        octane_.watch();
        REQUIRE(octane_.await_connected());
        octane_.octane().policy().on_edit([this](const frames::EditMade& edit, EditKind) {
            const std::lock_guard lock(mutex_);
            edits_.push_back(edit.method);
            changed_.notify_all();
        });
        const std::shared_ptr<void> end(nullptr, [this](void*) { feed_ended_.set_value(); });
        feed_ = std::make_shared<CameraFeed>(octane_.octane(), octane_.loop().executor(), [this, end](const base::Error& error) {
            const std::lock_guard lock(mutex_);
            reports_.push_back(error);
            changed_.notify_all();
        });
    }
    ~FeedStage() {
        octane_.loop().call([this] { feed_->stop(); });
        feed_.reset();
        octane_.octane().shutdown();  // ends what it has under way, for which it needs Octane
        CHECK(feed_ended_.get_future().wait_for(kPatience) == std::future_status::ready);
        octane_.close();
    }

    base::Result<base::Done> push(const json& camera) {
        base::Result<base::Done> taken{base::Done{}};
        octane_.loop().call([&] { taken = feed_->push(camera); });
        return taken;
    }
    // All of them before Octane can have answered the first.
    void push_all(const std::vector<json>& cameras) {
        octane_.loop().call([&] {
            for (const auto& camera : cameras) CHECK(feed_->push(camera));
        });
    }
    std::optional<base::Error> await_report() {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, kPatience, [this] { return !reports_.empty(); });
        if (reports_.empty()) return std::nullopt;
        return reports_.front();
    }
    std::future<base::Result<JsonAnswer>> get_camera() {
        JsonCall request;
        request.service = "LiveLink";
        request.method = "GetCamera";
        request.body = "{}";
        return octane_.loop().start(call_json(octane_.octane(), request));
    }
    // What on_edit() was told, in order, once it was told anything.
    std::vector<std::string> await_edits() {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, kPatience, [this] { return !edits_.empty(); });
        return edits_;
    }
    RunningOctane& octane() { return octane_; }
    FakeOctane& server() { return server_; }
    // What the camera was told, in order.
    std::vector<std::string> cameras() {
        std::vector<std::string> all;
        for (const auto& asked : server_.history()) {
            if (asked.path == kSetCamera) all.push_back(asked.request);
        }
        return all;
    }

  private:
    FakeOctane server_;
    RunningOctane octane_;
    std::shared_ptr<CameraFeed> feed_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<base::Error> reports_;
    std::vector<std::string> edits_;
    std::promise<void> feed_ended_;
};

Script without_stream(const std::string& path, const std::string&) {
    return path == kStreamCamera ? unimplemented() : answer("");
}

TEST_CASE("an Octane without StreamCamera gets SetCamera, and an update after it") {
    FeedStage stage(without_stream);
    REQUIRE(stage.push({{"fov", 30}}));
    REQUIRE(stage.server().await_calls(kSetCamera, 1));
    CHECK(stage.cameras().front() == fov_on_wire(30));
    REQUIRE(stage.server().await_calls(kUpdate, 1));
    REQUIRE(stage.push({{"fov", 31}}));
    REQUIRE(stage.server().await_calls(kSetCamera, 2));
    CHECK(stage.cameras().back() == fov_on_wire(31));
    CHECK(stage.server().calls(kStreamCamera) == 1);  // asked once, not for every camera
}

TEST_CASE("a camera without members is refused with those that there are, and Octane is not asked") {
    FeedStage stage(without_stream);
    for (const json& camera : {json::object(), json{{"fov", nullptr}}}) {
        const auto taken = stage.push(camera);
        REQUIRE_FALSE(taken);
        CHECK(base::http_status(taken.error().code) == 400);
        CHECK(taken.error().message.find("position, target, up, fov") != std::string::npos);
    }
    CHECK(stage.server().calls(kSetCamera) == 0);
}

TEST_CASE("of the cameras that come while one is on its way the newest wins, member by member") {
    FeedStage stage(without_stream);
    std::vector<json> cameras;
    for (int fov = 1; fov <= 50; ++fov) cameras.push_back({{"fov", fov}});
    cameras.push_back({{"up", {{"y", 1}}}});
    stage.push_all(cameras);
    const std::string both = fov_on_wire(50);
    // Until what was sent says all of it.
    const auto has_arrived = [&] {
        for (const auto& camera : stage.cameras()) {
            if (camera.find(both) != std::string::npos && camera.size() > both.size()) return true;
        }
        return false;
    };
    for (std::size_t calls = 1; !has_arrived() && calls < 50; ++calls) REQUIRE(stage.server().await_calls(kSetCamera, calls));
    CHECK(has_arrived());
    CHECK(stage.cameras().size() <= 3);
    CHECK(stage.server().most_at_once(kSetCamera) == 1);
}

TEST_CASE("an explicit zero is sent as such") {
    FeedStage stage(without_stream);
    REQUIRE(stage.push({{"fov", 0}}));
    REQUIRE(stage.server().await_calls(kSetCamera, 1));
    CHECK(stage.cameras().front() == fov_on_wire(0));
}

TEST_CASE("a member that no camera has, or a value that does not fit, is refused and nothing is sent") {
    FeedStage stage(without_stream);
    for (const json& wrong : {json{{"zoom", 2}}, json{{"fov", "wide"}}, json{{"position", 3}}, json{{"position", {{"w", 3}}}}}) {
        const auto taken = stage.push(wrong);
        REQUIRE_FALSE(taken);
        CHECK(base::http_status(taken.error().code) == 400);
    }
    REQUIRE(stage.push({{"fov", 30}}));
    REQUIRE(stage.server().await_calls(kSetCamera, 1));
    CHECK(stage.cameras().front() == fov_on_wire(30));
}

TEST_CASE("what Octane says against a camera is reported in its words, and the next camera is tried") {
    FeedStage stage([](const std::string& path, const std::string&) {
        if (path == kSetCamera) return failure(grpc::StatusCode::FAILED_PRECONDITION, "no render target");
        return without_stream(path, {});
    });
    REQUIRE(stage.push({{"fov", 30}}));
    const auto report = stage.await_report();
    REQUIRE(report);
    CHECK(report->grpc == base::GrpcStatus::failed_precondition);
    CHECK(report->message.find("no render target") != std::string::npos);
    REQUIRE(stage.push({{"fov", 31}}));
    REQUIRE(stage.server().await_calls(kSetCamera, 2));
    CHECK(stage.cameras().back() == fov_on_wire(31));
}

TEST_CASE("other pages are told of a camera that was set, and of a drag once, at its end") {
    FeedStage by_calls(without_stream);
    REQUIRE(by_calls.push({{"fov", 30}}));
    CHECK(by_calls.await_edits() == std::vector<std::string>{"LiveLink/SetCamera"});

    FeedStage by_stream([](const std::string&, const std::string&) { return answer(""); });
    REQUIRE(by_stream.push({{"fov", 30}}));
    CHECK(by_stream.await_edits() == std::vector<std::string>{"LiveLink/StreamCamera"});
    const auto lines = by_stream.octane()->invoker().stats().read();
    const auto drag = std::ranges::find_if(lines, [](const auto& line) { return line.method == "LiveLink.StreamCamera"; });
    REQUIRE(drag != lines.end());
    CHECK(drag->status == base::GrpcStatus::ok);
    CHECK(drag->calls == 1);
}

TEST_CASE("a camera asked for after a move is not the one that was on its way before it") {
    FeedStage stage([](const std::string& path, const std::string& request) {
        return path == kGetCamera ? upstream::tests::open_call({""}) : without_stream(path, request);
    });
    auto before = stage.get_camera();
    REQUIRE(stage.server().await_calls(kGetCamera, 1));
    REQUIRE(stage.push({{"fov", 30}}));
    REQUIRE(stage.server().await_calls(kUpdate, 1));
    auto after = stage.get_camera();
    CHECK(stage.server().await_calls(kGetCamera, 2));
    stage.server().end_open_calls();
    CHECK(upstream::tests::get(std::move(before)));
    CHECK(upstream::tests::get(std::move(after)));
}

TEST_CASE("an Octane that breaks during a drag had StreamCamera in flight") {
    FeedStage stage([](const std::string& path, const std::string&) {
        return path == kStreamCamera ? upstream::tests::open_call() : answer("");
    });
    REQUIRE(stage.push({{"fov", 30}}));
    REQUIRE(stage.server().await_calls(kUpdate, 1));
    stage.server().stop();
    REQUIRE(stage.octane().await_disconnected());
    const auto broken = stage.octane()->invoker().last_break();
    REQUIRE(broken);
    const auto drag =
        std::ranges::find_if(broken->calls, [](const auto& call) { return call.method == "LiveLink/StreamCamera"; });
    REQUIRE(drag != broken->calls.end());
    CHECK(drag->was_in_flight);
}

TEST_CASE("who may not call SetCamera may not move the camera this way either") {
    FeedStage stage(without_stream, {"LiveLink/SetCamera"});
    const auto taken = stage.push({{"fov", 30}});
    REQUIRE_FALSE(taken);
    CHECK(taken.error().code == base::ErrorCode::method_denied);
    CHECK(stage.server().calls(kStreamCamera) == 0);
}

TEST_CASE("where StreamCamera is refused by the deny list SetCamera serves") {
    FeedStage stage([](const std::string&, const std::string&) { return answer(""); }, {"LiveLink/StreamCamera"});
    REQUIRE(stage.push({{"fov", 30}}));
    REQUIRE(stage.server().await_calls(kSetCamera, 1));
    CHECK(stage.server().calls(kStreamCamera) == 0);
}

}  // namespace
}  // namespace octane::livelink
