#include "livelink/release_detection.hpp"
#include "livelink/builtin_schemas.hpp"

#include <doctest/doctest.h>
#include <google/protobuf/descriptor.pb.h>

#include <atomic>
#include <condition_variable>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "unit/livelink/running_octane.hpp"
#include "unit/upstream/closed_port.hpp"
#include "unit/upstream/fake_octane.hpp"

namespace octane::livelink {
namespace {

using tests::answer;
using tests::ClosedPort;
using tests::failure;
using tests::FakeOctane;
using tests::kPatience;
using tests::Loop;
using tests::options_for;
using tests::RunningOctane;
using tests::Script;
using tests::unimplemented;

constexpr const char* kVersionPath = "/octaneapi.ApiInfoService/octaneVersion";
constexpr const char* kAlphaPath = "/octaneapi.ApiItemService/getByAttrID";
constexpr const char* kBetaPath = "/octaneapi.ApiItemService/getValueByAttrID";

// An octaneVersionResponse: field 1, a varint.
std::string version_answer(std::uint64_t version) {
    std::string bytes = "\x08";
    for (; version >= 0x80; version >>= 7U) bytes += static_cast<char>(version | 0x80U);
    bytes += static_cast<char>(version);
    return bytes;
}

// An Octane that answers its version and has only the methods of the landmarks given.
struct Release {
    std::optional<std::uint64_t> version;
    bool has_alpha = false;
    bool has_beta = false;
};

FakeOctane::Scripter speak(const Release& release) {
    return [release](const std::string& path, const std::string&) -> Script {
        const Script null_object = failure(grpc::StatusCode::INVALID_ARGUMENT, "invalid object reference");
        if (path == kVersionPath && release.version) return answer(version_answer(*release.version));
        if (path == kAlphaPath && release.has_alpha) return null_object;
        if (path == kBetaPath && release.has_beta) return null_object;
        return unimplemented();
    };
}

// What a connection published, for the test's thread to wait for.
class Published {
  public:
    void add(const std::shared_ptr<const ConnectionState>& state) {
        const std::lock_guard lock(mutex_);
        states_.push_back(state);
        changed_.notify_all();
    }
    bool await(const std::function<bool(const ConnectionState&)>& fits) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, kPatience, [&] {
            while (next_ < states_.size()) {
                if (fits(*states_[next_++])) return true;
            }
            return false;
        });
    }

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::shared_ptr<const ConnectionState>> states_;
    std::size_t next_ = 0;
};

constexpr Release kAlpha{15000005, true, false};
constexpr Release kBeta{15000008, false, true};

void check_release(const Release& release, const std::string& name, bool is_known, const std::string& version) {
    FakeOctane server(speak(release));
    RunningOctane octane(options_for(server.port()));
    octane.watch();
    const auto state = octane.await_connected();
    REQUIRE(state);
    CHECK(state->has_verdict);
    CHECK(state->epoch == 1);
    CHECK(state->schema->name() == name);
    CHECK(state->is_release_known == is_known);
    CHECK(state->version == version);
}

TEST_CASE("before the first attempt there is no verdict, and the newest schema is assumed") {
    const ClosedPort port;
    RunningOctane octane(options_for(port.number()));
    const auto state = octane->state();
    CHECK_FALSE(state->has_verdict);
    CHECK_FALSE(state->is_connected);
    CHECK(state->epoch == 0);
    CHECK(state->schema->name() == "beta2");
    CHECK_FALSE(state->is_release_known);
}

TEST_CASE("where nobody listens the verdict is: not connected, with a reason") {
    const ClosedPort port;
    RunningOctane octane(options_for(port.number()));
    octane.watch();
    const auto state = octane.await_disconnected();
    REQUIRE(state);
    CHECK_FALSE(state->error.empty());
    CHECK(state->epoch == 0);
    CHECK(octane->state() == state);
}

TEST_CASE("where the name of Octane's machine does not resolve, that is the reason, and the message says what to pass") {
    auto options = options_for(1);
    options.channel.host = std::string(64, 'x') + ".invalid";  // no label may be so long: nobody need be asked
    RunningOctane octane(options);
    octane.watch();
    const auto state = octane.await([](const ConnectionState& now) { return now.error == upstream::kNameUnknown; });
    REQUIRE(state);
    CHECK(state->has_verdict);
    CHECK_FALSE(state->is_connected);
    const std::string message = octane->unreachable_message(state->error);
    CHECK(message.find(options.channel.host) != std::string::npos);
    CHECK(message.find("does not resolve") != std::string::npos);
    CHECK(message.find("--octane-host 127.0.0.1") != std::string::npos);
}

TEST_CASE("a name that the system takes for ever to look up keeps nobody from finding Octane, and nobody from ending") {
    // Shared with the look-up's thread, which outlives what asked.
    struct System {
        std::promise<void> asked;
        std::promise<bool> answer;
        std::shared_future<bool> known = answer.get_future().share();
    };
    const auto system = std::make_shared<System>();
    std::optional<FakeOctane> server(std::in_place, speak(kAlpha));
    const int port = server->port();
    server->stop();
    auto options = options_for(static_cast<std::uint16_t>(port));
    options.is_name_known = [system](const std::string&) {
        system->asked.set_value();
        return system->known.get();
    };
    {
        RunningOctane octane(options);
        octane.watch();
        REQUIRE(octane.await_disconnected());
        REQUIRE(system->asked.get_future().wait_for(kPatience) == std::future_status::ready);
        server.emplace(speak(kAlpha), port);
        CHECK(octane.await_connected());
    }
    system->answer.set_value(false);
}

TEST_CASE("what the system says of the name late does not replace what is known by then") {
    struct System {
        std::promise<bool> answer;
        std::shared_future<bool> known = answer.get_future().share();
        std::promise<void> through;
    };
    const auto system = std::make_shared<System>();
    std::optional<FakeOctane> server(std::in_place, speak(kAlpha));
    const int port = server->port();
    server->stop();
    auto options = options_for(static_cast<std::uint16_t>(port));
    options.is_name_known = [system](const std::string&) {
        system->through.set_value_at_thread_exit();  // by then the answer has been handed over
        return system->known.get();
    };
    RunningOctane octane(options);
    octane.watch();
    REQUIRE(octane.await_disconnected());
    server.emplace(speak(kAlpha), port);
    REQUIRE(octane.await_connected());
    server->stop();
    const auto lost = octane.await_disconnected();
    REQUIRE(lost);
    system->answer.set_value(false);
    REQUIRE(system->through.get_future().wait_for(kPatience) == std::future_status::ready);
    octane.loop().call([] {});
    CHECK(octane->state()->error == lost->error);
}

TEST_CASE("alpha5 is recognised") {
    check_release(kAlpha, "alpha5", true, "15000005");
}

TEST_CASE("beta2 is recognised") {
    check_release(kBeta, "beta2", true, "15000008");
}

TEST_CASE("a release newer than the newest known speaks the newest schema") {
    check_release({15010000, false, true}, "beta2", true, "15010000");
}

TEST_CASE("which methods there are counts more than the version number") {
    check_release({15000008, true, false}, "alpha5", true, "15000008");
    check_release({15000005, false, true}, "beta2", true, "15000005");
}

TEST_CASE("an Octane that does not tell its version is recognised by its methods") {
    check_release({std::nullopt, true, false}, "alpha5", true, "");
    check_release({std::nullopt, false, true}, "beta2", true, "");
}

TEST_CASE("without any landmark the version decides, and the release counts as unknown") {
    check_release({15000005, false, false}, "alpha5", false, "15000005");
    check_release({15000008, false, false}, "beta2", false, "15000008");
    check_release({std::nullopt, false, false}, "beta2", false, "");
}

TEST_CASE("a schema that the user chose is not doubted, whatever Octane is") {
    FakeOctane server(speak(kBeta));
    auto options = options_for(server.port());
    options.should_detect = false;
    options.schemas = {livelink::builtin_schemas().front()};
    RunningOctane octane(options);
    CHECK(octane->state()->schema->name() == "alpha5");
    octane.watch();
    const auto state = octane.await_connected();
    REQUIRE(state);
    CHECK(state->schema->name() == "alpha5");
    CHECK(state->is_release_known);
    CHECK(state->version == "15000008");
    CHECK(server.calls(kAlphaPath) == 0);
    CHECK(server.calls(kBetaPath) == 0);
}

TEST_CASE("any gRPC server connects, also one whose schema knows nothing of Octane") {
    google::protobuf::FileDescriptorSet set;
    auto& file = *set.add_file();
    file.set_name("other.proto");
    file.set_package("other");
    file.set_syntax("proto3");
    file.add_message_type()->set_name("Nothing");
    auto& service = *file.add_service();
    service.set_name("Other");
    auto& method = *service.add_method();
    method.set_name("Do");
    method.set_input_type(".other.Nothing");
    method.set_output_type(".other.Nothing");
    const auto other = schema::Schema::from_descriptor_set("other", set.SerializeAsString());
    REQUIRE(other);

    FakeOctane server(speak({}));
    auto options = options_for(server.port());
    options.should_detect = false;
    options.schemas = {*other};
    RunningOctane octane(options);
    octane.watch();
    const auto state = octane.await_connected();
    REQUIRE(state);
    CHECK(state->schema->name() == "other");
    CHECK(state->version.empty());
    CHECK(server.calls(kVersionPath) == 0);
}

TEST_CASE(
    "a server that answers UNAVAILABLE itself, as one in front of Octane does, gets the verdict of an Octane that is away") {
    FakeOctane server(
        [](const std::string&, const std::string&) { return failure(grpc::StatusCode::UNAVAILABLE, "no healthy upstream"); });
    std::atomic<int> changes{0};
    RunningOctane octane(options_for(server.port()), [&](const auto&) { ++changes; });
    octane.watch();
    REQUIRE(server.await_calls(kVersionPath, 3));
    CHECK(changes == 1);  // it is asked again and again, but said once
    const auto state = octane->state();
    CHECK(state->has_verdict);
    CHECK_FALSE(state->is_connected);
}

TEST_CASE("an Octane that went and came back while nobody could look is another Octane all the same") {
    std::optional<FakeOctane> server(std::in_place, speak(kAlpha));
    const int port = server->port();
    const auto options = options_for(server->port());
    upstream::Channel channel(options.channel);
    Loop loop;
    upstream::LivenessOptions watching;
    watching.schema = std::make_shared<ReleaseDetection>(options.schemas, options.should_detect);
    upstream::Liveness connection(channel, loop.executor(), watching);
    Epochs epochs(connection, loop.executor());
    Published published;
    epochs.on_change([&published](const auto& state) { published.add(state); });
    auto watch = loop.start(connection.run());
    const auto until = [&channel](bool is_ready) {
        const auto deadline = std::chrono::steady_clock::now() + kPatience;
        while ((channel.state(is_ready) == upstream::ChannelState::ready) != is_ready &&
               std::chrono::steady_clock::now() < deadline)
            std::this_thread::yield();
        return (channel.state(false) == upstream::ChannelState::ready) == is_ready;
    };
    REQUIRE(published.await([](const ConnectionState& state) { return state.is_connected && state.epoch == 1; }));
    loop.call([&] {  // the watch cannot run meanwhile
        server->stop();
        REQUIRE(until(false));
        server.emplace(speak(kAlpha), port);
        REQUIRE(until(true));
    });
    CHECK(published.await([](const ConnectionState& state) { return !state.is_connected && state.epoch == 1; }));
    CHECK(published.await([](const ConnectionState& state) { return state.is_connected && state.epoch == 2; }));
    loop.call([&connection] { connection.stop(); });
    tests::get(std::move(watch));
}

TEST_CASE("Octane is found when it comes, lost when it goes, found again, and the epoch grows each time") {
    std::optional<FakeOctane> server(std::in_place, speak(kAlpha));
    const int port = server->port();
    server->stop();
    RunningOctane octane(options_for(static_cast<std::uint16_t>(port)));
    octane.watch();
    REQUIRE(octane.await_disconnected());
    for (std::uint64_t epoch = 1; epoch <= 3; ++epoch) {
        CAPTURE(epoch);
        server.emplace(speak(kAlpha), port);
        const auto found = octane.await_connected();
        REQUIRE(found);
        CHECK(found->epoch == epoch);
        CHECK(found->connections == epoch);
        CHECK(found->error.empty());
        server->stop();
        const auto lost = octane.await_disconnected();
        REQUIRE(lost);
        CHECK(lost->epoch == epoch);
        CHECK_FALSE(lost->error.empty());
        CHECK(lost->schema == found->schema);
    }
}

TEST_CASE("a release that changes with a restart is noticed") {
    std::optional<FakeOctane> server(std::in_place, speak(kAlpha));
    const int port = server->port();
    RunningOctane octane(options_for(static_cast<std::uint16_t>(port)));
    octane.watch();
    const auto before = octane.await_connected();
    REQUIRE(before);
    CHECK(before->schema->name() == "alpha5");
    server->stop();
    REQUIRE(octane.await_disconnected());
    server.emplace(speak(kBeta), port);
    const auto after = octane.await_connected();
    REQUIRE(after);
    CHECK(after->schema->name() == "beta2");
    CHECK(after->epoch == 2);
}

}  // namespace
}  // namespace octane::livelink
