#include "endpoints/routes.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "idle_proxy.hpp"

namespace octane::endpoints {
namespace {

using tests::IdleProxy;

struct Routed {
    Routed() { add_routes(router, proxy.site()); }
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

TEST_CASE("a route says how long its body may be, where that is not for --max-body to say") {
    Routed routed;
    const auto most = [&routed](const char* verb, const char* path) {
        const auto match = routed.router.find(verb, path);
        REQUIRE(match.entry != nullptr);
        return match.entry->rules.max_body.value_or(0);
    };
    for (const char* path : {"/render/register-callback", "/render/ping-client"}) CHECK(most("POST", path) == 64UL << 10U);
    CHECK(most("DELETE", "/render/register-callback") == 64UL << 10U);
    for (const char* path : {"/api/log", "/api/logClear", "/debug/clear-log", "/debug/append-log", "/save-debug-logs"})
        CHECK(most("POST", path) == 16UL << 20U);
    CHECK(most("POST", "/ApiItem/name") == 0);
    CHECK(most("POST", "/api/grpc/ApiItem/name") == 0);
}

// A body of which only the head has come.
class Announced : public http::BodySource {
  public:
    explicit Announced(std::optional<std::uint64_t> size, bool is_at_end = false) : size_(size), is_at_end_(is_at_end) {}
    [[nodiscard]] std::optional<std::uint64_t> declared_size() const override { return size_; }
    [[nodiscard]] bool is_at_end() const override { return is_at_end_; }
    boost::asio::awaitable<base::Result<std::string_view>> read() override { co_return std::string_view(); }
    void expect_conversation() override {}
    void stop() override {}

  private:
    std::optional<std::uint64_t> size_;
    bool is_at_end_;
};

TEST_CASE("until it is known which release Octane is, no name is refused by the head of a call") {
    Routed routed;
    for (const char* path : {"/ApiItem/nmae", "/api/grpc/ApiItem/nmae"}) {
        CAPTURE(path);
        auto match = routed.router.find("POST", path);
        REQUIRE(match.entry != nullptr);
        REQUIRE(match.entry->rules.check);
        http::Request request;
        request.verb = "POST";
        request.path = path;
        request.captures = match.captures;
        for (const auto size : {std::optional<std::uint64_t>(1UL << 30U), std::optional<std::uint64_t>()})
            CHECK_FALSE(match.entry->rules.check(request, Announced(size)).has_value());
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
        CHECK_FALSE(match.entry->rules.check(request, Announced(0)).has_value());
        request.query = http::Query("nothing-like-that=1");
        const auto refused = match.entry->rules.check(request, Announced(0));
        REQUIRE(refused.has_value());
        CHECK(refused->status == (request.path.starts_with("/api/grpc/") ? 500 : 400));  // as octaneWebR knows failures
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
