#include "endpoints/calls.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "idle_proxy.hpp"

namespace octane::endpoints {
namespace {

using tests::header;
using tests::IdleProxy;
using tests::json_of;

http::Response call(IdleProxy& proxy, const std::string& query, std::vector<std::pair<std::string, std::string>> headers) {
    auto request = std::make_unique<http::Request>();
    request->verb = "POST";
    request->path = "/ApiItem/name";
    request->captures = {"ApiItem", "name"};
    request->remote = "127.0.0.1:5";
    request->query = http::Query(query);
    request->headers = std::move(headers);
    return proxy.ask(call_method, *request);
}

TEST_CASE("a call whose header or query makes no sense is 400 before anything is asked") {
    IdleProxy proxy;
    const auto header_refused = call(proxy, "", {{"X-Timeout", "soon"}});
    CHECK(header_refused.status == 400);
    CHECK(json_of(header_refused)["error"].get<std::string>().find("X-Timeout") != std::string::npos);
    CHECK(call(proxy, "enums=upside-down", {}).status == 400);
    CHECK(call(proxy, "raw=", {}).status == 400);
}

TEST_CASE("a caller's own id comes back in header and body, an unusable one is replaced") {
    IdleProxy proxy;
    const auto own = call(proxy, "", {{"X-Call-Id", "my-id"}, {"X-Timeout", "soon"}});
    CHECK(header(own, "X-Call-Id") == "my-id");
    CHECK(json_of(own)["callId"] == "my-id");
    for (const std::string& unusable :
         {std::string(), std::string("two words"), std::string("tab\tbed"), std::string("\xC3\xBC"), std::string(129, 'x')}) {
        CAPTURE(unusable);
        const auto replaced = call(proxy, "", {{"X-Call-Id", unusable}, {"X-Timeout", "soon"}});
        const auto id = header(replaced, "X-Call-Id");
        REQUIRE(id);
        CHECK(id->size() == 12);
        CHECK(json_of(replaced)["callId"] == *id);
    }
    CHECK(header(call(proxy, "", {{"X-Call-Id", std::string(128, 'x')}, {"X-Timeout", "soon"}}), "X-Call-Id") ==
          std::string(128, 'x'));
}

}  // namespace
}  // namespace octane::endpoints
