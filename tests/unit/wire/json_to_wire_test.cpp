#include "wire/json_to_wire.hpp"

#include <doctest/doctest.h>
#include <google/protobuf/descriptor.h>

#include <string>

#include "reading.hpp"

namespace octane::wire {
namespace {

using base::ErrorCode;
using test::read;
using test::refusal;
using test::understood;

TEST_CASE("an empty body, white space and an empty object are the empty request") {
    for (const std::string json : {"", " \r\n\t", "{}", " { } "}) {
        CAPTURE(json);
        const auto wire = read("Scalars", json);
        REQUIRE(wire.has_value());
        CHECK(wire->bytes.empty());
        CHECK(wire->warnings.empty());
    }
}

TEST_CASE("members are found by proto name and by lowerCamelCase name") {
    CHECK(understood("Scalars", R"({"long_real":1.5})") == R"({"long_real":1.5})");
    CHECK(understood("Scalars", R"({"longReal":1.5})") == R"({"long_real":1.5})");
}

TEST_CASE("null leaves a member unset but cannot stand in a list") {
    CHECK(understood("Scalars", R"({"i32":null,"point":null,"maybe":null})") == "{}");
    CHECK(understood("Lists", R"({"i32":null})") == "{}");
    CHECK(refusal("Lists", R"({"i32":[1,null]})") ==
          R"("i32.1" takes an integer from -2147483648 to 2147483647, but null was found)");
    CHECK(refusal("Lists", R"({"points":[{},null]})") == R"("points.1" takes an object (everyday.Point), but null was found)");
}

TEST_CASE("a set but empty or zero member with presence stays set") {
    CHECK(understood("Scalars", R"({"maybe":0,"point":{}})") == R"({"point":{},"maybe":0})");
    CHECK(understood("Choice", R"({"float_value":0})") == R"({"float_value":0})");
    CHECK(understood("Choice", R"({"string_value":""})") == R"({"string_value":""})");
    CHECK(understood("Choice", R"({"point_value":{}})") == R"({"point_value":{}})");
}

TEST_CASE("lists hold their elements in order, packed or not") {
    CHECK(understood("Lists",
                     R"({"i32":[1,-1,"3"],"reals":[0.5,"NaN"],"texts":["a",""],"points":[{"x":1},{}],"colors":["color_green",5],
                                  "truths":[true,false],"loose":[1,2]})") ==
          R"({"i32":[1,-1,3],"reals":[0.5,"NaN"],"texts":["a",""],"points":[{"x":1},{}],"colors":["COLOR_GREEN","COLOR_BLUE"],)"
          R"("truths":[true,false],"loose":[1,2]})");
    CHECK(understood("Lists", R"({"i32":[],"points":[],"texts":[]})") == "{}");
    CHECK(refusal("Lists", R"({"i32":5})") == R"("i32" takes an array, but the number 5 was found)");
    CHECK(refusal("Lists", R"({"points":{"x":1}})") == R"("points" takes an array, but an object was found)");
    CHECK(refusal("Lists", R"({"i32":[[1]]})") ==
          R"("i32.0" takes an integer from -2147483648 to 2147483647, but an array was found)");
}

TEST_CASE("a bare array stands for a message that only wraps a list, at the top and inside") {
    CHECK(understood("Points", R"([{"x":1},{"y":2}])") == R"({"data":[{"x":1},{"y":2}]})");
    CHECK(understood("Numbers", "[1,2,3]") == R"({"data":[1,2,3]})");
    CHECK(understood("Numbers", "[]") == "{}");
    CHECK(understood("Scene", R"({"points":[{"x":1}],"rows":[[1,2],[],{"data":[3]}],"numbers":[7]})") ==
          R"({"points":{"data":[{"x":1}]},"rows":[{"data":[1,2]},{},{"data":[3]}],"numbers":{"data":[7]}})");
    CHECK(refusal("Scalars", "[1]") == "the body takes an object (everyday.Scalars), but an array was found");
    CHECK(refusal("Scalars", R"({"point":[1,2]})") == R"("point" takes an object (everyday.Point), but an array was found)");
    CHECK(refusal("Scene", R"({"points":5})") ==
          R"("points" takes an object or array (everyday.Points), but the number 5 was found)");
    CHECK(refusal("Scene", R"({"rows":[[1],["x"]]})").find(R"("rows.1.0" takes )") == 0);
}

TEST_CASE("a body that is neither object nor array is refused") {
    CHECK(refusal("Scalars", " null ") == "the body takes an object (everyday.Scalars), but null was found");
    CHECK(refusal("Points", "null") == "the body takes an object or array (everyday.Points), but null was found");
    CHECK(refusal("Scalars", "5") == "the body takes an object (everyday.Scalars), but the number 5 was found");
    CHECK(refusal("Scalars", R"("{}")").find("the string \"{}\"") != std::string::npos);
    CHECK(refusal("Nothing", "true").find("the body takes an object (everyday.Nothing)") == 0);
}

TEST_CASE("members that the message lacks are ignored, whatever they hold, and reported with their path") {
    const auto wire = read("Scene", R"({"handle":0,"points":{"data":[{"x":1,"q":{"a":[1,{"b":null}]}},{"r":[[]]}]},"s":"t"})");
    REQUIRE(wire.has_value());
    CHECK(wire->warnings == std::vector<std::string>{R"("handle" is not a member of everyday.Scene and was ignored)",
                                                     R"("points.data.0.q" is not a member of everyday.Point and was ignored)",
                                                     R"("points.data.1.r" is not a member of everyday.Point and was ignored)",
                                                     R"("s" is not a member of everyday.Scene and was ignored)"});
    CHECK(understood("Scene", R"({"handle":[{"x":{}}],"points":{"data":[{"x":1,"q":{"a":[1]}}]}})") ==
          R"({"points":{"data":[{"x":1}]}})");
}

TEST_CASE("strict reading refuses unknown members and lists the valid names") {
    const JsonReadOptions strict{.is_strict = true};
    CHECK(refusal("Choice", R"({"item_ref":{"hndle":1}})", ErrorCode::unknown_member, strict) ==
          R"("item_ref.hndle" is not a member of everyday.Ref; valid members are handle, type)");
    CHECK(refusal("Nothing", R"({"a":1})", ErrorCode::unknown_member, strict) ==
          R"("a" is not a member of everyday.Nothing; it has none)");
    CHECK(refusal("Scalars", R"({"blob":{"data":[],"extra":1}})", ErrorCode::unknown_member, strict) ==
          R"("blob.extra" is not a member of a Buffer object; valid members are type, data)");
}

TEST_CASE("the number of warnings is bounded and the last one counts the rest") {
    std::string json = "{";
    for (int i = 0; i < 100; ++i) json += (i ? ",\"w" : "\"w") + std::to_string(i) + "\":1";
    json += "}";
    const auto wire = read("Scalars", json, {.max_warnings = 4});
    REQUIRE(wire.has_value());
    REQUIRE(wire->warnings.size() == 4);
    CHECK(wire->warnings[2] == R"("w2" is not a member of everyday.Scalars and was ignored)");
    CHECK(wire->warnings[3] == "and 97 more members were ignored");
    const auto silent = read("Scalars", json, {.max_warnings = 0});
    REQUIRE(silent.has_value());
    CHECK(silent->warnings.empty());
}

TEST_CASE("two members of one one-of exclude each other unless one is null") {
    CHECK(refusal("Choice", R"({"bool_value":true,"float_value":1})") ==
          R"("bool_value" and "float_value" exclude each other: give only one member of the one-of value)");
    CHECK(understood("Choice", R"({"bool_value":null,"float_value":1,"string_value":null})") == R"({"float_value":1})");
    CHECK(understood("Choice", R"({"float_value":1,"left":2})") == R"({"float_value":1,"left":2})");
}

TEST_CASE("the virtual one-of keys of the other dialect are ignored without a warning") {
    for (const std::string json : {R"({"float_value":1.5,"value":"float_value"})", R"({"value":"float_value","float_value":1.5})",
                                   R"({"float_value":1.5,"value":"floatValue"})", R"({"float_value":1.5,"value":null})"}) {
        CAPTURE(json);
        const auto wire = read("Choice", json, {.is_strict = true});
        REQUIRE(wire.has_value());
        CHECK(wire->warnings.empty());
        CHECK(understood("Choice", json) == R"({"float_value":1.5})");
    }
    const auto optional = read("Choice", R"({"evaluate":1,"_evaluate":"evaluate"})", {.is_strict = true});
    CHECK(optional.has_value());
}

TEST_CASE("a one-of's name with anything else than a member's name is an unknown member") {
    for (const std::string json : {R"({"value":"nonsense"})", R"({"value":1})", R"({"value":{"a":[1]}})", R"({"value":[{}]})"}) {
        CAPTURE(json);
        const auto wire = read("Choice", json);
        REQUIRE(wire.has_value());
        CHECK(wire->bytes.empty());
        REQUIRE(wire->warnings.size() == 1);
        CHECK(wire->warnings[0] == R"("value" is not a member of everyday.Choice and was ignored)");
        CHECK(refusal("Choice", json, ErrorCode::unknown_member, {.is_strict = true}).find("\"value\" is not a member") == 0);
    }
}

TEST_CASE("a member given twice is refused, under either of its names") {
    CHECK(refusal("Scalars", R"({"i32":1,"i32":2})") == R"("i32" is given twice)");
    CHECK(refusal("Scalars", R"({"point":{"x":1},"long_real":1,"longReal":2})") == R"("long_real" is given twice)");
    CHECK(understood("Lists", R"({"points":[{"x":1},{"x":2}]})") == R"({"points":[{"x":1},{"x":2}]})");
}

TEST_CASE("what is not JSON is refused with line and column") {
    CHECK(refusal("Scalars", "{\n  \"i32\": 1,\n  oops\n}", ErrorCode::bad_json) ==
          "the body is not JSON: line 3, column 3: invalid literal; expected string literal");
    CHECK(refusal("Numbers", "[1,]", ErrorCode::bad_json).find("the body is not JSON: line 1, column 4: ") == 0);
    CHECK(refusal("Scalars", "{", ErrorCode::bad_json).find("the body is not JSON: line 1, column 2: unexpected end of input") ==
          0);
    for (const std::string json : {"{\"i32\":1} x", "{\"i32\":01}", "{'i32':1}", "{\"text\":\"\xFF\"}", "{\"text\":\"\xC3\"}",
                                   "nul", "{\"text\":\"\\ud800\"}", "{\"text\":\"a\nb\"}", "{\"i32\":1,}", "NaN", "// {}"}) {
        CAPTURE(json);
        CHECK(refusal("Scalars", json, ErrorCode::bad_json).find("the body is not JSON: line 1, column ") == 0);
    }
    CHECK(refusal("Scalars", std::string_view("{}\0", 3), ErrorCode::bad_json).find("NUL") != std::string::npos);
}

TEST_CASE("nested messages of every length have the right length before them") {
    test::Oracle oracle(test::everyday().pool());
    const auto& tree = test::everyday().message("everyday.Tree");
    for (const std::size_t size :
         {0, 1, 100, 119, 120, 121, 122, 123, 124, 125, 126, 127, 128, 129, 130, 16370, 16380, 16383, 16384, 70000}) {
        std::string json = R"({"name":")" + std::string(size, 'n') + "\"}";
        for (int depth = 0; depth < 12; ++depth) {
            json = R"({"children":[{"name":"a"},)" + json + R"(,{"name":"z"}],"left":{"name":"l"}})";
        }
        const auto wire = json_to_wire(tree, json);
        REQUIRE(wire.has_value());
        const auto expected = oracle.to_wire(tree, json);
        REQUIRE(expected.has_value());
        CHECK(oracle.canonical(tree, wire->bytes) == oracle.canonical(tree, *expected));
    }
}

TEST_CASE("messages with more than 64 members know which were given") {
    std::string source = "syntax = \"proto3\"; message Wide {";
    std::string json = "{";
    for (int i = 1; i <= 150; ++i) {
        source += "int32 f" + std::to_string(i) + " = " + std::to_string(i) + ";";
        json += (i > 1 ? ",\"f" : "\"f") + std::to_string(i) + "\":" + std::to_string(i);
    }
    const test::TextPool pool(source + "}");
    CHECK(json_to_wire(pool.message("Wide"), json + "}").has_value());
    const auto twice = json_to_wire(pool.message("Wide"), json + ",\"f140\":1}");
    REQUIRE_FALSE(twice.has_value());
    CHECK(twice.error().message == R"("f140" is given twice)");
}

TEST_CASE("maps are objects, with keys read as their type") {
    CHECK(understood("Maps", R"({"counts":{"a":1,"":2}})") == R"({"counts":{"":2,"a":1}})");
    CHECK(understood("Maps", R"({"points":{"-5":{"x":1}},"truths":{"true":"t"},"colors":{"7":"color_blue"}})") ==
          R"({"points":{"-5":{"x":1}},"truths":{"true":"t"},"colors":{"7":"COLOR_BLUE"}})");
    CHECK(understood("Maps", R"({"counts":{}})") == "{}");
    CHECK(refusal("Maps", R"({"counts":[1]})") == R"("counts" takes an object, but an array was found)");
    CHECK(refusal("Maps", R"({"counts":{"a":"x"}})").find(R"("counts.a" takes an integer)") == 0);
    CHECK(refusal("Maps", R"({"counts":{"a":null}})").find(R"("counts.a" takes an integer)") == 0);
    CHECK(refusal("Maps", R"({"points":{"x":{}}})").find("as key, but the string \"x\" was found") != std::string::npos);
    CHECK(refusal("Maps", R"({"points":{"1":{"x":[]}}})").find(R"("points.1.x" takes a number)") == 0);
}

}  // namespace
}  // namespace octane::wire
