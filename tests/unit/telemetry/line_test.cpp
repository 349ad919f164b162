#include "telemetry/line.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

using namespace octane::telemetry;

namespace {

// 2026-03-01T09:05:07.012Z
constexpr std::chrono::system_clock::time_point kTime{std::chrono::milliseconds(1772355907012)};

std::string text(std::string_view message, std::initializer_list<Field> fields = {}) {
    return format_line(LogFormat::text, kTime, format_body(LogFormat::text, Level::info, message, fields), 0);
}

nlohmann::ordered_json json(std::string_view message, std::initializer_list<Field> fields = {}) {
    return nlohmann::ordered_json::parse(
        format_line(LogFormat::json, kTime, format_body(LogFormat::json, Level::info, message, fields), 0));
}

}  // namespace

TEST_CASE("a text line has the UTC time with milliseconds, the level, the message and the fields") {
    CHECK(text("Octane found", {{"address", "127.0.0.1:51022"}, {"epoch", 3}}) ==
          "2026-03-01T09:05:07.012Z info  Octane found address=127.0.0.1:51022 epoch=3");
}

TEST_CASE("a JSON line has the same facts and keeps numbers as numbers") {
    const auto line = json("Octane found", {{"address", "127.0.0.1:51022"}, {"epoch", 3}, {"ms", 0.8124}});
    CHECK(line.dump() == R"({"time":"2026-03-01T09:05:07.012Z","level":"info","message":"Octane found",)"
                         R"("address":"127.0.0.1:51022","epoch":3,"ms":0.812})");
}

TEST_CASE("a repeated line tells its count in both formats") {
    const std::string text_body = format_body(LogFormat::text, Level::warn, "Octane lost", {});
    CHECK(format_line(LogFormat::text, kTime, text_body, 12) == "2026-03-01T09:05:07.012Z warn  Octane lost (repeated 12 times)");
    CHECK(format_line(LogFormat::text, kTime, text_body, 1) == "2026-03-01T09:05:07.012Z warn  Octane lost (repeated 1 time)");
    const std::string json_body = format_body(LogFormat::json, Level::warn, "Octane lost", {});
    CHECK(nlohmann::json::parse(format_line(LogFormat::json, kTime, json_body, 12)).at("repeated") == 12);
}

TEST_CASE("values that would be ambiguous in text are quoted") {
    CHECK(text("m", {{"a", "two words"}}) == text("m") + R"( a="two words")");
    CHECK(text("m", {{"a", ""}}) == text("m") + R"( a="")");
    CHECK(text("m", {{"a", "x=1"}}) == text("m") + R"( a="x=1")");
    CHECK(text("m", {{"a", R"(say "hi" \ bye)"}}) == text("m") + R"( a="say \"hi\" \\ bye")");
}

TEST_CASE("nobody forges an entry with line breaks or terminal controls") {
    CHECK(text("a\nb\r\tc\x1b[31m\x7f") == "2026-03-01T09:05:07.012Z info  a\\nb\\r\\tc\\x1b[31m\\x7f");
    CHECK(text("m", {{"a", "x\n2026"}}) == text("m") + R"( a="x\n2026")");
    CHECK(text("m", {{"a",
                      "\xC2\x9B"
                      "31m"}}) == text("m") + R"( a=\x9b31m)");
    const std::string body = format_body(LogFormat::json, Level::info, "a\nb", {{"k", "c\x1b"}});
    CHECK(body.find('\n') == std::string::npos);
    CHECK(body.find('\x1b') == std::string::npos);
    CHECK(json("a\nb", {{"k", "c\x1b"}}).at("k") == "c\x1b");
}

TEST_CASE("ordinary letters beyond ASCII stay as they are") {
    CHECK(text("m", {{"a", "é–日"}}) == text("m") + " a=é–日");
}

TEST_CASE("text that is not UTF-8 still gives valid JSON") {
    CHECK(json("a\xff"
               "b")
              .at("message") ==
          "a\xEF\xBF\xBD"
          "b");
}

TEST_CASE("a floating-point field has at most three decimals and no needless zeros") {
    CHECK(Field("a", 0.8).value == "0.8");
    CHECK(Field("a", 100.0).value == "100");
    CHECK(Field("a", 1.23456).value == "1.235");
    CHECK(Field("a", -0.0001).value == "0");
    CHECK(Field("a", 1e300).value.size() == 301);
}

TEST_CASE("a number that JSON lacks is written as a string") {
    CHECK(json("m", {{"a", std::nan("")}}).at("a") == "NaN");
    CHECK(json("m", {{"a", -std::numeric_limits<double>::infinity()}}).at("a") == "-Infinity");
}

TEST_CASE("times before 1970 and leap days are dates too") {
    CHECK(format_time(std::chrono::system_clock::time_point{std::chrono::milliseconds(-1)}) == "1969-12-31T23:59:59.999Z");
    CHECK(format_time(std::chrono::system_clock::time_point{std::chrono::seconds(951782400)}) == "2000-02-29T00:00:00.000Z");
}
