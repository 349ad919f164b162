#include "app/option_values.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

using namespace octane::app;
using namespace std::chrono_literals;

TEST_CASE("sizes are bytes, powers of 1000 or powers of 1024") {
    static constexpr std::size_t kLimit = 1UL << 40U;
    CHECK(parse_size("1000", kLimit) == 1000);
    CHECK(parse_size("1B", kLimit) == 1);
    CHECK(parse_size("500kB", kLimit) == 500000);
    CHECK(parse_size("1GB", kLimit) == 1000000000);
    CHECK(parse_size("64MiB", kLimit) == 64UL << 20U);
    CHECK(parse_size("64 mib", kLimit) == 64UL << 20U);
    CHECK(parse_size("2GiB", kLimit) == 2UL << 30U);
}

TEST_CASE("a size that is none, zero, negative or beyond the limit is refused") {
    for (const char* text : {"", "MiB", "64M", "1.5MiB", "-1", "0", "0MiB", "abc", "99999999999999999999", "17179869184GiB"}) {
        CAPTURE(text);
        CHECK_THROWS_AS(parse_size(text, 1UL << 40U), std::invalid_argument);
    }
    CHECK(parse_size("1024", 1024) == 1024);
    CHECK_THROWS_WITH(parse_size("1025", 1024), "\"1025\" is out of range; from 1 to 1024 bytes are possible");
}

TEST_CASE("durations carry a unit, only zero does not need one") {
    CHECK(parse_duration("500ms") == 500ms);
    CHECK(parse_duration("30s") == 30s);
    CHECK(parse_duration("2m") == 2min);
    CHECK(parse_duration("1h") == 1h);
    CHECK(parse_duration("0") == 0ms);
    CHECK(parse_duration("0s") == 0ms);
    for (const char* text : {"", "30", "s", "-1s", "1.5s", "1d", "9999999999h"}) {
        CAPTURE(text);
        CHECK_THROWS_AS(parse_duration(text), std::invalid_argument);
    }
}

TEST_CASE("numbers are whole and inside their range") {
    CHECK(parse_number("0", 0, 65535) == 0);
    CHECK(parse_number("65535", 0, 65535) == 65535);
    for (const char* text : {"65536", "-1", "1e3", "0x10", "", "12 apples"}) {
        CAPTURE(text);
        CHECK_THROWS_AS(parse_number(text, 0, 65535), std::invalid_argument);
    }
}

TEST_CASE("a host is a name or an address without port") {
    CHECK(parse_host("render-box.lan") == "render-box.lan");
    CHECK(parse_host("::1") == "::1");
    CHECK(parse_host("[fe80::1]") == "fe80::1");
    for (const char* text : {"", "127.0.0.1:51022", "http://x", "a b"}) {
        CAPTURE(text);
        CHECK_THROWS_AS(parse_host(text), std::invalid_argument);
    }
}

TEST_CASE("a list is split at commas and empty items fall out") {
    CHECK(split_list("a, b,,c ") == std::vector<std::string>{"a", "b", "c"});
    CHECK(split_list("").empty());
    CHECK(split_list(" , ").empty());
}

TEST_CASE("a value in a message stays on one line and is cut") {
    CHECK(show_value("a\nb\x1b") == "\"a?b?\"");
    CHECK(show_value(std::string(500, 'x')) == "\"" + std::string(200, 'x') + "…\"");
}
