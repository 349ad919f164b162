#include "livelink/octane_plan.hpp"

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
using tests::unimplemented;

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
    JsonCall request;
    request.service = "ApiItem";
    request.method = "name";
    request.body = kItem;
    request.epoch = octane.octane()->state()->epoch;
    CHECK(octane.call(request));
    octane.octane()->epochs().begin("test");
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
    JsonCall request;
    request.service = "ApiItem";
    request.method = "name";
    request.body = kItem;
    auto pending = octane.octane().loop().start(call_json(octane.octane().octane(), request));
    REQUIRE(octane.server().await_open_calls(1));
    octane.octane()->epochs().begin("test");
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
    JsonCall first;
    first.service = "ApiItem";
    first.method = "name";
    first.body = kItem;
    JsonCall second = first;
    second.body = R"({"objectPtr":{"handle":2}})";
    auto inside = octane.octane().loop().start(call_json(octane.octane().octane(), first));
    REQUIRE(octane.server().await_open_calls(1));
    auto waiting = octane.octane().loop().start(call_json(octane.octane().octane(), second));
    octane.octane().loop().call([] {});
    octane.octane()->epochs().begin("test");
    octane.server().end_open_calls();
    CHECK_FALSE(get(std::move(inside)));
    const auto outcome = get(std::move(waiting));
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().code == ErrorCode::stale_epoch);
    CHECK(octane.server().calls(kNamePath) == 1);
}

TEST_CASE("a call whose handles have become void since its head was judged is not sent, also where it need not wait") {
    TestOctane octane(Speaks::beta2, serve);
    rpc::CallRequest request;
    request.head.service = "ApiItem";
    request.head.method = "name";
    const auto& caller = octane.octane()->caller();
    auto plan = octane.octane().loop().run(caller.plan(request));
    REQUIRE(plan);
    octane.octane()->epochs().begin("test");
    rpc::JsonCodec codec({});
    const auto outcome = octane.octane().loop().run(caller.run(**plan, request, kItem, codec));
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().code == ErrorCode::stale_epoch);
    CHECK(octane.server().calls(kNamePath) == 0);
    CHECK(octane.octane()->invoker().load().in_flight == 0);
}

TEST_CASE("a pin that nothing is connected to has the key that octaneWeb looks for, where the caller wants it") {
    for (const auto release : {Speaks::alpha5, Speaks::beta2}) {
        TestOctane octane(release, [](const std::string&, const std::string&) { return answer(""); });
        const auto json_of = [&octane](const char* service, const char* method, bool wants_empty_objects) {
            JsonCall call;
            call.service = service;
            call.method = method;
            call.body = kItem;
            call.wants_empty_objects = wants_empty_objects;
            const auto outcome = octane.call(call);
            REQUIRE(outcome);
            return outcome->json;
        };
        CHECK(json_of("ApiNode", "connectedNodeIx", true) == R"({"result":{}})");
        CHECK(json_of("ApiNode", "connectedNode", true) == R"({"result":{}})");
        CHECK(json_of("ApiNode", "connectedNodeIx", false) == "{}");
        CHECK(json_of("ApiRenderEngine", "getRenderTargetNode", true) == "{}");
        CHECK(json_of("ApiNode", "pinCount", true) == "{}");
    }
}

TEST_CASE("loading a project begins an epoch, but not if Octane says that it failed") {
    bool is_good = false;
    TestOctane octane(Speaks::beta2, [&](const std::string& path, const std::string& request) {
        if (path == "/octaneapi.ApiProjectManagerService/loadProject") return answer(is_good ? "\x08\x01" : "");
        return serve(path, request);
    });
    const auto epoch = [&] { return octane.octane()->state()->epoch; };
    CHECK(octane.call("ApiProjectManager", "loadProject", R"({"projectPath":"a.orbx"})"));
    CHECK(epoch() == 1);
    is_good = true;
    CHECK(octane.call("ApiProjectManager", "loadProject", R"({"projectPath":"a.orbx"})"));
    CHECK(epoch() == 2);
    octane.octane()->epochs().project_changed();  // Octane's event of that load
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
    std::vector<frames::EditMade> edits;
    octane.octane()->policy().on_edit([&](const frames::EditMade& edit, EditKind) { edits.push_back(edit); });
    JsonCall request;
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
}

TEST_CASE("an edit that Octane refuses in its answer is told to nobody, by whichever name it was made") {
    constexpr const char* kSetPin = "/octaneapi.ApiNodeService/setPinValueByPinID";
    std::string said;
    TestOctane octane(Speaks::beta2, [&](const std::string& path, const std::string& request) {
        return path == kSetPin ? answer(said) : serve(path, request);
    });
    std::vector<std::string> edits;
    octane.octane()->policy().on_edit([&](const frames::EditMade& edit, EditKind kind) {
        CHECK(kind == EditKind::scene);
        edits.push_back(edit.method);
    });
    const auto by_both_names = [&] {
        const auto own = octane.call("ApiNode", "setPinValueByPinID",
                                     R"({"item_ref":{"handle":1},"pin_id":43,"expected_type":"PIN_ID_FLOAT","float_value":1})");
        CHECK(own);
        return octane.call("ApiNode", "setPinValue1", R"({"objectPtr":{"handle":1},"id":43,"value":1})").has_value();
    };
    said = "";  // success: false
    CHECK_FALSE(by_both_names());
    CHECK(edits.empty());
    said = "\x08\x01";
    CHECK(by_both_names());
    CHECK(edits.size() == 2);
}

TEST_CASE("a method of Octane has a deadline and a largest message of its own, by its own name or that of another release") {
    auto options = options_for(0);
    options.limits = {{{"ApiItem/destroy", milliseconds(20)}, {"ApiNode/setPinValue1", milliseconds(30)}},
                      {{"ApiItem/name", 12}, {"ApiItem/setName", 20}}};
    std::string note = "teapot.obj";
    TestOctane octane(
        Speaks::beta2,
        [&note](const std::string& path, const std::string&) {
            if (path == "/octaneapi.ApiItemService/destroy" || path == "/octaneapi.ApiNodeService/setPinValueByPinID")
                return open_call({});
            if (path == "/octaneapi.ApiItemService/setName") return answer(std::string(30, '\0'));
            return path == kNamePath ? answer("\n" + std::string(1, static_cast<char>(note.size())) + note) : unimplemented();
        },
        options);
    std::vector<std::string> edits;
    octane.octane()->policy().on_edit([&](const frames::EditMade& edit, EditKind) { edits.push_back(edit.method); });

    CHECK(octane.error("ApiItem", "destroy").code == ErrorCode::deadline_exceeded);
    const auto foreign = octane.error("ApiNode", "setPinValue1", R"({"objectPtr":{"handle":1},"id":43,"value":1})");
    CHECK(foreign.code == ErrorCode::deadline_exceeded);

    CHECK(octane.call("ApiItem", "name"));
    note += '.';
    const auto answered = octane.error("ApiItem", "name");
    CHECK(answered.code == ErrorCode::message_too_large);
    CHECK(has(answered.message, "the answer of ApiItem.name has 13 bytes as protobuf; method-max-message of upstream octane"));

    CHECK(octane.error("ApiItem", "setName", R"({"objectPtr":{"handle":"1"},"name":"nnnnnnnnnnnnnnnnnnnnnn"})").code ==
          ErrorCode::body_too_large);
    CHECK(octane.server().calls("/octaneapi.ApiItemService/setName") == 0);
    CHECK(edits.empty());
    // It has been carried out, though its answer is not given.
    CHECK(octane.error("ApiItem", "setName", R"({"objectPtr":{"handle":"1"},"name":"n"})").code == ErrorCode::message_too_large);
    CHECK(edits == std::vector<std::string>{"ApiItem/setName"});
}

TEST_CASE("a misspelt member is named in the error of the call that fails without it") {
    TestOctane octane(Speaks::beta2, [](const std::string& path, const std::string& request) {
        return path == kNamePath && request.find("\x08\x07") != std::string::npos
                   ? failure(grpc::StatusCode::INVALID_ARGUMENT, "invalid object reference")
                   : serve(path, request);
    });
    const auto here = octane.error("ApiItem", "name", R"({"objectPtr":{"handel":"1"}})");
    CHECK(has(here.message, "\"objectPtr.handel\" is not a member of octaneapi.ObjectRef"));
    const auto there = octane.error("ApiItem", "name", R"({"objectPtr":{"handle":"7"},"nmae":1})");
    CHECK(there.message.starts_with("invalid object reference"));
    CHECK(has(there.message, "\"nmae\" is not a member of"));
    CHECK_FALSE(has(octane.error("ApiItem", "destroy", R"({"objectPtr":{"handle":"1"},"nmae":1})").message, "nmae"));
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
        JsonCall request;
        request.service = service;
        request.method = method;
        request.body = body;
        return octane.octane().loop().start(call_json(octane.octane().octane(), request));
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
    std::vector<frames::EditMade> edits;
    octane.octane()->policy().on_edit([&](const frames::EditMade& edit, EditKind) { edits.push_back(edit); });
    const auto raw = [&octane](const char* service, const char* method, const char* path, const char* body) {
        JsonCall request;
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
    JsonCall request;
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
