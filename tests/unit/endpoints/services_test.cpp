#include "endpoints/services.hpp"

#include <doctest/doctest.h>

#include <boost/asio/post.hpp>
#include <future>
#include <optional>
#include <string>

#include "idle_proxy.hpp"

namespace octane::endpoints {
namespace {

using tests::header;
using tests::IdleProxy;
using tests::json_of;
using tests::text_of;

http::Response show(IdleProxy& proxy, const std::string& name, const std::string& codings = {}) {
    http::Request request;
    request.captures = {name};
    if (!codings.empty()) request.headers.emplace_back("Accept-Encoding", codings);
    return proxy.ask(show_service, request);
}

TEST_CASE("services are listed, and each one shown by any of its names") {
    IdleProxy proxy;
    const auto list = proxy.ask(list_services, "GET", "/services");
    CHECK(list.status == 200);
    CHECK(text_of(list).find("ApiItem") != std::string::npos);
    for (const char* name : {"ApiItem", "octaneapi.ApiItemService", "apiitem"}) {
        CAPTURE(name);
        const auto service = show(proxy, name);
        CHECK(service.status == 200);
        CHECK(text_of(service).find("objectPtr") != std::string::npos);
    }
    const auto unknown = show(proxy, "ApiItm");
    CHECK(unknown.status == 404);
    CHECK(json_of(unknown)["error"].get<std::string>().find("ApiItem") != std::string::npos);
}

TEST_CASE("a service is described once: by whatever name it is asked for, the same bytes are sent, compressed if wanted") {
    IdleProxy proxy;
    const auto plain = show(proxy, "ApiItem");
    const auto again = show(proxy, "octaneapi.ApiItemService");
    REQUIRE(plain.chain.segments().size() == 1);
    REQUIRE(again.chain.segments().size() == 1);
    CHECK(plain.chain.segments()[0].data() == again.chain.segments()[0].data());
    const auto zipped = show(proxy, "ApiItem", "gzip");
    CHECK(header(zipped, "Content-Encoding") == "gzip");
    CHECK(zipped.chain.size() < plain.chain.size() / 4);
    CHECK(header(plain, "Cache-Control") == "no-cache");
    CHECK(show(proxy, "ApiNode").chain.size() != plain.chain.size());
}

TEST_CASE("a description is made by a worker: while all of them are busy the loop goes on without it") {
    IdleProxy proxy;
    std::promise<void> go_on;
    boost::asio::post(proxy.site().workers, [wait = go_on.get_future().share()] { wait.wait(); });
    http::Request list;
    http::Request one;
    one.captures = {"ApiItem"};
    std::optional<http::Response> listed;
    std::optional<http::Response> shown;
    proxy.begin(list_services, list, listed);
    proxy.begin(show_service, one, shown);
    proxy.settle();
    CHECK_FALSE(listed.has_value());
    CHECK_FALSE(shown.has_value());
    go_on.set_value();
    CHECK(proxy.finish(listed).status == 200);
    CHECK(proxy.finish(shown).status == 200);
}

}  // namespace
}  // namespace octane::endpoints
