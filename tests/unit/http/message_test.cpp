#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "http/message.hpp"
#include "http/percent.hpp"

using namespace octane::http;
using octane::base::Error;
using octane::base::ErrorCode;
using octane::base::GrpcStatus;
using octane::base::make_error;

TEST_CASE("A query is decoded, and of a name that stands twice the last one counts") {
    const Query query("a=1&b=x%20y+z&a=2&empty=&bare&&%C3%A9=1");
    CHECK(query.find("a") == "2");
    CHECK(query.find("b") == "x y z");
    CHECK(query.find("empty") == "");
    CHECK(query.find("bare") == "");
    CHECK(query.find("é") == "1");
    CHECK_FALSE(query.find("c").has_value());
    CHECK(query.all().size() == 6);
}

TEST_CASE("A plus sign is a space, but in a token it is a plus sign") {
    const Query query("a=1+2&token=1+2%20");
    CHECK(query.find("a") == "1 2");
    CHECK(query.find("token") == "1+2 ");
}

TEST_CASE("A query flag is on unless it is absent or says no") {
    const Query query("a&b=1&c=0&d=false&e=no&f=true");
    for (const auto* name : {"a", "b", "f"}) CHECK(query.flag(name));
    for (const auto* name : {"c", "d", "e", "g"}) CHECK_FALSE(query.flag(name));
}

TEST_CASE("A malformed escape in a query is kept as it stands") {
    const Query query("a=50%&b=%zz");
    CHECK(query.find("a") == "50%");
    CHECK(query.find("b") == "%zz");
}

TEST_CASE("Percent-decoding refuses cut escapes, bad digits and NUL") {
    CHECK(percent_decode("/a%2Fb", PlusSign::literal) == "/a/b");
    CHECK(percent_decode("a+b", PlusSign::literal) == "a+b");
    for (const auto* text : {"%", "%4", "a%4", "%g0", "%0g", "%00"})
        CHECK_FALSE(percent_decode(text, PlusSign::literal).has_value());
}

TEST_CASE("Header names are found without regard to case") {
    Request request;
    request.headers = {{"X-Call-Id", "7"}, {"Accept", "x"}};
    CHECK(request.header("x-call-id") == "7");
    CHECK(request.header("ACCEPT") == "x");
    CHECK(request.header("Accept-Encoding").empty());
}

TEST_CASE("An error's reply has the contract's members and the status of its number") {
    const auto response = error_response(Error{ErrorCode::upstream_not_found, GrpcStatus::not_found, "no such item"}, "id-1");
    CHECK(response.status == 404);
    CHECK(response.content_type == "application/json");
    CHECK(response.body == R"({"success":false,"error":"no such item","status":"NOT_FOUND","code":5,"callId":"id-1"})");
}

TEST_CASE("An error's reply is valid JSON whatever bytes its message holds") {
    const auto response = error_response(make_error(ErrorCode::internal, "bad \xff byte, \"quotes\"\nand lines"));
    const auto json = nlohmann::json::parse(response.body);
    CHECK(json["error"] == "bad \xEF\xBF\xBD byte, \"quotes\"\nand lines");
    CHECK_FALSE(json.contains("callId"));
}

TEST_CASE("A missing token is answered with the way to authenticate") {
    const auto response = error_response(make_error(ErrorCode::token_missing, "token"));
    CHECK(response.status == 401);
    REQUIRE(response.headers.size() == 1);
    CHECK(response.headers[0].first == "WWW-Authenticate");
    CHECK(response.headers[0].second == "Bearer");
}

TEST_CASE("What may be tried again says when") {
    for (const auto code : {ErrorCode::bodies_exhausted, ErrorCode::too_many_connections}) {
        const auto response = error_response(make_error(code, "full"));
        CHECK(response.status == 503);
        REQUIRE(response.headers.size() == 1);
        CHECK(response.headers[0] == std::pair<std::string, std::string>("Retry-After", "5"));
    }
    CHECK(error_response(make_error(ErrorCode::bad_value, "no")).headers.empty());
}
