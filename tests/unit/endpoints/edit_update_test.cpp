#include "endpoints/edit_update.hpp"

#include <doctest/doctest.h>

#include <string>

namespace octane::endpoints {
namespace {

TEST_CASE("each client is told once") {
    UpdateAdvice advice;
    CHECK(advice.learn("10.0.0.1"));
    CHECK_FALSE(advice.learn("10.0.0.1"));
    CHECK(advice.learn("10.0.0.2"));
    CHECK_FALSE(advice.learn("10.0.0.1"));
}

TEST_CASE("clients without end are told again, and none is kept for ever") {
    UpdateAdvice advice;
    for (std::size_t i = 0; i < UpdateAdvice::kMostClients; ++i) CHECK(advice.learn(std::to_string(i)));
    CHECK_FALSE(advice.learn("0"));
    CHECK(advice.learn("one more"));
    CHECK(advice.learn("0"));
}

}  // namespace
}  // namespace octane::endpoints
