#include "wire/json_scalar.hpp"

#include <doctest/doctest.h>
#include <google/protobuf/descriptor.h>

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "reading.hpp"

namespace octane::wire {
namespace {

using test::read;
using test::refusal;
using test::understood;

TEST_CASE("64-bit integers may be numbers or strings and keep every digit") {
    CHECK(understood("Scalars", R"({"u64":18446744073709551615})") == R"({"u64":"18446744073709551615"})");
    CHECK(understood("Scalars", R"({"u64":"18446744073709551615"})") == R"({"u64":"18446744073709551615"})");
    CHECK(understood("Scalars", R"({"i64":-9223372036854775808})") == R"({"i64":"-9223372036854775808"})");
    CHECK(understood("Scalars", R"({"s64":"-9223372036854775808"})") == R"({"s64":"-9223372036854775808"})");
    CHECK(understood("Scalars", R"({"sf64":9007199254740993})") == R"({"sf64":"9007199254740993"})");
}

TEST_CASE("floats that are whole numbers are accepted for integers") {
    CHECK(understood("Scalars", R"({"i32":1.0,"u32":1e3,"i64":"2.5e1","u64":"1E2"})") ==
          R"({"i32":1,"i64":"25","u32":1000,"u64":"100"})");
    CHECK(understood("Scalars", R"({"i32":-0,"u32":-0,"u64":"-0","f64":-0.0})") == "{}");
}

TEST_CASE("every integer type takes its two ends in each spelling, and one more is refused, as value, as text and as key") {
    struct Ends {
        const char* type;
        const char* lowest;
        const char* below;
        const char* highest;
        const char* above;
    };
    const Ends signed32{"", "-2147483648", "-2147483649", "2147483647", "2147483648"};
    const Ends signed64{"", "-9223372036854775808", "-9223372036854775809", "9223372036854775807", "9223372036854775808"};
    const Ends unsigned32{"", "0", "-1", "4294967295", "4294967296"};
    const Ends unsigned64{"", "0", "-1", "18446744073709551615", "18446744073709551616"};
    const std::vector<std::pair<const char*, Ends>> types = {
        {"int32", signed32}, {"sint32", signed32}, {"sfixed32", signed32}, {"uint32", unsigned32}, {"fixed32", unsigned32},
        {"int64", signed64}, {"sint64", signed64}, {"sfixed64", signed64}, {"uint64", unsigned64}, {"fixed64", unsigned64}};
    for (const auto& [type, ends] : types) {
        CAPTURE(type);
        const test::TextPool pool("syntax = \"proto3\"; message M { optional " + std::string(type) + " n = 1; map<" + type +
                                  ", bool> m = 2; }");
        const auto& message = pool.message("M");
        test::Oracle oracle(pool.pool());
        const auto number_of = [&](const std::string& json) {
            const auto wire = json_to_wire(message, json);
            if (!wire) return wire.error().message;
            const auto shown = nlohmann::json::parse(oracle.to_json(message, wire->bytes, false, false).value());
            const auto& number = shown.contains("n") ? shown.at("n") : nlohmann::json(shown.at("m").begin().key());
            return number.is_string() ? number.get<std::string>() : number.dump();
        };
        for (const char* end : {ends.lowest, ends.highest}) {
            const std::string digits = end;
            CAPTURE(digits);
            for (const std::string tail : {"", ".0", ".000", "e0", "E+0", ".000e+0", ".0e-0"}) {
                CHECK(number_of("{\"n\":" + digits + tail + "}") == digits);
                CHECK(number_of("{\"n\":\"" + digits + tail + "\"}") == digits);
                CHECK(number_of("{\"m\":{\"" + digits + tail + "\":true}}") == digits);
            }
        }
        for (const char* end : {ends.below, ends.above}) {
            const std::string digits = end;
            CAPTURE(digits);
            for (const std::string tail : {"", ".0", "e0", "0e-1"}) {
                CHECK(number_of("{\"n\":" + digits + tail + "}").find("\"n\" takes an integer from ") == 0);
                CHECK(number_of("{\"n\":\"" + digits + tail + "\"}").find("\"n\" takes an integer from ") == 0);
                CHECK(number_of("{\"m\":{\"" + digits + tail + "\":true}}").find(" as key, but ") != std::string::npos);
            }
        }
    }
}

TEST_CASE("whole numbers are exact in every spelling, also beyond what a double holds") {
    const auto number = [](const std::string& digits) { return understood("Scalars", "{\"i64\":" + digits + "}"); };
    for (const std::string digits : {"9007199254740993", "9007199254740993.0", "9.007199254740993e15", "90071992547409930e-1",
                                     "0.009007199254740993e18", "9007199254740993000e-3"}) {
        CAPTURE(digits);
        CHECK(number(digits) == R"({"i64":"9007199254740993"})");
        CHECK(number("\"" + digits + "\"") == R"({"i64":"9007199254740993"})");
    }
    CHECK(number("0e300") == "{}");
    CHECK(number("0.000e-300") == "{}");
    CHECK(number("\"0e999999999999999999999\"") == "{}");
    for (const std::string digits :
         {"9007199254740993.5", "1e-1", "1.5e0", "9223372036854775807.5", "1e19", "1e300", "\"1e\"", "\"1e+\"", "\"1.5.0\"",
          "\"-\"", "\"+1\"", "\".5\"", "\"1e99999999999999999999\"", "\"1e-99999999999999999999\""}) {
        CAPTURE(digits);
        CHECK(number(digits).find("error: \"i64\" takes an integer from ") == 0);
    }
}

TEST_CASE("an integer that does not fit its field is refused with the path, the range and what was found") {
    CHECK(refusal("Scalars", R"({"i32":2147483648})") ==
          R"("i32" takes an integer from -2147483648 to 2147483647, but the number 2147483648 was found)");
    CHECK(refusal("Scalars", R"({"u32":-1})") == R"("u32" takes an integer from 0 to 4294967295, but the number -1 was found)");
    CHECK(refusal("Scalars", R"({"u64":"18446744073709551616"})") ==
          R"("u64" takes an integer from 0 to 18446744073709551615, but the string "18446744073709551616" was found)");
    for (const std::string json : {R"({"i32":-2147483649})",
                                   R"({"i32":1.5})",
                                   R"({"i32":"1.5"})",
                                   R"({"i32":""})",
                                   R"({"i32":" 1"})",
                                   R"({"i32":"0x10"})",
                                   R"({"i32":"1 "})",
                                   R"({"i32":true})",
                                   R"({"i32":"abc"})",
                                   R"({"s32":4e9})",
                                   R"({"u32":4294967296})",
                                   R"({"u32":"-5"})",
                                   R"({"i64":9223372036854775808})",
                                   R"({"i64":1e19})",
                                   R"({"u64":18446744073709551616})",
                                   R"({"u64":-1})",
                                   R"({"f32":-1})",
                                   R"({"f64":1e20})",
                                   R"({"sf32":2147483648})",
                                   R"({"sf64":"9223372036854775808"})",
                                   R"({"u64":"NaN"})",
                                   R"({"i32":[]})"}) {
        CAPTURE(json);
        CHECK(refusal("Scalars", json).find(" was found") != std::string::npos);
    }
}

TEST_CASE("a number beyond double's range is refused with its path") {
    for (const char* tiny : {R"({"long_real":1e-400})", R"({"long_real":"1e-400"})", R"({"real":"-1e-400"})"})
        CHECK_MESSAGE(refusal("Scalars", tiny) == "accepted", tiny);
    CHECK(understood("Scalars", R"({"long_real":"1e-400"})") == "{}");
    CHECK(refusal("Scalars", R"({"long_real":"1e400"})") != "accepted");
    CHECK(refusal("Scalars", R"({"long_real":1e400})") == R"("long_real" holds the number 1e400, which is too large)");
}

TEST_CASE("floats may be numbers, number strings and the three words") {
    CHECK(understood("Scalars", R"({"real":"NaN","long_real":"-Infinity"})") == R"({"real":"NaN","long_real":"-Infinity"})");
    CHECK(understood("Scalars", R"({"real":"Infinity","long_real":"-1.5e2"})") == R"({"real":"Infinity","long_real":-150})");
    CHECK(understood("Scalars", R"({"real":16777217})") == R"({"real":16777216})");
    const auto negative_zero = read("Scalars", R"({"long_real":-0})");
    REQUIRE(negative_zero.has_value());
    CHECK(negative_zero->bytes == std::string("\x61\0\0\0\0\0\0\0\x80", 9));
}

TEST_CASE("the largest float is accepted in its shortest digits, and what is beyond is refused") {
    CHECK(understood("Scalars", R"({"real":3.4028235e38})") == R"({"real":3.40282347e+38})");
    CHECK(understood("Scalars", R"({"real":-3.4028235e38})") == R"({"real":-3.40282347e+38})");
    CHECK(refusal("Scalars", R"({"real":3.5e38})") ==
          R"("real" takes a number within float's range, "NaN", "Infinity" or "-Infinity", but the number 3.5e+38 was found)");
    CHECK(refusal("Scalars", R"({"real":"nan"})").find("the string \"nan\"") != std::string::npos);
    CHECK(refusal("Scalars", R"({"long_real":"inf"})").find("\"long_real\" takes a number, ") == 0);
    CHECK(refusal("Scalars", R"({"long_real":true})").find("but true was found") != std::string::npos);
}

TEST_CASE("booleans may be true, false, their strings, 0 and 1") {
    for (const std::string json : {R"({"truth":true})", R"({"truth":"true"})", R"({"truth":1})"})
        CHECK(understood("Scalars", json) == R"({"truth":true})");
    for (const std::string json : {R"({"truth":false})", R"({"truth":"false"})", R"({"truth":0})"})
        CHECK(understood("Scalars", json) == "{}");
    CHECK(refusal("Scalars", R"({"truth":2})") == R"("truth" takes true or false, but the number 2 was found)");
    CHECK(refusal("Scalars", R"({"truth":"yes"})") == R"("truth" takes true or false, but the string "yes" was found)");
}

TEST_CASE("enums may be numbers, numeric strings and names in any case") {
    for (const std::string json : {R"({"color":5})", R"({"color":"5"})", R"({"color":"COLOR_BLUE"})", R"({"color":"color_blue"})",
                                   R"({"color":"Color_Blue"})", R"({"color":5.0})"}) {
        CAPTURE(json);
        CHECK(understood("Scalars", json) == R"({"color":"COLOR_BLUE"})");
    }
    CHECK(understood("Scalars", R"({"color":-7})") == R"({"color":"COLOR_LOW"})");
    CHECK(understood("Scalars", R"({"color":99})") == R"({"color":99})");
}

TEST_CASE("an unknown enum name is refused with the nearest names") {
    CHECK(refusal("Scalars", R"({"color":"BLUE"})") ==
          R"("color" takes a name or number of everyday.Color (nearest: COLOR_BLUE), but the string "BLUE" was found)");
    CHECK(refusal("Scalars", R"({"color":"COLOUR_GREEN"})").find("(nearest: COLOR_GREEN") != std::string::npos);
    CHECK(refusal("Scalars", R"({"color":"??????????????"})").find("(COLOR_RED, COLOR_GREEN, COLOR_BLUE and 1 more)") !=
          std::string::npos);
    CHECK(refusal("Scalars", R"({"color":4294967296})").find("the number 4294967296") != std::string::npos);
    CHECK(refusal("Scalars", R"({"color":true})").find("but true was found") != std::string::npos);
}

TEST_CASE("what a message takes is said as it is: an object, an array, or either") {
    CHECK(refusal("Known", R"({"structure":[]})") ==
          R"("structure" takes an object (google.protobuf.Struct), but an array was found)");
    CHECK(refusal("Known", R"({"list":5})").starts_with(R"("list" takes an array (google.protobuf.ListValue))"));
    CHECK(refusal("Scene", R"({"points":5})").find("an object or array (everyday.Points)") != std::string::npos);
}

TEST_CASE("bytes may be base64 in both alphabets or a Buffer object") {
    for (const std::string json : {R"({"blob":"+/8="})", R"({"blob":"-_8"})", R"({"blob":{"type":"Buffer","data":[251,255]}})",
                                   R"({"blob":{"data":[251,255]}})", R"({"blob":{"data":"+/8=","type":"Buffer"}})"}) {
        CAPTURE(json);
        CHECK(understood("Scalars", json) == R"({"blob":"+/8="})");
    }
    CHECK(understood("Lists", R"({"blobs":[{"type":"Buffer","data":[1]},"Ag==",{"type":"Buffer","data":[]}]})") ==
          R"({"blobs":["AQ==","Ag==",""]})");
    CHECK(understood("Choice", R"({"blob_value":{"type":"Buffer","data":[]}})") == R"({"blob_value":""})");
    CHECK(understood("Known", R"({"blob":{"type":"Buffer","data":[251,255]},"text":"x"})") == R"({"text":"x","blob":"+/8="})");
    CHECK(understood("Known", R"({"blob":{"data":[]}})") == R"({"blob":""})");
}

TEST_CASE("what is not base64 or a Buffer is refused for bytes") {
    CHECK(refusal("Scalars", R"({"blob":"a b"})") ==
          R"("blob" takes base64 text or {"type":"Buffer","data":[…]}, but the string "a b" was found)");
    CHECK(refusal("Scalars", R"({"blob":{"type":"Buffer","data":[256]}})") ==
          R"("blob" takes bytes from 0 to 255 in "data", but the number 256 was found)");
    for (const std::string json :
         {R"({"blob":5})", R"({"blob":[1,2]})", R"({"blob":{"type":"Blob","data":[1]}})", R"({"blob":{"type":"Buffer"}})",
          R"({"blob":{"data":[1],"data":[2]}})", R"({"blob":{"data":[[1]]}})", R"({"blob":{"data":{}}})",
          R"({"blob":{"data":[-1]}})", R"({"blob":{"data":null}})", R"({"blob":{}})"}) {
        CAPTURE(json);
        CHECK(refusal("Scalars", json).find("\"blob\" takes ") == 0);
        CHECK(refusal("Known", json).find("\"blob\" takes ") == 0);
    }
}

TEST_CASE("strings must be strings") {
    CHECK(understood("Scalars", R"({"text":"a\u00e4\ud83e\uded6\u0000"})") == R"({"text":"aä🫖\u0000"})");
    CHECK(refusal("Scalars", R"({"text":5})") == R"("text" takes a string, but the number 5 was found)");
    CHECK(refusal("Scalars", R"({"text":{}})") == R"("text" takes a string, but an object was found)");
    CHECK(refusal("Scalars", R"({"text":["a"]})") == R"("text" takes a string, but an array was found)");
}

TEST_CASE("a long string in a refusal is cut between characters") {
    std::string text;
    for (int i = 0; i < 100; ++i) text += "ä";
    const std::string message = refusal("Scalars", R"({"i32":")" + text + R"("})");
    CHECK(message.find("ä…\" was found") != std::string::npos);
    CHECK(message.size() < 200);
}

}  // namespace
}  // namespace octane::wire
