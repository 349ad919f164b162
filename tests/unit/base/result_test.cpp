#include "base/result.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>

namespace octane::base {
namespace {

Result<std::unique_ptr<int>> halve(int number) {
    if (number % 2 != 0) return make_error(ErrorCode::bad_value, std::to_string(number) + " is odd");
    return std::make_unique<int>(number / 2);
}

TEST_CASE("a result is either its value or its error") {
    const auto good = halve(6);
    REQUIRE(good);
    CHECK(good.has_value());
    CHECK(**good == 3);

    const auto bad = halve(7);
    REQUIRE_FALSE(bad);
    CHECK(bad.error().code == ErrorCode::bad_value);
    CHECK(bad.error().message == "7 is odd");
}

TEST_CASE("a value that can only be moved comes out of a result") {
    auto result = halve(8);
    const std::unique_ptr<int> taken = std::move(result).value();
    CHECK(*taken == 4);
    CHECK(**halve(10) == 5);
}

TEST_CASE("an error moves on into a result of another type") {
    auto first = halve(1);
    const Result<std::string> second = std::move(first).error();
    REQUIRE_FALSE(second);
    CHECK(second.error().message == "1 is odd");
}

TEST_CASE("success without a value is Done, and a value in a result can be changed in place") {
    const Result<Done> done = Done{};
    CHECK(done);
    Result<std::string> text = std::string("x");
    text->append("y");
    CHECK(*text == "xy");
}

}  // namespace
}  // namespace octane::base
