#include "wire/late_types.hpp"

#include <doctest/doctest.h>

#include <string>

namespace octane::wire {
namespace {

std::string type_of(const std::string& json, std::size_t ordinal) {
    const auto types = LateTypes::find(json, 100);
    REQUIRE(types.has_value());
    const std::string* text = types->of_object(ordinal);
    return text ? *text : "none";
}

TEST_CASE("a type is late if it is not the first member, and belongs to its own object") {
    CHECK(type_of(R"({"@type":"a","b":1})", 1) == "none");
    CHECK(type_of(R"({"b":1,"@type":"a"})", 1) == "a");
    CHECK(type_of(R"({"b":1,"\u0040type":""})", 1).empty());
    const std::string nested =
        R"([{"a":{"b":[{"c":1,"@type":"third"},{}],"@type":"second"},"@type":"first"},{"x":"@type","@type":"fifth"}])";
    CHECK(type_of(nested, 1) == "first");
    CHECK(type_of(nested, 2) == "second");
    CHECK(type_of(nested, 3) == "third");
    CHECK(type_of(nested, 4) == "none");
    CHECK(type_of(nested, 5) == "fifth");
    CHECK(type_of(nested, 6) == "none");
    CHECK(type_of(nested, 0) == "none");
}

TEST_CASE("what is no string is no type, nor is a string behind one that is none") {
    for (const std::string value : {"null", "5", "-5", "1.5", "true", R"(["a"])", R"({"b":"a"})", "[]", "{}"}) {
        CAPTURE(value);
        CHECK(type_of(R"({"b":1,"@type":)" + value + R"(,"c":"d"})", 1) == "none");
    }
}

TEST_CASE("text that is no JSON, or nested too deeply, has no types at all") {
    CHECK_FALSE(LateTypes::find(R"({"b":1,"@type":"a")", 100).has_value());
    CHECK_FALSE(LateTypes::find(R"({"b":1,"@type":"a"}})", 100).has_value());
    CHECK_FALSE(LateTypes::find(std::string(101, '[') + std::string(101, ']'), 100).has_value());
    CHECK(LateTypes::find(std::string(100, '[') + std::string(100, ']'), 100).has_value());
    CHECK_FALSE(LateTypes::find(std::string(1000000, '['), 100).has_value());
}

}  // namespace
}  // namespace octane::wire
