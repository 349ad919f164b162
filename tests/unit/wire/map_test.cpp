// Maps with every type of key and value, both ways, held against json_util.
#include <doctest/doctest.h>
#include <google/protobuf/descriptor.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "alike.hpp"
#include "oracle.hpp"
#include "wire/json_to_wire.hpp"
#include "wire/wire_to_json.hpp"
#include "wire/writer.hpp"

namespace octane::wire::map_cases {
namespace {

using Json = nlohmann::json;

struct Kind {
    std::string type;
    std::vector<std::string> samples;  // as JSON; of a key without its quotes
};

const std::vector<Kind>& keys() {
    static const std::vector<Kind> kKeys = {{"int32", {"0", "-2147483648", "2147483647"}},
                                            {"int64", {"0", "-9223372036854775808", "9223372036854775807"}},
                                            {"uint32", {"0", "4294967295"}},
                                            {"uint64", {"0", "18446744073709551615"}},
                                            {"sint32", {"0", "-2147483648", "2147483647"}},
                                            {"sint64", {"0", "-9223372036854775808", "1"}},
                                            {"fixed32", {"0", "4294967295"}},
                                            {"fixed64", {"0", "18446744073709551615"}},
                                            {"sfixed32", {"0", "-2147483648"}},
                                            {"sfixed64", {"0", "-9223372036854775808"}},
                                            {"bool", {"true", "false"}},
                                            {"string", {"", "a.b[0]", "Käse \\\"漢字\\\" \\\\ \\n \\u0000", "@type", "null"}}};
    return kKeys;
}

const std::vector<Kind>& values() {
    static const std::vector<Kind> kValues = {{"int32", {"0", "-2147483648"}},
                                              {"int64", {R"("0")", R"("-9223372036854775808")"}},
                                              {"uint32", {"0", "4294967295"}},
                                              {"uint64", {R"("18446744073709551615")"}},
                                              {"sint32", {"-1"}},
                                              {"sint64", {R"("-1")"}},
                                              {"fixed32", {"7"}},
                                              {"fixed64", {R"("7")"}},
                                              {"sfixed32", {"-7"}},
                                              {"sfixed64", {R"("-7")"}},
                                              {"float", {"0", "1.5", R"("NaN")", R"("-Infinity")"}},
                                              {"double", {"0", "0.1", R"("NaN")", R"("Infinity")"}},
                                              {"bool", {"true", "false"}},
                                              {"string", {R"("")", R"("text")"}},
                                              {"bytes", {R"("")", R"("AQI=")"}},
                                              {"Color", {R"("RED")", R"("BLUE")", "77"}},
                                              {"Point", {"{}", R"({"x":1,"inner":{"a":{"x":2}}})"}},
                                              {"google.protobuf.Duration", {R"("1.500s")"}},
                                              {"google.protobuf.Int32Value", {"0", "5"}},
                                              {"google.protobuf.Value", {"null", "1", "[null]", R"({"a":[]})"}},
                                              {"google.protobuf.Struct", {"{}", R"({"a":null})"}},
                                              {"google.protobuf.ListValue", {"[]", "[1,null]"}},
                                              {"google.protobuf.Any", {"{}", R"({"@type":"type.googleapis.com/m.Point","x":1})"}},
                                              {"google.protobuf.NullValue", {"null"}}};
    return kValues;
}

std::string name_of(std::size_t key, std::size_t value) {
    return "m" + std::to_string(key) + "v" + std::to_string(value);
}

// One message with a map of every key to every value, m0v0, m0v1, …
const google::protobuf::Descriptor& maps() {
    static const test::TextPool kPool = [] {
        std::string source =
            "syntax = \"proto3\"; package m; import \"google/protobuf/any.proto\"; import \"google/protobuf/duration.proto\"; "
            "import \"google/protobuf/struct.proto\"; import \"google/protobuf/wrappers.proto\"; enum Color { RED = 0; BLUE = 5; "
            "} "
            "message Point { int32 x = 1; map<string, Point> inner = 2; } message Maps {";
        int number = 0;
        for (std::size_t k = 0; k < keys().size(); ++k) {
            for (std::size_t v = 0; v < values().size(); ++v) {
                source +=
                    "map<" + keys()[k].type + ", " + values()[v].type + "> " + name_of(k, v) + " = " + std::to_string(++number);
                source += ";";
            }
        }
        return test::TextPool(source + "}");
    }();
    return kPool.message("m.Maps");
}

std::string written(const std::string& wire, const JsonWriteOptions& options = {}) {
    std::string json;
    const auto done = wire_to_json(maps(), base::ByteChain::own(wire), options, json);
    return done ? json : "error: " + done.error().message;
}

TEST_CASE("a map of every type of key to every type of value is read and written as json_util does") {
    test::Oracle oracle(*maps().file()->pool());
    for (std::size_t k = 0; k < keys().size(); ++k) {
        for (std::size_t v = 0; v < values().size(); ++v) {
            std::string json = "{\"" + name_of(k, v) + "\":{";
            for (std::size_t i = 0; i < keys()[k].samples.size(); ++i) {
                const auto& samples = values()[v].samples;
                json += (i > 0 ? ",\"" : "\"") + keys()[k].samples[i] + "\":" + samples[(i + k) % samples.size()];
            }
            json += "}}";
            CAPTURE(json);
            const auto ours = json_to_wire(maps(), json, {.is_strict = true});
            REQUIRE_MESSAGE(ours.has_value(), (ours ? "" : ours.error().message));
            CHECK(written(ours->bytes) == json);
            const auto theirs = oracle.to_wire(maps(), json);
            // In a map json_util knows null for no NullValue.
            if (values()[v].type == "google.protobuf.NullValue") continue;
            REQUIRE(theirs.has_value());
            CHECK(oracle.canonical(maps(), ours->bytes) == oracle.canonical(maps(), *theirs));
            const auto printed = oracle.to_json(maps(), ours->bytes, false, false);
            REQUIRE(printed.has_value());
            CHECK(test::is_alike(Json::parse(json), Json::parse(*printed)));
        }
    }
}

TEST_CASE("a key that is none of its type is refused, named by its map") {
    const auto refusal = [](const std::string& json) {
        const auto wire = json_to_wire(maps(), json);
        return wire ? std::string("accepted") : wire.error().message;
    };
    CHECK(refusal(R"({"m0v0":{"x":1}})") ==
          R"("m0v0.x" takes an integer from -2147483648 to 2147483647 as key, but the string "x" was found)");
    for (const std::string key : {"", "1.5", " 1", "2147483648", "-2147483649", "true", "null"})
        CHECK(refusal("{\"m0v0\":{\"" + key + "\":1}}").find("as key, but the string") != std::string::npos);
    for (const std::string key : {"", "1", "0", "True", "yes"})
        CHECK(refusal("{\"m10v0\":{\"" + key + "\":1}}").find("takes true or false as key") != std::string::npos);
    CHECK(refusal(R"({"m2v0":{"-1":1}})").find("as key") != std::string::npos);
    CHECK(refusal(R"({"m11v0":{"a":null}})").find(R"("m11v0.a" takes an integer)") == 0);
    CHECK(refusal(R"({"m11v16":{"a":null}})").find(R"("m11v16.a" takes an object (m.Point), but null)") == 0);
    CHECK(refusal(R"({"m11v16":{"a":[]}})").find(R"("m11v16.a" takes an object)") == 0);
    CHECK(refusal(R"({"m11v0":[["a",1]]})") == R"("m11v0" takes an object, but an array was found)");
    CHECK(refusal(R"({"m11v16":{"a":{"inner":{"b":{"x":"c"}}}}})").find(R"("m11v16.a.inner.b.x" takes)") == 0);
}

TEST_CASE("a key given twice is sent twice, and the last value counts; so it is written of an answer") {
    const std::string twice = R"({"m11v0":{"a":1,"b":2,"a":3}})";
    const auto wire = json_to_wire(maps(), twice);
    REQUIRE(wire.has_value());
    CHECK(written(wire->bytes) == twice);
    CHECK(Json::parse(twice) == Json::parse(R"({"m11v0":{"a":3,"b":2}})"));
}

TEST_CASE("a half that is missing in an entry on the wire is its default, whatever its type") {
    for (std::size_t k = 0; k < keys().size(); ++k) {
        const auto& map = *maps().FindFieldByName(name_of(k, 0));
        std::string wire;
        append_bytes_field(wire, static_cast<std::uint32_t>(map.number()), std::string("\x10\x05", 2));
        const std::string key = keys()[k].type == "bool" ? "false" : keys()[k].type == "string" ? "" : "0";
        CHECK(written(wire) == "{\"" + name_of(k, 0) + "\":{\"" + key + "\":5}}");
    }
    const std::vector<std::string> defaults = {"0",  R"("0")",  "0", R"("0")", "0",     R"("0")", "0",     R"("0")",
                                               "0",  R"("0")",  "0", "0",      "false", R"("")",  R"("")", R"("RED")",
                                               "{}", R"("0s")", "0", "null",   "{}",    "[]",     "{}",    "null"};
    REQUIRE(defaults.size() == values().size());
    for (std::size_t v = 0; v < values().size(); ++v) {
        CAPTURE(values()[v].type);
        const auto& map = *maps().FindFieldByName(name_of(11, v));
        std::string wire;
        append_bytes_field(wire, static_cast<std::uint32_t>(map.number()), std::string("\x0A\x01k", 3));
        CHECK(written(wire) == "{\"" + name_of(11, v) + "\":{\"k\":" + defaults[v] + "}}");
        CHECK(json_to_wire(maps(), written(wire), {.is_strict = true}).has_value());
    }
}

}  // namespace
}  // namespace octane::wire::map_cases
