#include "endpoints/call_query.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>

namespace octane::endpoints {
namespace {

std::optional<bool> strictness(const std::string& header) {
    http::Request request;
    if (!header.empty()) request.headers = {{"X-Strict", header}};
    const auto query = read_call_query(request);
    REQUIRE(query);
    return query->is_strict;
}

TEST_CASE("what a request says of unknown members counts, and nothing is said without the header") {
    CHECK_FALSE(strictness("").has_value());
    for (const char* const word : {"1", "true", "yes"}) CHECK(strictness(word) == true);
    for (const char* const word : {"0", "false"}) CHECK(strictness(word) == false);
}

TEST_CASE("an option of a call that makes no sense is refused with what it takes") {
    for (const auto& [query, words] : {std::pair("enums=both", "?enums= is 'both'; it takes number or name"),
                                       std::pair("policy=newest", "it takes all or latest")}) {
        http::Request request;
        request.query = http::Query(query);
        const auto read = read_call_query(request);
        REQUIRE_FALSE(read);
        CHECK(read.error().code == base::ErrorCode::bad_query);
        CHECK(read.error().message.find(words) != std::string::npos);
    }
}

}  // namespace
}  // namespace octane::endpoints
