#include "endpoints/json_body.hpp"

#include <doctest/doctest.h>

#include <string>

#include "endpoints/compat_logs.hpp"
#include "endpoints/render.hpp"
#include "idle_proxy.hpp"

namespace octane::endpoints {
namespace {

using tests::IdleProxy;
using tests::json_of;

std::string refusal(const std::string& text) {
    const auto read = read_json_object(text, "the body");
    if (read) return {};
    CHECK(read.error().code == base::ErrorCode::bad_json);
    return read.error().message;
}

// {"x":[[…]]} of that many levels in all.
std::string nested(int levels) {
    const auto inner = static_cast<std::size_t>(levels - 1);
    return R"({"x":)" + std::string(inner, '[') + std::string(inner, ']') + '}';
}

TEST_CASE("an object is read, and nothing is an empty one") {
    const auto read = read_json_object(R"({"a":[1,{"b":"[[{{\"[\\"}]})", "the body");
    REQUIRE(read);
    CHECK((*read)["a"][1]["b"] == "[[{{\"[\\");
    CHECK(read_json_object(" \r\n", "the body")->empty());
    CHECK(refusal("{") == "the body is not JSON");
    CHECK(refusal("\"") == "the body is not JSON");
    CHECK(refusal("\"\\") == "the body is not JSON");
    CHECK(refusal("[]") == "the body must be a JSON object");
}

TEST_CASE("JSON is read down to 64 levels, and brackets in strings are none") {
    CHECK(read_json_object(nested(64), "the body").has_value());
    CHECK(refusal(nested(65)) == "the body is JSON nested deeper than 64 levels");
    CHECK(refusal(std::string(1'000'000, '[')) == "the body is JSON nested deeper than 64 levels");
    CHECK(read_json_object(R"({"x":")" + std::string(1'000'000, '[') + "\"}", "the body").has_value());
    CHECK(read_json_object(R"({"x":[)" + std::string(70, ' ') + "[],[],[]]}", "the body").has_value());
}

TEST_CASE("JSON may hold so many values and no more") {
    std::string many = R"({"x":[0)";
    for (int i = 0; i < 90'000; ++i) many += ",0";
    CHECK(read_json_object(many + "]}", "the body").has_value());
    for (int i = 0; i < 20'000; ++i) many += ",0";
    CHECK(refusal(many + "]}") == "the body is JSON of more than 100000 values");
}

TEST_CASE("a body of nothing but brackets is 400 wherever JSON is taken") {
    IdleProxy proxy;
    const std::string deep(15'000, '[');
    const std::string closed = deep + std::string(15'000, ']');
    for (const auto& body : {R"({"callbackType":)" + closed + '}', R"({"client_id":)" + closed + '}',
                             R"({"sessionId":)" + closed + R"(,"logEntry":)" + closed + '}', deep}) {
        const auto check_refused = [](const http::Response& response) {
            CHECK(response.status == 400);
            CHECK(json_of(response)["error"].get<std::string>().find("64 levels") != std::string::npos);
        };
        for (const auto endpoint : {register_callback, ping_client}) check_refused(proxy.ask(endpoint, "POST", "/", body));
        for (const auto endpoint : {append_session_log, save_session_log, clear_session_log})
            check_refused(proxy.ask(endpoint, "POST", "/", body));
    }
    http::Request request;
    request.path = "/api/log";
    request.captures = {"log"};
    request.body = R"({"entries":[)" + closed + "]}";
    CHECK(proxy.ask(page_log, request).status == 400);
    const std::string longest(1'000'000, '[');
    CHECK(proxy.ask(append_session_log, "POST", "/", longest).status == 400);
}

}  // namespace
}  // namespace octane::endpoints
