#include "endpoints/render.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>

#include "endpoints/viewers.hpp"
#include "idle_proxy.hpp"

namespace octane::endpoints {
namespace {

using tests::header;
using tests::IdleProxy;
using tests::json_of;

TEST_CASE("a callback type that is not OnNewImage is 400 and says which there is") {
    IdleProxy proxy;
    for (const char* body : {R"({"callbackType":"OnNewStatistics"})", R"({"callbackType":1})", R"({"callbackType":null})",
                             R"({"callbackType":"onnewimage"})"}) {
        CAPTURE(body);
        const auto response = proxy.ask(register_callback, "POST", "/render/register-callback", body);
        CHECK(response.status == 400);
        CHECK(json_of(response)["success"] == false);
        CHECK(json_of(response)["error"].get<std::string>().find("OnNewImage") != std::string::npos);
    }
}

TEST_CASE("a registration body that is no JSON object is 400") {
    IdleProxy proxy;
    for (const char* body : {"{", "[]", "1", "\"OnNewImage\"", "OnNewImage"}) {
        CAPTURE(body);
        CHECK(proxy.ask(register_callback, "POST", "/render/register-callback", body).status == 400);
    }
}

TEST_CASE("without Octane a registration is 500 whatever form its body has, with the reason") {
    IdleProxy proxy;
    for (const char* body : {"", " \r\n", "{}", R"({"callbackType":"OnNewImage"})", R"({"other":1})"}) {
        CAPTURE(body);
        const auto response = proxy.ask(register_callback, "POST", "/render/register-callback", body);
        CHECK(response.status == 500);
        const auto json = json_of(response);
        CHECK(json["success"] == false);
        CHECK(json["status"] == "UNAVAILABLE");
        CHECK(json["error"].get<std::string>().find("octane.invalid:51022") != std::string::npos);
    }
}

TEST_CASE("unregistering works whether or not anything is registered") {
    IdleProxy proxy;
    const auto response = proxy.ask(unregister_callback, "DELETE", "/render/register-callback");
    CHECK(response.status == 200);
    CHECK(json_of(response)["success"] == true);
    CHECK(json_of(response)["status"]["stream_active"] == false);
}

TEST_CASE("the callback's status is the one of the counters and is never cached") {
    IdleProxy proxy;
    proxy.stats().viewers_ever = 4;
    const auto response = proxy.ask(callback_status, "GET", "/render/callback-status");
    CHECK(response.status == 200);
    CHECK(header(response, "Cache-Control") == "no-store");
    CHECK(json_of(response)["success"] == true);
    CHECK(json_of(response)["status"]["total_clients"] == 4);
}

TEST_CASE("a ping needs a client id") {
    IdleProxy proxy;
    const auto pinged = proxy.ask(ping_client, "POST", "/render/ping-client", R"({"client_id":"someone"})");
    CHECK(pinged.status == 200);
    CHECK(json_of(pinged) == nlohmann::json({{"success", true}, {"message", "Client pinged"}}));
    for (const char* body : {"", "{}", R"({"client_id":""})", R"({"client_id":7})", R"({"client":"x"})"}) {
        CAPTURE(body);
        const auto refused = proxy.ask(ping_client, "POST", "/render/ping-client", body);
        CHECK(refused.status == 400);
        CHECK(json_of(refused)["error"].get<std::string>().starts_with("Missing client_id"));
    }
    CHECK(proxy.ask(ping_client, "POST", "/render/ping-client", "nonsense").status == 400);
}

TEST_CASE("a stream is opened as Server-Sent Events that nobody on the way may hold back") {
    IdleProxy proxy;
    const auto response = proxy.ask(open_stream, "GET", "/render/stream");
    CHECK(response.status == 200);
    CHECK(response.content_type == "text/event-stream");
    CHECK(header(response, "Cache-Control") == "no-store");
    CHECK(header(response, "X-Accel-Buffering") == "no");
    CHECK(response.on_stream);
}

http::Response open_with(IdleProxy& proxy, const std::string& query) {
    http::Request request;
    request.verb = "GET";
    request.path = "/render/stream";
    request.query = http::Query(query);
    return proxy.ask(open_stream, request);
}

// As many viewers as there may be forms, each with a JPEG quality of its own from 1 on.
std::vector<http::Response> fill_with_variants(IdleProxy& proxy) {
    std::vector<http::Response> open;
    for (std::size_t i = 1; i <= frames::PicturePlaces::kMost; ++i) {
        open.push_back(open_with(proxy, "format=jpeg&quality=" + std::to_string(i)));
        CHECK(open_with(proxy, "format=jpeg&quality=100").status == (i < frames::PicturePlaces::kMost ? 200 : 429));
    }
    return open;
}

TEST_CASE("a stream in one form more than the bound is 429 and no stream") {
    IdleProxy proxy;
    auto open = fill_with_variants(proxy);
    const auto refused = open_with(proxy, "format=png");
    CHECK(refused.status == 429);
    CHECK_FALSE(refused.on_stream);
    CHECK(json_of(refused)["error"].get<std::string>().find(std::to_string(frames::PicturePlaces::kMost)) != std::string::npos);
    open.pop_back();
    CHECK(open_with(proxy, "format=png").status == 200);
}

TEST_CASE("at the bound a form that another viewer has is still to be had") {
    IdleProxy proxy;
    fill_with_variants(proxy);
    CHECK(open_with(proxy, "format=jpeg&quality=1").status == 200);
    CHECK(open_with(proxy, "format=jpeg&quality=32").status == 200);
}

TEST_CASE("a stream with a query that makes no sense is 400 and no stream") {
    IdleProxy proxy;
    http::Request request;
    request.verb = "GET";
    request.path = "/render/stream";
    request.query = http::Query("format=gif");
    const auto response = proxy.ask(open_stream, request);
    CHECK(response.status == 400);
    CHECK_FALSE(response.on_stream);
    CHECK(json_of(response)["error"].get<std::string>().find("gif") != std::string::npos);
}

}  // namespace
}  // namespace octane::endpoints
