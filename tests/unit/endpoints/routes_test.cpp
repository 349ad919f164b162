#include "endpoints/routes.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "idle_proxy.hpp"

namespace octane::endpoints {
namespace {

using tests::IdleProxy;

struct Routed {
    Routed() { add_routes(router, proxy.context()); }
    IdleProxy proxy;
    http::Router router;
};

using Captures = std::vector<std::string>;

TEST_CASE("every URL of the contract has its handler") {
    Routed routed;
    constexpr std::pair<const char*, const char*> kUrls[] = {{"POST", "/ApiItem/name"},
                                                             {"POST", "/octaneapi.ApiItemService/name"},
                                                             {"POST", "/render/register-callback"},
                                                             {"DELETE", "/render/register-callback"},
                                                             {"GET", "/render/stream"},
                                                             {"GET", "/render/callback-status"},
                                                             {"POST", "/render/ping-client"},
                                                             {"GET", "/health"},
                                                             {"GET", "/livez"},
                                                             {"GET", "/readyz"},
                                                             {"GET", "/services"},
                                                             {"GET", "/services/ApiItem"},
                                                             {"GET", "/"}};
    for (const auto& [verb, path] : kUrls) {
        CAPTURE(verb);
        CAPTURE(path);
        CHECK(routed.router.find(verb, path).entry != nullptr);
    }
}

TEST_CASE("a call's service and method are captured, and the render paths are not mistaken for a call") {
    Routed routed;
    CHECK(routed.router.find("POST", "/livelinkapi.LiveLink/GetCamera").captures ==
          Captures{"livelinkapi.LiveLink", "GetCamera"});
    CHECK(routed.router.find("POST", "/render/register-callback").captures.empty());
    CHECK(routed.router.find("POST", "/render/ping-client").captures.empty());
    CHECK(routed.router.find("GET", "/services/ApiItem").captures == Captures{"ApiItem"});
}

TEST_CASE("a wrong verb is told which verbs there are") {
    Routed routed;
    for (const auto& [verb, path, allowed] : {std::tuple("POST", "/health", "GET"), std::tuple("PUT", "/ApiItem/name", "POST"),
                                              std::tuple("DELETE", "/services", "GET"), std::tuple("POST", "/livez", "GET")}) {
        CAPTURE(path);
        const auto match = routed.router.find(verb, path);
        CHECK(match.entry == nullptr);
        CHECK(match.allow.find(allowed) != std::string::npos);
        CHECK(match.allow.find("OPTIONS") != std::string::npos);
    }
}

TEST_CASE("every path but those of pages judges the options of its query") {
    Routed routed;
    for (const auto& [verb, path] : {std::pair("POST", "/ApiItem/name"),
                                     std::pair("POST", "/render/register-callback"),
                                     std::pair("GET", "/render/stream"),
                                     std::pair("DELETE", "/render/register-callback"),
                                     std::pair("GET", "/render/mjpeg"),
                                     std::pair("GET", "/render/ws"),
                                     std::pair("GET", "/render/frame"),
                                     std::pair("GET", "/render/frame.exr"),
                                     std::pair("GET", "/render/callback-status"),
                                     std::pair("POST", "/render/ping-client"),
                                     std::pair("GET", "/health"),
                                     std::pair("GET", "/readyz"),
                                     std::pair("GET", "/livez"),
                                     std::pair("GET", "/metrics"),
                                     std::pair("GET", "/services"),
                                     std::pair("GET", "/services/ApiItem"),
                                     std::pair("POST", "/api/grpc/ApiItem/name"),
                                     std::pair("GET", "/api/health"),
                                     std::pair("GET", "/api/callbacks"),
                                     std::pair("POST", "/api/log"),
                                     std::pair("POST", "/debug/clear-log"),
                                     std::pair("POST", "/debug/append-log"),
                                     std::pair("POST", "/save-debug-logs"),
                                     std::pair("GET", "/debug-logs/x")}) {
        CAPTURE(path);
        const auto match = routed.router.find(verb, path);
        REQUIRE(match.entry != nullptr);
        REQUIRE(match.entry->rules.check);
        http::Request request;
        request.verb = verb;
        request.path = path;
        request.captures = match.captures;
        CHECK_FALSE(match.entry->rules.check(request).has_value());
        request.query = http::Query("nothing-like-that=1");
        const auto refused = match.entry->rules.check(request);
        REQUIRE(refused.has_value());
        CHECK(refused->status == 400);
        CHECK(refused->body.find("?nothing-like-that=") != std::string::npos);
    }
    for (const char* path : {"/", "/assets/app.js"}) CHECK_FALSE(routed.router.find("GET", path).entry->rules.check);
}

TEST_CASE("what is no route is left to the fallback") {
    Routed routed;
    for (const char* path : {"/ApiItem", "/a/b/c", "/app.js"}) {
        CAPTURE(path);
        const auto match = routed.router.find("POST", path);
        CHECK(match.entry == nullptr);
        CHECK(match.allow.empty());
    }
    CHECK(routed.router.fallback() != nullptr);
}

}  // namespace
}  // namespace octane::endpoints
