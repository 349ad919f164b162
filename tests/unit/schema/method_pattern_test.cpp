#include "schema/method_pattern.hpp"

#include <doctest/doctest.h>
#include <google/protobuf/descriptor.h>

#include "livelink/builtin_schemas.hpp"
#include "schema/schema.hpp"

namespace octane::schema {
namespace {

TEST_CASE("a pattern takes the service in each of its forms, and * for any characters") {
    const auto& method = *livelink::builtin_schemas().back()->lookup("ApiItem", "name")->descriptor;
    for (const char* pattern : {"ApiItem/name", "ApiItemService/name", "octaneapi.ApiItem/name", "octaneapi.ApiItemService/name",
                                "ApiItem/*", "*/name", "*", "Api*/n*e", "*Item/name", "octaneapi.*"})
        CHECK_MESSAGE(matches_method(pattern, method), pattern);
    for (const char* pattern : {"", "ApiItem", "ApiItem/", "Item/name", "apiitem/name", "ApiItem/names", "*/nam", "octane/name"})
        CHECK_FALSE_MESSAGE(matches_method(pattern, method), pattern);
    CHECK(pattern_of(method) == "octaneapi.ApiItem/name");
}

}  // namespace
}  // namespace octane::schema
