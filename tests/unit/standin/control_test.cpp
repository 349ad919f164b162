#include "standin/control.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>

namespace octane::standin {
namespace {

Options on_request() {
    Options options;
    options.release = Release::beta2;
    options.port = 0;
    options.width = 3;
    options.height = 1;
    options.pattern.is_on = true;
    options.pattern.fps = 0;
    return options;
}

nlohmann::json ask(World& world, const char* verb, const char* path, const std::string& body = {}, int status = 200) {
    const ControlReply reply = control_reply(world, verb, path, body);
    CHECK(reply.status == status);
    return nlohmann::json::parse(reply.body);
}

TEST_CASE("the control port hands out the newest frame") {
    World world(on_request());
    ask(world, "GET", "/frame", {}, 404);
    ask(world, "POST", "/frame");
    const auto frame = ask(world, "GET", "/frame");
    CHECK(frame["number"] == 1);
    CHECK(frame["width"] == 3);
    CHECK(frame["bytes"] == 12);
    CHECK(frame["data"].get<std::string>().size() == 16);
    CHECK(control_reply(world, "GET", "/frame.raw", {}).body.size() == 12);
    CHECK(ask(world, "GET", "/counters")["frames"] == 1);
}

TEST_CASE("the control port sets faults and clears them") {
    World world(on_request());
    ask(world, "POST", "/fail", R"({"method":"octaneapi.ApiItemService/name","status":"NOT_FOUND","text":"gone"})");
    CHECK(world.faults.of("ApiItem/name")->failure->error_message() == "gone");
    ask(world, "POST", "/stall", R"({"method":"ApiItem/name","ms":5})");
    CHECK(world.faults.of("ApiItem/name")->stall.count() == 5);
    ask(world, "POST", "/clear");
    CHECK_FALSE(world.faults.of("ApiItem/name").has_value());
}

TEST_CASE("the control port says what is wrong with a request") {
    World world(on_request());
    ask(world, "GET", "/nothing", {}, 404);
    ask(world, "POST", "/fail", "no json", 400);
    ask(world, "POST", "/fail", R"({"method":"ApiItem/name","status":"SOMETHING"})", 400);
    ask(world, "POST", "/stall", "{}", 400);
    ask(world, "POST", "/stall", R"({"method":5})", 400);
    ask(world, "POST", "/event", R"({"event":"sunset"})", 400);
}

TEST_CASE("the control port knows the camera and the usual handles") {
    World world(on_request());
    const auto scene = ask(world, "GET", "/scene");
    CHECK(scene["teapot"] == 1000000);
    CHECK(scene["activeRenderTarget"] == 0);
    CHECK(ask(world, "GET", "/camera")["isSet"] == false);
}

}  // namespace
}  // namespace octane::standin
