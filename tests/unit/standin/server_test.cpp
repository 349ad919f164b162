#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <future>
#include <iterator>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include "playing.hpp"

namespace octane::standin {
namespace {

TEST_CASE("every method that has a handler exists in at least one release") {
    const World alpha5(small(Release::alpha5));
    const World beta2(small(Release::beta2));
    std::set<std::string> nowhere;
    std::set_intersection(alpha5.methods.not_in_release().begin(), alpha5.methods.not_in_release().end(),
                          beta2.methods.not_in_release().begin(), beta2.methods.not_in_release().end(),
                          std::inserter(nowhere, nowhere.end()));
    CHECK(nowhere.empty());
    CHECK(alpha5.methods.played_names().size() > 250);
    CHECK(beta2.methods.played_names().size() > 180);
}

TEST_CASE("each release has its own methods and says UNIMPLEMENTED to the other's") {
    Playing alpha5(small(Release::alpha5));
    CHECK(integer(*alpha5.client.call("/octaneapi.ApiInfoService/octaneVersion").reply, "result") == 15000005);
    CHECK(alpha5.client.raw_status("/octaneapi.ApiItemService/getValueByAttrID").error_code() == grpc::StatusCode::UNIMPLEMENTED);
    CHECK(alpha5.client.raw_status("/no.Such/thing").error_code() == grpc::StatusCode::UNIMPLEMENTED);
    Playing beta2(small(Release::beta2));
    CHECK(integer(*beta2.client.call("/octaneapi.ApiInfoService/octaneVersion").reply, "result") == 15000008);
    CHECK(beta2.client.raw_status("/octaneapi.ApiItemService/getByAttrID").error_code() == grpc::StatusCode::UNIMPLEMENTED);
    const grpc::Status unplayed = beta2.client.raw_status("/octaneapi.ApiWindowService/create");
    CHECK(unplayed.error_code() == grpc::StatusCode::UNIMPLEMENTED);
    CHECK(unplayed.error_message().find("does not play ApiWindow/create") != std::string::npos);
}

TEST_CASE("references are checked in Octane's words") {
    Playing p(small(Release::beta2));
    const auto status = [&](const char* path, Handle handle, int type) {
        return p.client.call(path, [&](Message& request) { put_object(request, handle, type); }).status;
    };
    const char* name = "/octaneapi.ApiItemService/name";
    CHECK(status(name, p.world.scene.teapot(), 16).ok());
    CHECK(status(name, p.world.scene.teapot(), 17).ok());
    CHECK(status(name, 5, 16).error_message() == "invalid object reference");
    CHECK(status(name, 0, 16).error_message() == "invalid object reference");
    CHECK(status(name, p.world.scene.teapot(), 31).error_message() == "Invalid object type for ApiItem");
    CHECK(p.client.call(name).status.error_message() == "invalid object reference");
    CHECK(status(name, p.world.scene.teapot(), 0).ok());
    CHECK(status("/octaneapi.ApiNodeService/type", p.world.scene.root(), 0).error_message() == "Invalid object type for ApiNode");
    CHECK(status("/octaneapi.ApiNodeService/type", p.world.scene.root(), 17).error_message() ==
          "Invalid object type for ApiNode");
    CHECK(status("/octaneapi.ApiItemArrayService/size", p.world.scene.teapot(), 31).error_message() ==
          "Invalid object type for ApiItemArray");
    CHECK(status(name, 5, 16).error_code() == grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_CASE("values are set and read under both releases' names") {
    for (const Release release : {Release::alpha5, Release::beta2}) {
        Playing p(small(release));
        const bool is_alpha5 = release == Release::alpha5;
        const std::string item = "/octaneapi.ApiItemService/";
        Item* fov = p.world.scene.follow(p.world.scene.item(p.world.scene.render_target()), {"P_CAMERA", "P_FOV"});
        const auto set = p.client.call(item + (is_alpha5 ? "setByAttrID" : "setValueByAttrID"), [&](Message& request) {
            put_object(request, fov->handle, 16, "item_ref");
            put(request, "attribute_id", 185);
            put(sub(request, "float4_value"), "x", 60.0);
        });
        CHECK(integer(*set.reply, "success") == 1);
        const auto get = p.client.call(item + (is_alpha5 ? "getByAttrID" : "getValueByAttrID"), [&](Message& request) {
            put_object(request, fov->handle, 16, "item_ref");
            put(request, "attribute_id", 185);
            put(request, "expected_type", 9);
        });
        CHECK(number(*get.reply, "float_value") == 60);
        const Handle camera = fov->owner_node;
        const auto behind_pin = is_alpha5 ? p.client.call("/octaneapi.ApiNodeService/getPinValue1",
                                                          [&](Message& request) {
                                                              put_object(request, camera, 17);
                                                              put(request, "id", 53);
                                                          })
                                          : p.client.call("/octaneapi.ApiNodeService/getPinValueByPinID", [&](Message& request) {
                                                put_object(request, camera, 17, "item_ref");
                                                put(request, "pin_id", 53);
                                                put(request, "expected_type", 9);
                                            });
        CHECK(number(*behind_pin.reply, is_alpha5 ? "value" : "float_value") == 60);
    }
}

TEST_CASE("SetCamera changes only what is present and raises the change level") {
    Playing p(small(Release::alpha5));
    const auto set =
        p.client.call("/livelinkapi.LiveLinkService/SetCamera", [](Message& state) { put(sub(state, "position"), "x", 0.0); });
    CHECK(set.status.ok());
    const auto get = p.client.call("/livelinkapi.LiveLinkService/GetCamera");
    CHECK(number(*part(*get.reply, "position"), "x") == 0);
    CHECK(number(*part(*get.reply, "target"), "y") == doctest::Approx(1.336));
    CHECK(number(*get.reply, "fov") == doctest::Approx(39.5978));
    CHECK(integer(*part(*p.client.call("/octaneapi.ApiRenderEngineService/getCurrentChangeLevel").reply, "result"), "value") ==
          2);
    CHECK(p.client.call("/octaneapi.ApiRenderEngineService/stopRendering").status.ok());
    CHECK(p.client.call("/livelinkapi.LiveLinkService/SetCamera").status.error_code() == grpc::StatusCode::FAILED_PRECONDITION);
}

TEST_CASE("a render goes on to its last sample and every picture says how far it is") {
    Options options = small(Release::alpha5);
    options.starts_without_target = true;
    Playing p(options);
    Channel channel(p.world, p.client);
    p.client.call("/octaneapi.ApiRenderEngineService/setRenderTargetNode",
                  [&](Message& request) { put_object(request, p.world.scene.render_target(), 17, "targetNode"); });
    double samples = 0;
    for (int i = 0; i < 20 && samples < 2; ++i) {
        const auto event = channel.event();
        REQUIRE(event != nullptr);
        const Message* images = part(*part(*event, "newImage"), "render_images");
        REQUIRE(images != nullptr);
        const Message& image = images->GetReflection()->GetRepeatedMessage(*images, field(*images, "data"), 0);
        CHECK(number(image, "tonemappedSamplesPerPixel") > samples);
        CHECK(text(*part(image, "buffer"), "data").size() == 32 * 16 * 4);
        samples = number(image, "tonemappedSamplesPerPixel");
    }
    CHECK(samples == 2);
}

TEST_CASE("grabs and releases are counted, and a grab without a frame locks nothing") {
    Playing p(on_request(Release::beta2));
    const std::string engine = "/octaneapi.ApiRenderEngineService/";
    CHECK(integer(*p.client.call(engine + "grabRenderResult").reply, "result") == 0);
    CHECK(p.world.counters.grabs_in_flight.now() == 0);
    Channel channel(p.world, p.client);
    wait_until([&] { return p.world.counters.streams.now() > 0; });
    p.world.pattern.send_one();
    const auto event = channel.event();
    REQUIRE(event != nullptr);
    CHECK((integer(*part(*event, "newImage"), "user_data") & 0xfffff) == 1);
    CHECK(integer(*p.client.call(engine + "grabRenderResult").reply, "result") == 1);
    CHECK(p.world.counters.grabs_in_flight.now() == 1);
    p.client.call(engine + "releaseRenderResult");
    CHECK(p.world.counters.grabs_in_flight.now() == 0);
    CHECK(p.world.counters.successful_grabs == 1);
    CHECK(p.world.counters.releases == 1);
}

TEST_CASE("a stalled call keeps the others waiting, and clearing lets them all go") {
    Playing p(on_request(Release::beta2));
    p.world.faults.add_stall("ApiInfo/octaneName=60000");
    auto stalled = std::async(std::launch::async, [&] { return p.client.call("/octaneapi.ApiInfoService/octaneName").status; });
    wait_until([&] { return p.world.counters.calls_in_flight.now() >= 1; });
    auto behind = std::async(std::launch::async, [&] { return p.client.call("/octaneapi.ApiInfoService/octaneVersion").status; });
    wait_until([&] { return p.world.counters.calls_in_flight.most() >= 2; });  // noted a moment after now()
    CHECK(p.world.counters.calls_in_flight.now() == 2);
    p.world.faults.clear();
    CHECK(stalled.get().ok());
    CHECK(behind.get().ok());
}

TEST_CASE("a failing call fails with its status and text, also the stream") {
    Playing p(on_request(Release::beta2));
    p.world.faults.add_failure("ApiInfo/octaneName=RESOURCE_EXHAUSTED:too much");
    const auto outcome = p.client.call("/octaneapi.ApiInfoService/octaneName");
    CHECK(outcome.status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED);
    CHECK(outcome.status.error_message() == "too much");
    p.world.faults.add_failure("StreamCallback/callbackChannel=UNAVAILABLE:not now");
    Channel channel(p.world, p.client);
    CHECK(channel.event() == nullptr);
}

TEST_CASE("loading a project frees every handle and says so on the stream") {
    Playing p(on_request(Release::alpha5));
    Channel channel(p.world, p.client);
    wait_until([&] { return p.world.counters.streams.now() > 0; });
    const Handle before = p.world.scene.teapot();
    const auto load = p.client.call("/octaneapi.ApiProjectManagerService/loadProject",
                                    [](Message& request) { put(request, "projectPath", "x.orbx"); });
    CHECK(integer(*load.reply, "result") == 1);
    const auto event = channel.event();
    REQUIRE(event != nullptr);
    CHECK(part(*event, "projectManagerChanged") != nullptr);
    CHECK(p.client.call("/octaneapi.ApiItemService/name", [&](Message& request) { put_object(request, before, 16); })
              .status.error_message() == "invalid object reference");
    CHECK(integer(*part(*p.client.call("/octaneapi.ApiRenderEngineService/getCurrentChangeLevel").reply, "result"), "value") ==
          0);
}

TEST_CASE("a second stand-in cannot have the same port") {
    Playing first(on_request(Release::alpha5));
    Options options = on_request(Release::alpha5);
    options.port = static_cast<std::uint16_t>(first.port);
    World second(options);
    CHECK_THROWS_WITH_AS(second.start(), doctest::Contains("cannot listen on 127.0.0.1:"), std::runtime_error);
}

TEST_CASE("every played method takes an empty request without an internal error") {
    for (const Release release : {Release::alpha5, Release::beta2}) {
        Playing p(on_request(release));
        for (const std::string& name : p.world.methods.played_names()) {
            if (name == "LiveLink/StreamCamera" || name == "StreamCallback/callbackChannel") continue;
            const std::string service = name.substr(0, name.find('/'));
            const bool is_live_link = service == "LiveLink";
            const std::string path = std::string(is_live_link ? "/livelinkapi." : "/octaneapi.") + service + "Service/" +
                                     name.substr(name.find('/') + 1);
            INFO(name);
            const grpc::Status status = p.client.call(path).status;
            CHECK(status.error_code() != grpc::StatusCode::INTERNAL);
            CHECK(status.error_code() != grpc::StatusCode::UNKNOWN);
            CHECK(status.error_code() != grpc::StatusCode::DEADLINE_EXCEEDED);
        }
    }
}

}  // namespace
}  // namespace octane::standin
