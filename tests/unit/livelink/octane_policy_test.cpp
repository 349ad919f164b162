#include "livelink/octane_policy.hpp"
#include "livelink/builtin_schemas.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "unit/livelink/octane_stage.hpp"
#include "unit/upstream/closed_port.hpp"

namespace octane::livelink {
namespace {

namespace asio = boost::asio;
using base::ErrorCode;
using base::GrpcStatus;
using std::chrono::milliseconds;
using tests::answer;
using tests::call_json;
using tests::ClosedPort;
using tests::failure;
using tests::get;
using tests::has;
using tests::JsonCall;
using tests::kItem;
using tests::kNamePath;
using tests::kTeapot;
using tests::open_call;
using tests::options_for;
using tests::RunningOctane;
using tests::Script;
using tests::serve;
using tests::Speaks;
using tests::TestOctane;

TEST_CASE("a call is translated, asked, and translated back") {
    TestOctane octane(Speaks::alpha5, serve);
    const auto outcome = octane.call("ApiItem", "name", R"({"objectPtr":{"handle":"1","type":"ApiItem"}})");
    REQUIRE(outcome);
    CHECK(outcome->json == R"({"result":"teapot.obj"})");
    CHECK(outcome->warnings.empty());
    CHECK(outcome->method->path == kNamePath);
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

    JsonCall strict;
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
    CHECK(newer.code == ErrorCode::release_lacks_method);
    CHECK(newer.grpc == GrpcStatus::unimplemented);
    CHECK(has(newer.message, "beta2 has it"));
    CHECK(alpha.server().calls("/octaneapi.ApiControlService/closeOctane") == 0);

    TestOctane beta(Speaks::beta2, serve);
    const auto older = beta.error("ApiRenderEngine", "hardwareRayTracingEnabled");
    CHECK(older.code == ErrorCode::release_lacks_method);
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
    JsonCall request;
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
    options.schemas = {livelink::builtin_schemas().back()};
    options.should_detect = false;
    TestOctane octane(Speaks::beta2, serve, options, {"ApiNode/getPinFloat"});
    CHECK(octane.error("ApiNode", "getPinFloat", "{}").code == ErrorCode::method_denied);
}

TEST_CASE("loading a project begins an epoch without a connection's having been made") {
    TestOctane octane(Speaks::beta2, [](const std::string& path, const std::string& request) {
        return path.ends_with("/resetProject") ? answer("\x08\x01") : serve(path, request);
    });
    REQUIRE(octane.call("ApiProjectManager", "resetProject", "{}"));
    CHECK(octane.octane()->status().epoch == 2);
    CHECK(octane.octane()->status().connections == 1);
}

TEST_CASE("a name that only a request can make out is told to those who call by themselves") {
    TestOctane alpha(Speaks::alpha5, serve);
    const auto target = alpha.octane()->policy().resolve("ApiNode", "getPinValueByPinID");
    REQUIRE_FALSE(target);
    CHECK(target.error().code == ErrorCode::release_lacks_method);
    const auto renamed = alpha.octane()->policy().resolve("ApiItem", "getValueByAttrID");
    REQUIRE(renamed);
    CHECK(renamed->method->display == "ApiItem.getByAttrID");
}

TEST_CASE("while the release is unknown the method of any release is tried") {
    TestOctane octane(Speaks::unknown, [](const std::string& path, const std::string& request) {
        return path == "/octaneapi.ApiItemService/getByAttrID" && !request.empty() ? answer("") : serve(path, request);
    });
    const auto outcome = octane.call("ApiItem", "getByAttrID", R"({"item_ref":{"handle":1}})");
    REQUIRE(outcome);
    CHECK(outcome->method->path == "/octaneapi.ApiItemService/getByAttrID");
}

TEST_CASE("UNIMPLEMENTED from Octane is 501 and names the releases that have the method") {
    TestOctane octane(Speaks::beta2, serve);
    const auto error = octane.error("ApiInfo", "octaneName");
    CHECK(error.code == ErrorCode::release_lacks_method);
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
    const auto camera = octane.error("LiveLink", "StreamCamera");
    CHECK(base::http_status(camera.code) == 400);
    CHECK(has(camera.message, "/render/ws"));
    CHECK_FALSE(has(camera.message, "/render/stream"));
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
    JsonCall request;
    request.service = "ApiItem";
    request.method = "name";
    request.body = kItem;
    request.timeout = milliseconds(0);  // none: ends only because the client goes away
    asio::cancellation_signal gone;
    request.client_gone = gone.slot();
    auto pending = patient.octane().loop().start(call_json(patient.octane().octane(), request));
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
    JsonCall request;
    request.service = "ApiItem";
    request.method = "name";
    request.body = kItem;
    const auto outcome =
        octane.loop().run(call_json(octane.octane(), request));  // begun before the first verdict, for which it waits
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().code == ErrorCode::upstream_unreachable);
    CHECK(outcome.error().grpc == GrpcStatus::unavailable);
    CHECK(has(outcome.error().message, octane->address()));
    CHECK(has(outcome.error().message, "--octane-host"));
}

TEST_CASE("a bytes field is given as it lies in the answer when its path is asked for") {
    TestOctane octane(Speaks::beta2, serve);
    JsonCall request;
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

}  // namespace
}  // namespace octane::livelink
