#include "endpoints/call_origin.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <utility>

namespace octane::endpoints {
namespace {

TEST_CASE("a client is an address, whatever its port: a page's calls come over several connections") {
    for (const auto& [remote, client] : {std::pair("127.0.0.1:52044", "127.0.0.1"), std::pair("[::1]:52044", "[::1]")}) {
        http::Request request;
        request.remote = remote;
        rpc::CallRequest call;
        CHECK(read_origin(request, "id-1", call));
        CHECK(call.client == client);
        CHECK(call.head.call_id == "id-1");
        CHECK_FALSE(call.head.epoch);
    }
}

TEST_CASE("the deadline is that of the caller's headers, and one that makes no sense is refused") {
    using namespace std::chrono_literals;
    http::Request request;
    request.remote = "127.0.0.1:1";
    rpc::CallRequest call;
    REQUIRE(read_origin(request, "", call));
    CHECK_FALSE(call.timeout);
    for (const auto& [name, value] :
         {std::pair("X-Timeout", "200ms"), std::pair("grpc-timeout", "200m"), std::pair("Connect-Timeout-Ms", "200")}) {
        CAPTURE(name);
        request.headers = {{name, value}};
        REQUIRE(read_origin(request, "", call));
        CHECK(call.timeout == 200ms);
        request.headers.front().second = "soon";
        const auto refused = read_origin(request, "", call);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == base::ErrorCode::bad_header);
        CHECK(refused.error().message.find(name) != std::string::npos);
    }
}

TEST_CASE("the epoch of the handles is a number, and nothing else") {
    http::Request request;
    request.remote = "127.0.0.1:1";
    request.headers.emplace_back("x-octane-epoch", "18");
    rpc::CallRequest call;
    REQUIRE(read_origin(request, "", call));
    CHECK(call.head.epoch == 18);
    for (const char* text : {"soon", "-1", "1.5", "1 ", "0x10", "18446744073709551616"}) {
        CAPTURE(text);
        request.headers.front().second = text;
        const auto refused = read_origin(request, "", call);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == base::ErrorCode::bad_header);
        CHECK(refused.error().message.find("X-Octane-Epoch") != std::string::npos);
    }
}

}  // namespace
}  // namespace octane::endpoints
