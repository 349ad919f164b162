#include "rpc/deadline.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <string_view>

namespace octane::rpc {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

enum class Header { x_timeout, grpc_timeout, connect };

base::Result<std::optional<milliseconds>> read(Header header, std::string_view value) {
    DeadlineHeaders headers;
    if (header == Header::x_timeout) headers.x_timeout = value;
    if (header == Header::grpc_timeout) headers.grpc_timeout = value;
    if (header == Header::connect) headers.connect_timeout_ms = value;
    return read_deadline(headers);
}

void check_reads(Header header, std::string_view value, milliseconds expected) {
    CAPTURE(value);
    const auto deadline = read(header, value);
    REQUIRE(deadline);
    REQUIRE(deadline->has_value());
    CHECK(**deadline == expected);
}

void check_refuses(Header header, std::string_view value, std::string_view name) {
    CAPTURE(value);
    const auto deadline = read(header, value);
    REQUIRE_FALSE(deadline);
    CHECK(deadline.error().code == base::ErrorCode::bad_header);
    CHECK(deadline.error().message.find(name) != std::string::npos);
    CHECK(deadline.error().message.find("it takes ") != std::string::npos);
}

TEST_CASE("without any of the headers there is no wish") {
    const auto deadline = read_deadline({});
    REQUIRE(deadline);
    CHECK_FALSE(deadline->has_value());
}

TEST_CASE("X-Timeout takes seconds, milliseconds and minutes; a bare number is seconds") {
    check_reads(Header::x_timeout, "5s", seconds(5));
    check_reads(Header::x_timeout, "5", seconds(5));
    check_reads(Header::x_timeout, "500ms", milliseconds(500));
    check_reads(Header::x_timeout, "2m", minutes(2));
    check_reads(Header::x_timeout, "2min", minutes(2));
    check_reads(Header::x_timeout, "0.25s", milliseconds(250));
    check_reads(Header::x_timeout, "1.5", milliseconds(1500));
}

TEST_CASE("X-Timeout: 0 means no deadline, but anything above it is never rounded down to none") {
    check_reads(Header::x_timeout, "0", milliseconds(0));
    check_reads(Header::x_timeout, "0ms", milliseconds(0));
    check_reads(Header::x_timeout, "0.1ms", milliseconds(1));
    check_reads(Header::x_timeout, "0.0000001s", milliseconds(1));
}

TEST_CASE("X-Timeout refuses what is no time, naming itself and what it takes") {
    for (const char* value :
         {"soon", "5 s", " 5s", "5x", "5S", "-1s", "-5", "s", "ms", "5sec", "1e3", "nan", "inf", "0x10", "5s5", "5,5s"}) {
        check_refuses(Header::x_timeout, value, "X-Timeout");
    }
    check_refuses(Header::x_timeout, std::string(400, '9'), "X-Timeout");
}

TEST_CASE("a time beyond a year is a year") {
    const milliseconds year = hours(24 * 365);
    check_reads(Header::x_timeout, "31536000s", year);
    check_reads(Header::x_timeout, "99999999999999999999s", year);
    check_reads(Header::grpc_timeout, "99999999H", year);
    check_reads(Header::connect, "999999999999999", year);
}

TEST_CASE("grpc-timeout takes digits and one of gRPC's six units") {
    check_reads(Header::grpc_timeout, "2H", hours(2));
    check_reads(Header::grpc_timeout, "3M", minutes(3));
    check_reads(Header::grpc_timeout, "5S", seconds(5));
    check_reads(Header::grpc_timeout, "500m", milliseconds(500));
    check_reads(Header::grpc_timeout, "2500u", milliseconds(3));
    check_reads(Header::grpc_timeout, "1n", milliseconds(1));
    check_reads(Header::grpc_timeout, "99999999m", milliseconds(99999999));
}

TEST_CASE("grpc-timeout has no word for none: zero is a deadline that is over at once") {
    check_reads(Header::grpc_timeout, "0S", milliseconds(1));
    check_reads(Header::connect, "0", milliseconds(1));
}

TEST_CASE("grpc-timeout refuses what gRPC's rule does not allow: up to eight digits and one unit") {
    for (const char* value : {"5", "5s", "5h", "S", "5SS", "5 S", "-5S", "1.5S", "123456789S", "+5S", "soon"}) {
        check_refuses(Header::grpc_timeout, value, "grpc-timeout");
    }
}

TEST_CASE("Connect-Timeout-Ms takes milliseconds and nothing else") {
    check_reads(Header::connect, "5000", seconds(5));
    for (const char* value : {"5000ms", "5s", "-1", "x", "5000 "}) check_refuses(Header::connect, value, "Connect-Timeout-Ms");
}

TEST_CASE("of several headers the first of the list counts, and the others are not even read") {
    const auto all = read_deadline({"1s", "2S", "3000"});
    REQUIRE(all);
    CHECK(**all == seconds(1));
    const auto two = read_deadline({"", "2S", "nonsense"});
    REQUIRE(two);
    CHECK(**two == seconds(2));
}

TEST_CASE("a refused value is quoted only in part when it is long") {
    const auto deadline = read(Header::x_timeout, std::string(10000, 'y'));
    REQUIRE_FALSE(deadline);
    CHECK(deadline.error().message.size() < 200);
}

}  // namespace
}  // namespace octane::rpc
