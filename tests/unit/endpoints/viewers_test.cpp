#include "endpoints/viewers.hpp"

#include <doctest/doctest.h>

#include <string>

#include "idle_proxy.hpp"

namespace octane::endpoints {
namespace {

using frames::Container;
using frames::Format;
using tests::header;
using tests::IdleProxy;
using tests::json_of;

http::Response open_with(IdleProxy& proxy, IdleProxy::Endpoint endpoint, const std::string& query) {
    http::Request request;
    request.verb = "GET";
    request.query = http::Query(query);
    return proxy.ask(endpoint, request);
}

TEST_CASE("a multipart stream says which line parts its pictures, and nobody on the way may hold it back") {
    IdleProxy proxy;
    const auto response = open_with(proxy, open_mjpeg, "");
    CHECK(response.status == 200);
    CHECK(response.content_type == "multipart/x-mixed-replace; boundary=octane-frame");
    CHECK(header(response, "Cache-Control") == "no-store");
    CHECK(header(response, "X-Accel-Buffering") == "no");
    CHECK(response.on_stream);
}

TEST_CASE("a socket is opened as one") {
    IdleProxy proxy;
    const auto response = open_with(proxy, open_web_socket, "format=raw");
    CHECK(response.on_web_socket);
    CHECK_FALSE(response.on_stream);
}

TEST_CASE("each container has a default that it can carry") {
    IdleProxy proxy;
    for (const auto& [container, format] : {std::pair(Container::sse, Format::both), std::pair(Container::mjpeg, Format::jpeg),
                                            std::pair(Container::ws, Format::jpeg)}) {
        const auto options = read_viewer_options(proxy.context(), http::Query(), container);
        REQUIRE(options);
        CHECK(options->variant.container == container);
        CHECK(options->variant.format == format);
        CHECK(options->id.size() == 36);
    }
}

TEST_CASE("a format that the container cannot carry is 400 and the answer names those that it can") {
    IdleProxy proxy;
    for (const char* query : {"format=raw", "format=both", "format=exr", "format=gif", "quality=0"}) {
        CAPTURE(query);
        const auto response = open_with(proxy, open_mjpeg, query);
        CHECK(response.status == 400);
        CHECK_FALSE(response.on_stream);
    }
    CHECK(json_of(open_with(proxy, open_mjpeg, "format=raw"))["error"].get<std::string>().find("jpeg, png or webp") !=
          std::string::npos);
    CHECK(open_with(proxy, open_stream, "format=exr").status == 400);
    const auto both = open_with(proxy, open_web_socket, "format=both");
    CHECK(both.status == 400);
    CHECK_FALSE(both.on_web_socket);
    CHECK(json_of(both)["error"].get<std::string>().find("jpeg, png, webp, raw") != std::string::npos);
}

}  // namespace
}  // namespace octane::endpoints
