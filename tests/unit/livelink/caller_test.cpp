#include "livelink/caller.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "unit/livelink/running_octane.hpp"
#include "unit/upstream/closed_port.hpp"
#include "unit/upstream/fake_octane.hpp"

namespace octane::livelink {
namespace {

namespace asio = boost::asio;
using base::ErrorCode;
using base::GrpcStatus;
using std::chrono::milliseconds;
using tests::options_for;
using tests::RunningOctane;
using upstream::tests::answer;
using upstream::tests::ClosedPort;
using upstream::tests::failure;
using upstream::tests::FakeOctane;
using upstream::tests::get;
using upstream::tests::open_call;
using upstream::tests::Script;
using upstream::tests::unimplemented;

constexpr const char* kNamePath = "/octaneapi.ApiItemService/name";
// nameResponse{result: "teapot.obj"}, and nameRequest{objectPtr{handle: 1, type: ApiItem}}.
const std::string kTeapot = "\n\x0Ateapot.obj";

const char* const kItem = R"({"objectPtr":{"handle":"1"}})";

enum class Speaks { alpha5, beta2, unknown };

// An Octane of one release on whose side a test scripts the methods it needs.
class TestOctane {
  public:
    explicit TestOctane(Speaks release, FakeOctane::Scripter scripter, OctaneOptions options = options_for(0),
                        std::vector<std::string> deny = {}, milliseconds timeout = milliseconds(0))
        : server_([release, scripter = std::move(scripter)](const std::string& path, const std::string& request) -> Script {
              const bool is_landmark =
                  (release == Speaks::alpha5 && path == "/octaneapi.ApiItemService/getByAttrID" && request.empty()) ||
                  (release == Speaks::beta2 && path == "/octaneapi.ApiItemService/getValueByAttrID" && request.empty());
              if (is_landmark) return failure(grpc::StatusCode::INVALID_ARGUMENT, "invalid object reference");
              return scripter(path, request);
          }) {
        options.channel.port = server_.port();
        octane_.emplace(options);
        octane_->watch();
        REQUIRE(octane_->await_connected());
        caller_.emplace(octane_->octane(), DenyList(deny, {}, known_schemas(options.connection.schemas)), timeout);
    }

    base::Result<CallAnswer> call(const CallRequest& request) { return octane_->loop().run(caller_->call(request)); }
    base::Result<CallAnswer> call(std::string_view service, std::string_view method, std::string_view body = kItem) {
        CallRequest request;
        request.service = service;
        request.method = method;
        request.body = body;
        return call(request);
    }
    base::Error error(std::string_view service, std::string_view method, std::string_view body = kItem) {
        auto outcome = call(service, method, body);
        REQUIRE_FALSE(outcome);
        return std::move(outcome).error();
    }

    FakeOctane& server() { return server_; }
    RunningOctane& octane() { return *octane_; }
    Caller& caller() { return *caller_; }

  private:
    FakeOctane server_;
    std::optional<RunningOctane> octane_;
    std::optional<Caller> caller_;
};

Script serve(const std::string& path, const std::string&) {
    return path == kNamePath ? answer(kTeapot) : unimplemented();
}

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

TEST_CASE("a call is translated, asked, and translated back") {
    TestOctane octane(Speaks::alpha5, serve);
    const auto outcome = octane.call("ApiItem", "name", R"({"objectPtr":{"handle":"1","type":"ApiItem"}})");
    REQUIRE(outcome);
    CHECK(outcome->json == R"({"result":"teapot.obj"})");
    CHECK(outcome->warnings.empty());
    CHECK(outcome->method->path == kNamePath);
    CHECK(outcome->schema->name() == "alpha5");
    const auto last = octane.server().history().back();
    CHECK(last.path == kNamePath);
    CHECK(last.request == "\n\x04\x08\x01\x10\x10");
}

TEST_CASE("members that the message lacks are ignored and reported, or refused when the caller is strict") {
    TestOctane octane(Speaks::beta2, serve);
    const auto lenient = octane.call("ApiItem", "name", R"({"bogus":1,"objectPtr":{"handle":1}})");
    REQUIRE(lenient);
    REQUIRE(lenient->warnings.size() == 1);
    CHECK(has(lenient->warnings.front(), "bogus"));

    CallRequest strict;
    strict.service = "ApiItem";
    strict.method = "name";
    strict.body = R"({"bogus":1})";
    strict.is_strict = true;
    const auto refused = octane.call(strict);
    REQUIRE_FALSE(refused);
    CHECK(base::http_status(refused.error().code) == 400);
    CHECK(has(refused.error().message, "objectPtr"));
}

TEST_CASE("what cannot be translated never reaches Octane") {
    TestOctane octane(Speaks::beta2, serve);
    CHECK(octane.error("ApiItem", "name", "{").code == ErrorCode::bad_json);
    CHECK(octane.error("ApiItem", "name", R"({"objectPtr":{"handle":"many"}})").code == ErrorCode::bad_value);
    CHECK(octane.server().calls(kNamePath) == 0);
}

TEST_CASE("an unknown service or method is 404 with the nearest names") {
    TestOctane octane(Speaks::beta2, serve);
    const auto no_service = octane.error("ApiItm", "name");
    CHECK(no_service.code == ErrorCode::service_not_found);
    CHECK(has(no_service.message, "ApiItem"));
    const auto no_method = octane.error("ApiItem", "nmae");
    CHECK(no_method.code == ErrorCode::method_not_found);
    CHECK(has(no_method.message, "name"));
}

TEST_CASE("a method that only another release has is 501 and says which, without asking Octane") {
    TestOctane alpha(Speaks::alpha5, serve);
    const auto newer = alpha.error("ApiControl", "closeOctane");
    CHECK(newer.code == ErrorCode::octane_lacks_method);
    CHECK(newer.grpc == GrpcStatus::unimplemented);
    CHECK(has(newer.message, "beta2 has it"));
    CHECK(alpha.server().calls("/octaneapi.ApiControlService/closeOctane") == 0);

    TestOctane beta(Speaks::beta2, serve);
    const auto older = beta.error("ApiRenderEngine", "hardwareRayTracingEnabled");
    CHECK(older.code == ErrorCode::octane_lacks_method);
    CHECK(has(older.message, "alpha5 has it"));
}

TEST_CASE("another release's name asks the connected release's method and keeps the promise of the name") {
    // An answer of beta2 with float_value 1.5, and one of alpha5 with value 1.5.
    const std::string float_value("\x8D\x01\0\0\xC0\x3F", 6);
    const std::string value("\x0D\0\0\xC0\x3F", 5);
    TestOctane beta(Speaks::beta2, [&](const std::string& path, const std::string& request) {
        return path == "/octaneapi.ApiNodeService/getPinValueByPinID" ? answer(float_value) : serve(path, request);
    });
    const auto older = beta.call("ApiNode", "getPinFloat", R"({"objectPtr":{"handle":1},"id":43})");
    REQUIRE(older);
    CHECK(older->json == R"({"result":1.5})");
    CHECK(older->method->display == "ApiNode.getPinValueByPinID");
    CHECK(beta.server().history().back().request == std::string("\x0A\x04\x08\x01\x10\x11\x10\x2B\x18\x09"));

    TestOctane alpha(Speaks::alpha5, [&](const std::string& path, const std::string& request) {
        return path == "/octaneapi.ApiNodeService/getPinValue1" ? answer(value) : serve(path, request);
    });
    CallRequest request;
    request.service = "ApiNode";
    request.method = "getPinValueByPinID";
    request.body = R"({"item_ref":{"handle":1},"pin_id":43,"expected_type":"PIN_ID_FLOAT"})";
    request.dialect.one_of_keys = true;
    const auto newer = alpha.call(request);
    REQUIRE(newer);
    CHECK(newer->json == R"({"float_value":1.5,"value":"float_value"})");
    CHECK(alpha.server().history().back().request == std::string("\x0A\x04\x08\x01\x10\x11\x10\x2B"));
}

TEST_CASE("a refused method is refused under every release's name for it, whichever was written on the list") {
    const auto denied = [](Speaks release, const char* pattern, const char* method, const char* body) {
        TestOctane octane(release, serve, options_for(0), {pattern});
        return octane.error("ApiNode", method, body).code;
    };
    const char* typed = R"({"expected_type":"PIN_ID_FLOAT"})";
    CHECK(denied(Speaks::beta2, "ApiNode/getPinValueByPinID", "getPinFloat", "{}") == ErrorCode::method_denied);
    CHECK(denied(Speaks::beta2, "ApiNode/getPinFloat", "getPinFloat", "{}") == ErrorCode::method_denied);
    CHECK(denied(Speaks::alpha5, "ApiNode/getPinValue1", "getPinValueByPinID", typed) == ErrorCode::method_denied);
    CHECK(denied(Speaks::alpha5, "ApiNode/getPinValueByPinID", "getPinValueByPinID", typed) == ErrorCode::method_denied);
}

TEST_CASE("a method is also refused by the name of a release that was not among the schemas given") {
    auto options = options_for(0);
    options.connection.schemas = {schema::builtin_schemas().back()};
    options.connection.should_detect = false;
    TestOctane octane(Speaks::beta2, serve, options, {"ApiNode/getPinFloat"});
    CHECK(octane.error("ApiNode", "getPinFloat", "{}").code == ErrorCode::method_denied);
}

TEST_CASE("loading a project begins an epoch without a connection's having been made") {
    TestOctane octane(Speaks::beta2, [](const std::string& path, const std::string& request) {
        return path.ends_with("/resetProject") ? answer("\x08\x01") : serve(path, request);
    });
    REQUIRE(octane.call("ApiProjectManager", "resetProject", "{}"));
    CHECK(octane.caller().octane_status().epoch == 2);
    CHECK(octane.caller().octane_status().connections == 1);
}

TEST_CASE("a name that only a request can make out is told to those who call by themselves") {
    TestOctane alpha(Speaks::alpha5, serve);
    const auto target = alpha.caller().resolve("ApiNode", "getPinValueByPinID");
    REQUIRE_FALSE(target);
    CHECK(target.error().code == ErrorCode::octane_lacks_method);
    const auto renamed = alpha.caller().resolve("ApiItem", "getValueByAttrID");
    REQUIRE(renamed);
    CHECK(renamed->method->display == "ApiItem.getByAttrID");
}

TEST_CASE("while the release is unknown the method of any release is tried") {
    TestOctane octane(Speaks::unknown, [](const std::string& path, const std::string& request) {
        return path == "/octaneapi.ApiItemService/getByAttrID" && !request.empty() ? answer("") : serve(path, request);
    });
    const auto outcome = octane.call("ApiItem", "getByAttrID", R"({"item_ref":{"handle":1}})");
    REQUIRE(outcome);
    CHECK(outcome->schema->name() == "alpha5");
}

TEST_CASE("UNIMPLEMENTED from Octane is 501 and names the releases that have the method") {
    TestOctane octane(Speaks::beta2, serve);
    const auto error = octane.error("ApiInfo", "octaneName");
    CHECK(error.code == ErrorCode::octane_lacks_method);
    CHECK(error.grpc == GrpcStatus::unimplemented);
    CHECK(has(error.message, "ApiInfo.octaneName"));
    CHECK(has(error.message, "beta2 and alpha5 have it"));
}

TEST_CASE("a refused method is 403 and never reaches Octane") {
    TestOctane octane(Speaks::beta2, serve, options_for(0), {"ApiItem/name"});
    for (const auto& [service, method] : {std::pair("ApiItem", "name"), std::pair("LiveLink", "GetFile")}) {
        const auto error = octane.error(service, method);
        CHECK(error.code == ErrorCode::method_denied);
        CHECK(error.grpc == GrpcStatus::permission_denied);
    }
    CHECK(octane.server().calls(kNamePath) == 0);
    CHECK(octane.server().calls("/livelinkapi.LiveLinkService/GetFile") == 0);
}

TEST_CASE("a streaming method is refused with the way to get its events") {
    TestOctane octane(Speaks::beta2, serve);
    const auto error = octane.error("StreamCallback", "callbackChannel");
    CHECK(base::http_status(error.code) == 400);
    CHECK(has(error.message, "GET /render/stream"));
    CHECK(octane.server().calls("/octaneapi.StreamCallbackService/callbackChannel") == 0);
}

TEST_CASE("Octane's own text is kept word for word, and a failure without words still gets a sentence") {
    const std::string words = "3: invalid object\nreference <b>";
    TestOctane octane(Speaks::beta2, [words](const std::string& path, const std::string& request) {
        return path == kNamePath ? failure(grpc::StatusCode::NOT_FOUND, request == "\n\x04\x08\x02\x10\x10" ? "" : words)
                                 : serve(path, request);
    });
    const auto worded = octane.error("ApiItem", "name", R"({"objectPtr":{"handle":1}})");
    CHECK(worded.code == ErrorCode::upstream_not_found);
    CHECK(worded.grpc == GrpcStatus::not_found);
    CHECK(worded.message == words);
    const auto silent = octane.error("ApiItem", "name", R"({"objectPtr":{"handle":2}})");
    CHECK(has(silent.message, "ApiItem.name"));
    CHECK(has(silent.message, "NOT_FOUND"));
}

TEST_CASE("a message above --max-message is 502 and names the limit and the option") {
    auto options = options_for(0);
    options.channel.max_message = 5000;
    TestOctane octane(
        Speaks::beta2,
        [](const std::string& path, const std::string& request) {
            return path == kNamePath ? answer(std::string(6000, 'x')) : serve(path, request);
        },
        options);
    const auto error = octane.error("ApiItem", "name");
    CHECK(error.code == ErrorCode::message_too_large);
    CHECK(error.grpc == GrpcStatus::resource_exhausted);
    CHECK(has(error.message, "5000"));
    CHECK(has(error.message, "--max-message"));
    const auto large =
        octane.error("ApiItem", "setName", R"({"objectPtr":{"handle":1},"name":")" + std::string(6000, 'n') + R"("})");
    CHECK(large.code == ErrorCode::message_too_large);
}

TEST_CASE("RESOURCE_EXHAUSTED that is Octane's own is 429") {
    TestOctane octane(Speaks::beta2, [](const std::string& path, const std::string& request) {
        return path == kNamePath ? failure(grpc::StatusCode::RESOURCE_EXHAUSTED, "out of VRAM") : serve(path, request);
    });
    const auto error = octane.error("ApiItem", "name");
    CHECK(error.code == ErrorCode::upstream_exhausted);
    CHECK(error.message == "out of VRAM");
}

TEST_CASE("an answer that is no such message is an error, not an answer") {
    TestOctane octane(Speaks::beta2, [](const std::string& path, const std::string& request) {
        return path == kNamePath ? answer("\n\x7Ftoo short") : serve(path, request);
    });
    CHECK(octane.error("ApiItem", "name").code == ErrorCode::bad_answer);
}

TEST_CASE("the caller's deadline counts, else the proxy's own; the message says what may have happened") {
    const auto silent = [](const std::string& path, const std::string& request) {
        return path == kNamePath ? open_call() : serve(path, request);
    };
    TestOctane octane(Speaks::beta2, silent, options_for(0), {}, milliseconds(50));
    const auto error = octane.error("ApiItem", "name");
    CHECK(error.code == ErrorCode::deadline_exceeded);
    CHECK(error.grpc == GrpcStatus::deadline_exceeded);
    CHECK(has(error.message, "ApiItem.name"));
    CHECK(has(error.message, "--timeout"));

    // An Octane of its own: whether the call above got as far as Octane within its deadline, nobody knows.
    TestOctane patient(Speaks::beta2, silent, options_for(0), {}, milliseconds(1));
    CallRequest request;
    request.service = "ApiItem";
    request.method = "name";
    request.body = kItem;
    request.timeout = milliseconds(0);  // none: ends only because the client goes away
    asio::cancellation_signal gone;
    request.client_gone = gone.slot();
    auto pending = patient.octane().loop().start(patient.caller().call(request));
    REQUIRE(patient.server().await_calls(kNamePath, 1));
    patient.octane().loop().call([&] { gone.emit(asio::cancellation_type::terminal); });
    const auto cancelled = get(std::move(pending));
    REQUIRE_FALSE(cancelled);
    CHECK(cancelled.error().code == ErrorCode::cancelled);
}

TEST_CASE("without Octane a call fails as existing clients know it: 500, UNAVAILABLE, and what to do") {
    const ClosedPort port;
    RunningOctane octane(options_for(port.number()));
    octane.watch();
    const Caller caller(octane.octane(), DenyList({}, {}, schema::builtin_schemas()), milliseconds(0));
    CallRequest request;
    request.service = "ApiItem";
    request.method = "name";
    request.body = kItem;
    const auto outcome = octane.loop().run(caller.call(request));  // begun before the first verdict, for which it waits
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().code == ErrorCode::octane_unreachable_call);
    CHECK(outcome.error().grpc == GrpcStatus::unavailable);
    CHECK(has(outcome.error().message, octane->address()));
    CHECK(has(outcome.error().message, "--octane-host"));
}

TEST_CASE("a bytes field is given as it lies in the answer when its path is asked for") {
    TestOctane octane(Speaks::beta2, serve);
    CallRequest request;
    request.service = "ApiItem";
    request.method = "name";
    request.body = kItem;
    request.raw_path = "nothing.of.that.name";
    const auto no_field = octane.call(request);
    REQUIRE_FALSE(no_field);
    CHECK(base::http_status(no_field.error().code) == 400);

    TestOctane with_image(Speaks::beta2, [](const std::string& path, const std::string& asked) {
        // grabRenderResultResponse{renderImages{data{buffer{data: "PIXELS"}}}}
        return path == "/octaneapi.ApiRenderEngineService/grabRenderResult" ? answer("\x08\x01\x12\x0C\n\x0A:\x08\n\x06PIXELS")
                                                                            : serve(path, asked);
    });
    request.service = "ApiRenderEngine";
    request.method = "grabRenderResult";
    request.raw_path = "renderImages.data.0.buffer.data";
    const auto pixels = with_image.call(request);
    REQUIRE(pixels);
    CHECK(pixels->raw.flatten() == "PIXELS");
    CHECK(pixels->json.empty());
}

TEST_CASE("a method without its object is refused before the wire, and so is handle 0") {
    TestOctane octane(Speaks::beta2, serve);
    for (const char* body : {"{}", R"({"objectPtr":{}})", R"({"objectPtr":{"handle":0,"type":16}})"}) {
        CAPTURE(body);
        const auto error = octane.error("ApiItem", "name", body);
        CHECK(error.code == ErrorCode::bad_value);
        CHECK(error.grpc == GrpcStatus::invalid_argument);
        CHECK(has(error.message, "objectPtr"));
    }
    CHECK(octane.server().calls(kNamePath) == 0);
}

TEST_CASE("a killing argument is refused, the method's others are not") {
    TestOctane octane(Speaks::beta2, [](const std::string& path, const std::string& request) {
        return path == "/octaneapi.ApiInfoService/nodeInfo" ? answer("") : serve(path, request);
    });
    const auto error = octane.error("ApiInfo", "nodeInfo", R"({"type":116})");
    CHECK(error.code == ErrorCode::method_denied);
    CHECK(has(error.message, "--allow ApiInfo/nodeInfo"));
    CHECK(octane.call("ApiInfo", "nodeInfo", R"({"type":17})"));
    CHECK(octane.server().calls("/octaneapi.ApiInfoService/nodeInfo") == 1);
}

TEST_CASE("a request of another epoch is refused, and one of this epoch is not") {
    TestOctane octane(Speaks::beta2, serve);
    CallRequest request;
    request.service = "ApiItem";
    request.method = "name";
    request.body = kItem;
    request.epoch = octane.octane()->connection().state()->epoch;
    CHECK(octane.call(request));
    octane.octane()->begin_epoch("test");
    const auto old = octane.call(request);
    REQUIRE_FALSE(old);
    CHECK(base::http_status(old.error().code) == 409);
    CHECK(old.error().grpc == GrpcStatus::aborted);
    CHECK(has(old.error().message, "epoch 1"));
    CHECK(has(old.error().message, "epoch 2"));
    CHECK(octane.server().calls(kNamePath) == 1);
}

TEST_CASE("an answer about handles that became void under way is an error") {
    TestOctane octane(Speaks::beta2, [](const std::string& path, const std::string& request) {
        return path == kNamePath ? open_call({kTeapot}) : serve(path, request);
    });
    CallRequest request;
    request.service = "ApiItem";
    request.method = "name";
    request.body = kItem;
    auto pending = octane.octane().loop().start(octane.caller().call(request));
    REQUIRE(octane.server().await_open_calls(1));
    octane.octane()->begin_epoch("test");
    octane.server().end_open_calls();
    const auto outcome = get(std::move(pending));
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().code == ErrorCode::stale_epoch);
}

TEST_CASE("a call that waited while the epoch changed is not sent") {
    auto options = options_for(0);
    options.concurrency = 1;
    TestOctane octane(
        Speaks::beta2,
        [](const std::string& path, const std::string& request) {
            return path == kNamePath ? open_call({kTeapot}) : serve(path, request);
        },
        options);
    CallRequest first;
    first.service = "ApiItem";
    first.method = "name";
    first.body = kItem;
    CallRequest second = first;
    second.body = R"({"objectPtr":{"handle":2}})";
    auto inside = octane.octane().loop().start(octane.caller().call(first));
    REQUIRE(octane.server().await_open_calls(1));
    auto waiting = octane.octane().loop().start(octane.caller().call(second));
    octane.octane().loop().call([] {});
    octane.octane()->begin_epoch("test");
    octane.server().end_open_calls();
    CHECK_FALSE(get(std::move(inside)));
    const auto outcome = get(std::move(waiting));
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().code == ErrorCode::stale_epoch);
    CHECK(octane.server().calls(kNamePath) == 1);
}

TEST_CASE("loading a project begins an epoch, but not if Octane says that it failed") {
    bool is_good = false;
    TestOctane octane(Speaks::beta2, [&](const std::string& path, const std::string& request) {
        if (path == "/octaneapi.ApiProjectManagerService/loadProject") return answer(is_good ? "\x08\x01" : "");
        return serve(path, request);
    });
    const auto epoch = [&] { return octane.octane()->connection().state()->epoch; };
    CHECK(octane.call("ApiProjectManager", "loadProject", R"({"projectPath":"a.orbx"})"));
    CHECK(epoch() == 1);
    is_good = true;
    CHECK(octane.call("ApiProjectManager", "loadProject", R"({"projectPath":"a.orbx"})"));
    CHECK(epoch() == 2);
    octane.octane()->project_changed();  // Octane's event of that load
    CHECK(epoch() == 2);
}

TEST_CASE("resetProject suppresses dialogs where the release can, unless the caller says otherwise") {
    const auto sent = [](Speaks release, const char* body) {
        TestOctane octane(release, [](const std::string& path, const std::string& request) {
            return path == "/octaneapi.ApiProjectManagerService/resetProject" ? answer("\x08\x01") : serve(path, request);
        });
        CHECK(octane.call("ApiProjectManager", "resetProject", body));
        return octane.server().history().back().request;
    };
    CHECK(sent(Speaks::beta2, "{}") == "\x08\x01");
    CHECK(sent(Speaks::beta2, R"({"suppressUI":true})") == "\x08\x01");
    CHECK(sent(Speaks::beta2, R"({"suppressUI":false})") == std::string("\x08\0", 2));
    CHECK(sent(Speaks::alpha5, "{}").empty());
}

TEST_CASE("other pages are told of edits that succeeded, and of nothing else") {
    TestOctane octane(Speaks::beta2, [](const std::string& path, const std::string& request) {
        return path == "/octaneapi.ApiItemService/setName" ? answer("") : serve(path, request);
    });
    std::vector<EditEvent> edits;
    octane.caller().on_edit([&](const EditEvent& edit) { edits.push_back(edit); });
    CallRequest request;
    request.service = "ApiItem";
    request.method = "setName";
    request.body = R"({"objectPtr":{"handle":"77","type":"ApiNode"},"name":"n"})";
    request.call_id = "edit-1";
    CHECK(octane.call(request));
    CHECK(octane.call("ApiItem", "name"));
    CHECK_FALSE(octane.call("ApiItem", "destroy"));
    REQUIRE(edits.size() == 1);
    CHECK(edits[0].method == "ApiItem/setName");
    CHECK(edits[0].call_id == "edit-1");
    REQUIRE(edits[0].object);
    CHECK(edits[0].object->handle == 77);
    CHECK(edits[0].object->type == 17);
    CHECK(edits[0].epoch == 1);
    CHECK(has(to_json(edits[0]), R"("method":"ApiItem/setName","object":{"handle":"77","type":17},"callId":"edit-1")"));
}

TEST_CASE("camera, grab and release go before ordinary calls that wait") {
    auto options = options_for(0);
    options.concurrency = 1;
    TestOctane octane(
        Speaks::beta2,
        [](const std::string& path, const std::string& request) {
            if (path == kNamePath) return request == "\n\x04\x08\x07\x10\x10" ? open_call({kTeapot}) : answer(kTeapot);
            return path.ends_with("Camera") ? answer("") : unimplemented();
        },
        options);
    const auto start = [&](const char* service, const char* method, const char* body) {
        CallRequest request;
        request.service = service;
        request.method = method;
        request.body = body;
        return octane.octane().loop().start(octane.caller().call(request));
    };
    auto inside = start("ApiItem", "name", R"({"objectPtr":{"handle":7}})");
    REQUIRE(octane.server().await_open_calls(1));
    auto ordinary = start("ApiItem", "name", R"({"objectPtr":{"handle":1}})");
    auto camera = start("LiveLink", "GetCamera", "{}");
    auto set_camera = start("LiveLink", "SetCamera", "{}");
    octane.octane().loop().call([] {});
    octane.server().end_open_calls();
    CHECK(get(std::move(inside)));
    CHECK(get(std::move(ordinary)));
    CHECK(get(std::move(camera)));
    CHECK(get(std::move(set_camera)));
    const auto history = octane.server().history();
    REQUIRE(history.size() >= 3);
    CHECK(history.end()[-3].path == "/livelinkapi.LiveLinkService/GetCamera");
    CHECK(history.end()[-2].path == "/livelinkapi.LiveLinkService/SetCamera");
    CHECK(history.end()[-1].path == kNamePath);
}

TEST_CASE("a path that leads to no bytes is refused before Octane is asked, and one that does is followed") {
    constexpr const char* kGrabPath = "/octaneapi.ApiRenderEngineService/grabRenderResult";
    constexpr const char* kSetNamePath = "/octaneapi.ApiItemService/setName";
    TestOctane octane(Speaks::beta2, [=](const std::string& path, const std::string& request) {
        return path == kGrabPath || path == kSetNamePath ? answer("") : serve(path, request);
    });
    std::vector<EditEvent> edits;
    octane.caller().on_edit([&](const EditEvent& edit) { edits.push_back(edit); });
    const auto raw = [&octane](const char* service, const char* method, const char* path, const char* body) {
        CallRequest request;
        request.service = service;
        request.method = method;
        request.body = body;
        request.raw_path = path;
        return octane.call(request);
    };

    const auto grab = raw("ApiRenderEngine", "grabRenderResult", "renderImages.nothing", "{}");
    REQUIRE_FALSE(grab);
    CHECK(grab.error().code == ErrorCode::bad_query);
    CHECK(has(grab.error().message, "renderImages.data.0.buffer.data"));
    CHECK(octane.server().calls(kGrabPath) == 0);

    const auto edit = raw("ApiItem", "setName", "name", R"({"objectPtr":{"handle":1},"name":"n"})");
    REQUIRE_FALSE(edit);
    CHECK(edit.error().code == ErrorCode::bad_query);
    CHECK(octane.server().calls(kSetNamePath) == 0);
    CHECK(edits.empty());

    const auto name = raw("ApiItem", "name", "result", kItem);
    REQUIRE(name);
    CHECK(name->raw.flatten() == "teapot.obj");
    CHECK(name->json.empty());
}

TEST_CASE("the path of a call by another release's name is one of the answer that the name promises") {
    // An answer of beta2 with string_value "s"; the older name's has it in `result`.
    constexpr const char* kPath = "/octaneapi.ApiNodeService/getPinValueByPinID";
    TestOctane octane(Speaks::beta2, [=](const std::string& path, const std::string& request) {
        return path == kPath ? answer("\xB2\x01\x01s") : serve(path, request);
    });
    CallRequest request;
    request.service = "ApiNode";
    request.method = "getPinString";
    request.body = R"({"objectPtr":{"handle":1},"id":43})";
    request.raw_path = "string_value";
    const auto refused = octane.call(request);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::bad_query);
    CHECK(octane.server().calls(kPath) == 0);
    request.raw_path = "result";
    const auto found = octane.call(request);
    REQUIRE(found);
    CHECK(found->raw.flatten() == "s");
}

}  // namespace
}  // namespace octane::livelink
