#include "endpoints/query_names.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "endpoints/frame_query.hpp"
#include "endpoints/view_query.hpp"

namespace octane::endpoints {
namespace {

std::string refusal_of(std::string_view query, QueryNames known) {
    const auto checked = check_query_names(http::Query(query), known);
    if (!checked) CHECK(checked.error().code == base::ErrorCode::bad_query);
    return checked ? std::string() : checked.error().message;
}

TEST_CASE("an option that a path does not have is refused with the nearest name, or with all that there are") {
    CHECK(refusal_of("widht=640", kViewParameters) == "there is no option ?widht= here; did you mean width?");
    CHECK(refusal_of("width=640&Quality=3", kViewParameters) == "there is no option ?Quality= here; did you mean quality?");
    CHECK(refusal_of("default=1", kCallParameters) == "there is no option ?default= here; did you mean defaults?");
    CHECK(refusal_of("waits=1", kFrameParameters) == "there is no option ?waits= here; did you mean wait?");
    CHECK(refusal_of("size=1", kCallParameters) ==
          "there is no option ?size= here; this path takes defaults, enums, bare, raw, update, type, stream, policy, "
          "share, raw-body, bytes, picture, layout, quality, value-range");
    CHECK(refusal_of("width=1", {}) == "there is no option ?width= here; this path takes none");
    CHECK(refusal_of("tokn=x", {}) == "there is no option ?tokn= here; did you mean token?");
    CHECK(refusal_of(std::string(5000, 'x') + "=1", kViewParameters).size() < 400);
}

TEST_CASE("a switch is on or off, and no other word") {
    for (const char* query : {"bare", "bare=", "bare=1", "bare=0", "update=true", "defaults=false", "update=yes&bare=no"}) {
        CAPTURE(query);
        CHECK(refusal_of(query, kCallParameters).empty());
    }
    CHECK(refusal_of("update=7", kCallParameters) == "?update= is '7'; it takes 1 or 0");
    CHECK(refusal_of("octane=maybe", kReadinessParameters) == "?octane= is 'maybe'; it takes 1 or 0");
    CHECK(refusal_of("raw=7", kCallParameters).empty());
}

TEST_CASE("what a path has is let through, and a token and what keeps caches away on every path") {
    CHECK(refusal_of("", {}).empty());
    CHECK(refusal_of("token=se+cret", {}).empty());
    for (const char* query : {"_=1732666000123", "t=1", "1732666000123", "0.8436", "again=5", "ts=1&width=3"}) {
        CAPTURE(query);
        CHECK(refusal_of(query, kViewParameters).empty());
    }
    for (const auto name : kViewParameters) CHECK(refusal_of(std::string(name) + "=1", kFrameParameters).empty());
    CHECK(refusal_of("after=1&wait=2", kFrameParameters).empty());
    CHECK_FALSE(refusal_of("after=1", kViewParameters).empty());
}

}  // namespace
}  // namespace octane::endpoints
