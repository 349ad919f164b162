#include "wire/json_text.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>
#include <random>
#include <string>

namespace octane::wire {
namespace {

std::string as_json(std::string_view text) {
    std::string out;
    append_json_string(out, text);
    return out;
}

template <typename Number>
std::string digits(Number number) {
    std::string out;
    append_json_number(out, number);
    return out;
}

TEST_CASE("a JSON string escapes quotes, backslashes and control characters and nothing else") {
    CHECK(as_json("") == R"("")");
    CHECK(as_json("plain /text'") == R"("plain /text'")");
    CHECK(as_json("a\"b\\c") == R"("a\"b\\c")");
    CHECK(as_json("\b\f\n\r\t") == R"("\b\f\n\r\t")");
    CHECK(as_json(std::string_view("\0\x01\x1F\x7F", 4)) == "\"\\u0000\\u0001\\u001f\x7F\"");
}

TEST_CASE("valid UTF-8 passes through a JSON string unchanged") {
    const std::string text = "Käse 漢字 🫖 \xED\x9F\xBF \xEE\x80\x80 \xF4\x8F\xBF\xBF";
    CHECK(as_json(text) == "\"" + text + "\"");
}

TEST_CASE("each broken character becomes one replacement character") {
    CHECK(as_json("a\xFF"
                  "b") == "\"a\uFFFDb\"");
    CHECK(as_json("\xC3") == "\"\uFFFD\"");
    CHECK(as_json("\xC3(") == "\"\uFFFD(\"");
    CHECK(as_json("\xE2\x82") == "\"\uFFFD\"");
    CHECK(as_json("\xE2\x82\xE2\x82\xAC") == "\"\uFFFD€\"");
    CHECK(as_json("\xC0\xAF") == "\"\uFFFD\uFFFD\"");
    CHECK(as_json("\xED\xA0\x80") == "\"\uFFFD\uFFFD\uFFFD\"");
    CHECK(as_json("\xF4\x90\x80\x80") == "\"\uFFFD\uFFFD\uFFFD\uFFFD\"");
    CHECK(as_json("\x80\n") == "\"\uFFFD\\n\"");
}

TEST_CASE("any bytes make a JSON string that a parser accepts") {
    std::mt19937 random(5);
    for (int round = 0; round < 2000; ++round) {
        std::string bytes(random() % 20, '\0');
        for (char& byte : bytes) byte = static_cast<char>(random());
        REQUIRE(nlohmann::json::accept(as_json(bytes)));
    }
}

TEST_CASE("integers are written in full") {
    CHECK(digits(std::numeric_limits<std::int64_t>::min()) == "-9223372036854775808");
    CHECK(digits(std::numeric_limits<std::int64_t>::max()) == "9223372036854775807");
    CHECK(digits(std::numeric_limits<std::uint64_t>::max()) == "18446744073709551615");
    CHECK(digits(std::int64_t{0}) == "0");
}

TEST_CASE("floats have the shortest digits that read back the same") {
    CHECK(digits(0.1F) == "0.1");
    CHECK(digits(0.1) == "0.1");
    CHECK(digits(1.5F) == "1.5");
    CHECK(digits(100000.0F) == "100000");
    CHECK(digits(-3.0) == "-3");
    CHECK(digits(0.0F) == "0");
    CHECK(digits(-0.0) == "-0.0");
    CHECK(digits(std::numeric_limits<float>::max()) == "3.4028235e+38");
    CHECK(digits(std::numeric_limits<float>::denorm_min()) == "1e-45");
    CHECK(digits(std::numeric_limits<double>::max()) == "1.7976931348623157e+308");
}

TEST_CASE("what JSON has no number for is written as a word") {
    CHECK(digits(std::numeric_limits<float>::quiet_NaN()) == R"("NaN")");
    CHECK(digits(std::numeric_limits<double>::infinity()) == R"("Infinity")");
    CHECK(digits(-std::numeric_limits<float>::infinity()) == R"("-Infinity")");
}

TEST_CASE("random floats and doubles are valid JSON and read back bit for bit") {
    std::mt19937_64 random(6);
    for (int round = 0; round < 20000; ++round) {
        const std::uint64_t bits = random();
        double number = 0;
        std::memcpy(&number, &bits, sizeof number);
        float small = 0;
        std::memcpy(&small, &bits, sizeof small);
        if (std::isfinite(number)) REQUIRE(nlohmann::json::parse("[" + digits(number) + "]")[0].get<double>() == number);
        if (std::isfinite(small)) REQUIRE(nlohmann::json::parse(digits(small)).is_number());
        if (std::isfinite(small) && std::isnormal(small)) REQUIRE(static_cast<float>(std::stod(digits(small))) == small);
    }
}

}  // namespace
}  // namespace octane::wire
