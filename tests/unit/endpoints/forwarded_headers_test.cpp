#include "endpoints/forwarded_headers.hpp"

#include <doctest/doctest.h>

#include <array>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace octane::endpoints {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

base::Result<Pairs> forwarded(std::vector<std::pair<std::string, std::string>> headers, std::span<const std::string> names) {
    http::Request request;
    request.headers = std::move(headers);
    return forwarded_headers(request, names);
}

TEST_CASE("only what is named goes on, and what names a request across programs") {
    const std::array<std::string, 2> names = {"x-scene", "x-key-bin"};
    const auto metadata = forwarded(
        {{"X-Scene", "a"}, {"X-Other", "b"}, {"Traceparent", "00-1"}, {"X-Request-Id", "r"}, {"X-Key-Bin", "AQI="}}, names);
    REQUIRE(metadata);
    CHECK(*metadata == Pairs{{"x-scene", "a"}, {"traceparent", "00-1"}, {"x-request-id", "r"}, {"x-key-bin", "\x01\x02"}});
}

TEST_CASE("a value that gRPC cannot send is refused by its name") {
    const std::array<std::string, 2> names = {"x-scene", "x-key-bin"};
    CHECK(forwarded({{"X-Key-Bin", "*"}}, names).error().message ==
          "the header x-key-bin goes to the upstream as bytes, so it must be base64");
    CHECK(forwarded({{"X-Scene", "\xC3\xA4"}}, names).error().message.find("printable ASCII") != std::string::npos);
}

TEST_CASE("headers of the connection, of the body and of gRPC never go on") {
    for (const char* name : {"connection", "host", "te", "transfer-encoding", "content-length", "content-type", "grpc-timeout",
                             "upgrade", "", "a b", "X-Upper", ":path"})
        CHECK_FALSE(may_be_forwarded(name));
    for (const char* name : {"authorization", "x-nre-scene-id", "x-bin", "a.b_c"}) CHECK(may_be_forwarded(name));
}

TEST_CASE("what Connection names is for this connection only") {
    const std::array<std::string, 2> names = {"x-who", "x-scene"};
    const auto metadata = forwarded({{"X-Who", "me"},
                                     {"connection", "keep-alive, X-WHO"},
                                     {"X-Scene", "a"},
                                     {"Tracestate", "t"},
                                     {"Traceparent", "00-1"},
                                     {"Connection", "tracestate ,close"}},
                                    names);
    REQUIRE(metadata);
    CHECK(*metadata == Pairs{{"x-scene", "a"}, {"traceparent", "00-1"}});
}

}  // namespace
}  // namespace octane::endpoints
