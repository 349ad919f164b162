#include <doctest/doctest.h>

#include "http/router.hpp"
#include "running_server.hpp"

using namespace octane::http;
using octane::http::test::answering;
using octane::http::test::text;

namespace {

Handler some() {
    return answering([](Request&) { return text(""); });
}

}  // namespace

TEST_CASE("Literal segments win over captures whatever the order of adding") {
    Router router;
    router.add("POST", "/{service}/{method}", some());
    router.add("POST", "/render/{what}", some());
    router.add("POST", "/render/register", some());
    CHECK(router.find("POST", "/ApiItem/name").captures == std::vector<std::string>{"ApiItem", "name"});
    CHECK(router.find("POST", "/render/other").captures == std::vector<std::string>{"other"});
    const auto match = router.find("POST", "/render/register");
    CHECK(match.entry != nullptr);
    CHECK(match.captures.empty());
}

TEST_CASE("An earlier literal weighs more than a later one") {
    Router router;
    router.add("GET", "/{a}/fixed", some());
    router.add("GET", "/fixed/{b}", some());
    CHECK(router.find("GET", "/fixed/fixed").captures == std::vector<std::string>{"fixed"});
    CHECK(router.find("GET", "/x/fixed").captures == std::vector<std::string>{"x"});
}

TEST_CASE("A path with another verb names the verbs it has") {
    Router router;
    router.add("POST", "/render/register", some());
    router.add("DELETE", "/render/register", some());
    router.add("GET", "/{service}/{method}", some());
    const auto match = router.find("GET", "/render/register");
    CHECK(match.entry == nullptr);
    CHECK(match.allow == "POST, DELETE, OPTIONS");
    CHECK(router.find("GET", "/nothing").allow.empty());
}

TEST_CASE("A GET route answers HEAD") {
    Router router;
    router.add("GET", "/health", some());
    CHECK(router.find("HEAD", "/health").entry != nullptr);
    CHECK(router.find("PUT", "/health").entry == nullptr);
    CHECK(router.find("PUT", "/health").allow == "GET, HEAD, OPTIONS");
}

TEST_CASE("A bound path wins over routes that begin with a capture or yield, and over no others") {
    Router router;
    router.add("POST", "/{service}/{method}", some());
    router.add("POST", "/fixed/{name}", some());
    router.add("GET", "/fixed/known", some());
    RouteRules yielding;
    yielding.yields = true;
    router.add("POST", "/api/{name}", some(), yielding);
    router.add("GET", "/api/health", some());
    const auto is_bound = [&router](std::string_view verb, std::string_view path) {
        Request request;
        request.verb = verb;
        request.path = path;
        return router.bound_to(request, router.find(verb, path)) != nullptr;
    };
    CHECK_FALSE(is_bound("GET", "/deep/er/path"));
    bool saw_route = false;
    router.set_bound(
        [&saw_route](const Request&, bool has_route) {
            saw_route = has_route;
            return true;
        },
        [](octane::http::Exchange&) -> boost::asio::awaitable<void> { co_return; });
    CHECK(is_bound("GET", "/deep/er/path"));
    CHECK_FALSE(saw_route);
    CHECK(is_bound("POST", "/ApiItem/name"));
    CHECK(saw_route);
    CHECK(is_bound("POST", "/api/other"));
    CHECK(saw_route);
    CHECK(is_bound("GET", "/api/other"));
    CHECK_FALSE(saw_route);
    CHECK_FALSE(is_bound("GET", "/api/health"));
    CHECK_FALSE(is_bound("POST", "/fixed/other"));
    CHECK_FALSE(is_bound("GET", "/fixed/other"));
    CHECK_FALSE(is_bound("POST", "/fixed/known"));
}

TEST_CASE("A capture needs a segment that is not empty, and segments are counted exactly") {
    Router router;
    router.add("GET", "/", some());
    router.add("GET", "/services/{service}", some());
    CHECK(router.find("GET", "/").entry != nullptr);
    CHECK(router.find("GET", "/services/").entry == nullptr);
    CHECK(router.find("GET", "/services").entry == nullptr);
    CHECK(router.find("GET", "/services/a/b").entry == nullptr);
    CHECK(router.find("GET", "services/a").entry == nullptr);
    CHECK(router.find("GET", "").entry == nullptr);
    std::string deep;
    for (int i = 0; i < 1000; ++i) deep += "/x";
    CHECK(router.find("GET", deep).entry == nullptr);
}
