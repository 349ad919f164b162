#include "standin/faults.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

namespace octane::standin {
namespace {

TEST_CASE("a method has one short name, however it is written") {
    for (const char* spelling :
         {"/octaneapi.ApiItemService/name", "octaneapi.ApiItem/name", "ApiItemService.name", "ApiItem/name"})
        CHECK(Faults::short_name(spelling) == "ApiItem/name");
    CHECK(Faults::short_name("/livelinkapi.LiveLinkService/GetCamera") == "LiveLink/GetCamera");
    CHECK(Faults::short_name("*") == "*");
}

TEST_CASE("a fault is found by method, by service and for everything") {
    Faults faults;
    CHECK_FALSE(faults.of("ApiItem/name").has_value());
    faults.add_failure("ApiItem/name=NOT_FOUND:gone: really");
    REQUIRE(faults.of("ApiItem/name").has_value());
    CHECK(faults.of("ApiItem/name")->failure->error_code() == grpc::StatusCode::NOT_FOUND);
    CHECK(faults.of("ApiItem/name")->failure->error_message() == "gone: really");
    CHECK_FALSE(faults.of("ApiItem/setName").has_value());
    faults.add_stall("ApiItem/*=250");
    CHECK(faults.of("ApiItem/setName")->stall.count() == 250);
    CHECK_FALSE(faults.of("ApiNode/type").has_value());
    faults.crash("*");
    CHECK(faults.of("ApiNode/type")->crashes);
    faults.clear();
    CHECK_FALSE(faults.of("ApiItem/name").has_value());
}

TEST_CASE("a fault that cannot be understood is refused") {
    Faults faults;
    CHECK_THROWS_AS(faults.add_failure("ApiItem/name"), std::invalid_argument);
    CHECK_THROWS_AS(faults.add_failure("ApiItem/name=NO_SUCH_STATUS:x"), std::invalid_argument);
    CHECK_THROWS_AS(faults.add_stall("ApiItem/name=soon"), std::invalid_argument);
    CHECK_THROWS_AS(faults.add_stall("ApiItem/name=-1"), std::invalid_argument);
}

TEST_CASE("every status of gRPC has its name") {
    CHECK(Faults::status_code("OK") == grpc::StatusCode::OK);
    CHECK(Faults::status_code("UNAVAILABLE") == grpc::StatusCode::UNAVAILABLE);
    CHECK(Faults::status_code("UNAUTHENTICATED") == grpc::StatusCode::UNAUTHENTICATED);
    CHECK_FALSE(Faults::status_code("unavailable").has_value());
}

}  // namespace
}  // namespace octane::standin
