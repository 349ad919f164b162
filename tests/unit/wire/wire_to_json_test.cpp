#include "wire/wire_to_json.hpp"

#include <doctest/doctest.h>
#include <google/protobuf/descriptor.h>

#include <nlohmann/json.hpp>
#include <string>

#include "oracle.hpp"
#include "wire/json_to_wire.hpp"
#include "wire/writer.hpp"

namespace octane::wire {
namespace {

using Json = nlohmann::json;

std::string write(const std::string& type, const std::string& wire, const JsonWriteOptions& options = {}) {
    std::string out;
    const auto done = wire_to_json(test::everyday().message("everyday." + type), base::ByteChain::own(wire), options, out);
    return done ? out : "error: " + done.error().message;
}

// The wire form of a request is as good as that of an answer.
std::string wire_of(const std::string& type, const std::string& json) {
    const auto wire = json_to_wire(test::everyday().message("everyday." + type), json);
    REQUIRE(wire.has_value());
    return wire->bytes;
}

std::string again(const std::string& type, const std::string& json, const JsonWriteOptions& options = {}) {
    return write(type, wire_of(type, json), options);
}

TEST_CASE("an answer has proto names, 64-bit integers as strings, enums by name, bytes as base64") {
    CHECK(again("Scalars",
                R"({"i32":-1,"i64":"-2","u32":3,"u64":4,"s32":-5,"s64":-6,"f32":7,"f64":8,"sf32":-9,"sf64":-10,"real":0.1,
                               "long_real":0.1,"truth":true,"text":"t","blob":"AQI=","color":5,"point":{"x":1},"maybe":0})") ==
          R"({"i32":-1,"i64":"-2","u32":3,"u64":"4","s32":-5,"s64":"-6","f32":7,"f64":"8","sf32":-9,"sf64":"-10","real":0.1,)"
          R"("long_real":0.1,"truth":true,"text":"t","blob":"AQI=","color":"COLOR_BLUE","point":{"x":1},"maybe":0})");
}

TEST_CASE("members with default values are left out, also if they were sent, but an empty sub-message is an empty object") {
    CHECK(write("Scalars", "") == "{}");
    CHECK(again("Scalars", R"({"i32":0,"i64":0,"s32":0,"f32":0,"f64":0,"real":0,"truth":false,"text":"","blob":"","color":0})") ==
          "{}");
    CHECK(again("Scalars", R"({"point":{},"maybe":0})") == R"({"point":{},"maybe":0})");
    CHECK(again("Choice", R"({"bool_value":false})") == R"({"bool_value":false})");
    CHECK(again("Lists", R"({"i32":[0],"texts":[""]})") == R"({"i32":[0],"texts":[""]})");
    CHECK(again("Scalars", R"({"real":-0.0})") == R"({"real":-0.0})");
}

TEST_CASE("an enum number without a name stays a number") {
    CHECK(again("Scalars", R"({"color":99})") == R"({"color":99})");
    CHECK(again("Lists", R"({"colors":[0,99,-7]})") == R"({"colors":["COLOR_RED",99,"COLOR_LOW"]})");
}

TEST_CASE("enums are numbers where the options say so") {
    CHECK(again("Scalars", R"({"color":"COLOR_BLUE"})", {.enums_as_numbers = true}) == R"({"color":5})");
}

TEST_CASE("non-finite floats are words") {
    CHECK(again("Lists", R"({"reals":["NaN","Infinity","-Infinity"]})") == R"({"reals":["NaN","Infinity","-Infinity"]})");
}

TEST_CASE("with defaults every member is there, unset messages as null, unset one-of and optional members left out") {
    CHECK(
        write("Scalars", "", {.with_defaults = true}) ==
        R"({"i32":0,"i64":"0","u32":0,"u64":"0","s32":0,"s64":"0","f32":0,"f64":"0","sf32":0,"sf64":"0","real":0,"long_real":0,)"
        R"("truth":false,"text":"","blob":"","color":"COLOR_RED","point":null})");
    CHECK(write("Choice", "", {.with_defaults = true}) == R"({"item_ref":null})");
    CHECK(write("Lists", "", {.with_defaults = true}) ==
          R"({"i32":[],"reals":[],"texts":[],"blobs":[],"points":[],"colors":[],"truths":[],"loose":[]})");
    CHECK(write("Maps", "", {.with_defaults = true}) == R"({"counts":{},"points":{},"truths":{},"colors":{}})");
    CHECK(again("NodeCall", R"({"objectPtr":{}})", {.with_defaults = true}) ==
          R"({"objectPtr":{"handle":"0","type":"COLOR_RED"},"index":0})");
    CHECK(write("Ref", "", {.with_defaults = true, .enums_as_numbers = true}) == R"({"handle":"0","type":0})");
    CHECK(write("Image", "", {.with_defaults = true, .bytes_as_buffer = true}) ==
          R"({"other":null,"data":{"type":"Buffer","data":[]},"chunks":[],"mime":""})");
    CHECK(again("Scalars", R"({"text":"t"})", {.with_defaults = true}).find(R"("truth":false,"text":"t","blob":"")") !=
          std::string::npos);
}

TEST_CASE("a set one-of member is followed by the virtual key of its one-of where the options say so") {
    CHECK(again("Choice", R"({"float_value":1.5})", {.with_defaults = true, .one_of_keys = true}) ==
          R"({"item_ref":null,"float_value":1.5,"value":"float_value"})");
    CHECK(again("Choice", R"({"point_value":{"x":1},"evaluate":2,"right":3})", {.one_of_keys = true}) ==
          R"({"point_value":{"x":1},"value":"point_value","evaluate":2,"right":3,"second":"right"})");
    CHECK(write("Choice", "", {.one_of_keys = true}) == "{}");
}

TEST_CASE("bytes are Buffer objects where the options say so") {
    CHECK(again("Scalars", R"({"blob":"AAH/"})", {.bytes_as_buffer = true}) == R"({"blob":{"type":"Buffer","data":[0,1,255]}})");
    CHECK(again("Choice", R"({"blob_value":""})", {.bytes_as_buffer = true}) == R"({"blob_value":{"type":"Buffer","data":[]}})");
}

TEST_CASE("invalid UTF-8 in an answer becomes the replacement character") {
    std::string wire;
    append_bytes_field(wire, 14, "a\xFFz");
    CHECK(write("Scalars", wire) == "{\"text\":\"a\uFFFDz\"}");
}

TEST_CASE("a scalar given twice counts with its last value") {
    std::string wire;
    append_varint_field(wire, 1, 5);
    append_bytes_field(wire, 14, "first");
    append_varint_field(wire, 1, 6);
    append_bytes_field(wire, 14, "last");
    CHECK(write("Scalars", wire) == R"({"i32":6,"text":"last"})");
    append_varint_field(wire, 1, 0);
    CHECK(write("Scalars", wire) == R"({"text":"last"})");
    CHECK(write("Scalars", wire, {.with_defaults = true}).find(R"({"i32":0,)") == 0);
}

TEST_CASE("a sub-message that comes in parts is merged") {
    std::string wire;
    append_bytes_field(wire, 1, wire_of("Ref", R"({"handle":"7","type":1})"));
    append_varint_field(wire, 2, 3);
    append_bytes_field(wire, 1, wire_of("Ref", R"({"type":5})"));
    CHECK(write("NodeCall", wire) == R"({"objectPtr":{"handle":"7","type":"COLOR_BLUE"},"index":3})");
}

TEST_CASE("a list whose elements lie scattered and partly packed is one list") {
    std::string wire;
    append_varint_field(wire, 1, 1);
    append_bytes_field(wire, 3, "a");
    append_bytes_field(wire, 1, std::string("\x02\x03", 2));
    append_bytes_field(wire, 3, "b");
    append_varint_field(wire, 1, 4);
    CHECK(write("Lists", wire) == R"({"i32":[1,2,3,4],"texts":["a","b"]})");
    CHECK(again("Lists", R"({"loose":[1,2]})") == R"({"loose":[1,2]})");
    std::string packed;
    append_bytes_field(packed, 8, std::string("\1\0\0\0\2\0\0\0", 8));
    CHECK(write("Lists", packed) == R"({"loose":[1,2]})");
}

TEST_CASE("members stand in the order of their declaration, however they came") {
    std::string wire;
    append_bytes_field(wire, 14, "t");
    append_varint_field(wire, 13, 1);
    append_varint_field(wire, 1, 1);
    CHECK(write("Scalars", wire) == R"({"i32":1,"truth":true,"text":"t"})");
}

TEST_CASE("of two members of one one-of the last counts, and a message before it is forgotten") {
    std::string wire;
    append_bytes_field(wire, 5, wire_of("Point", R"({"x":1})"));
    append_varint_field(wire, 2, 1);
    CHECK(write("Choice", wire) == R"({"bool_value":true})");
    append_bytes_field(wire, 5, wire_of("Point", R"({"y":2})"));
    CHECK(write("Choice", wire, {.one_of_keys = true}) == R"({"point_value":{"y":2},"value":"point_value"})");
    append_bytes_field(wire, 5, wire_of("Point", R"({"x":3})"));
    CHECK(write("Choice", wire) == R"({"point_value":{"x":3,"y":2}})");
}

TEST_CASE("unknown fields and fields of another wire type are skipped") {
    std::string wire;
    append_varint_field(wire, 999, 5);
    append_bytes_field(wire, 1, "not an integer");
    append_varint_field(wire, 14, 5);
    append_varint_field(wire, 536870911, 5);
    append_tag(wire, 50, 3);
    append_varint_field(wire, 1, 9);
    append_tag(wire, 50, 4);
    append_bytes_field(wire, 17, "");
    CHECK(write("Scalars", wire) == R"({"point":{}})");
}

TEST_CASE("numbers longer than their type are cut as protobuf cuts them") {
    std::string wire;
    append_varint_field(wire, 1, 0x1'0000'0005);
    append_varint_field(wire, 3, 0xFFFF'FFFF'FFFF'FFFF);
    append_varint_field(wire, 5, 0xF'0000'0003);
    append_varint_field(wire, 13, 0x100);
    append_varint_field(wire, 16, 0x1'0000'0005);
    CHECK(write("Scalars", wire) == R"({"i32":5,"u32":4294967295,"s32":-2,"truth":true,"color":"COLOR_BLUE"})");
}

TEST_CASE("malformed answers are refused and leave the output as it was") {
    const std::string good = wire_of("Scene", R"({"points":{"data":[{"x":1,"y":2},{"x":3}]},"rows":[[1,2],[300]]})");
    const auto& scene = test::everyday().message("everyday.Scene");
    std::size_t refused = 0;
    for (std::size_t size = 0; size < good.size(); ++size) {
        std::string out = "before";
        const auto done = wire_to_json(scene, base::ByteChain::own(good.substr(0, size)), {}, out);
        if (done) continue;
        ++refused;
        CHECK(done.error().code == base::ErrorCode::bad_answer);
        CHECK(done.error().message == "the answer is not a well-formed everyday.Scene message");
        CHECK(out == "before");
    }
    CHECK(refused == good.size() - 3);  // it may end before the first, the second and the third field
    std::string inner;
    append_bytes_field(inner, 1, std::string("\x0A\x02\x0D\x01", 4));  // a point that breaks off inside its float
    CHECK(write("Scene", inner) == "error: the answer is not a well-formed everyday.Scene message");
    std::string run;
    append_bytes_field(run, 2, std::string("\1\2\3\4\5\6\7\0\1", 9));
    CHECK(write("Lists", run).find("error: ") == 0);
}

TEST_CASE("maps are objects, also with halves of entries missing or in the wrong order") {
    CHECK(again("Maps", R"({"counts":{"a":1},"points":{"-5":{"x":1}},"truths":{"true":"t"},"colors":{"7":"color_blue"}})") ==
          R"({"counts":{"a":1},"points":{"-5":{"x":1}},"truths":{"true":"t"},"colors":{"7":"COLOR_BLUE"}})");
    std::string wire;
    append_bytes_field(wire, 1, std::string("\x10\x05\x0A\x01z", 5));
    append_bytes_field(wire, 1, "");
    append_bytes_field(wire, 2, "");
    append_bytes_field(wire, 3, "");
    append_bytes_field(wire, 4, "");
    CHECK(write("Maps", wire) == R"({"counts":{"z":5,"":0},"points":{"0":{}},"truths":{"false":""},"colors":{"0":"COLOR_RED"}})");
}

TEST_CASE("a map entry that is no well-formed message is refused, whichever of its halves are there") {
    for (const std::string entry : {"\xFF", "\x0A", "\x10\x05\xFF", "\x0A\x01z\xFF", "\x0A\x01z\x10\x05\xFF", "\x1A\x7F"}) {
        CAPTURE(Json(entry).dump(-1, ' ', true, Json::error_handler_t::replace));
        for (const std::uint32_t map : {1U, 2U, 3U, 4U}) {
            CAPTURE(map);
            std::string wire;
            append_bytes_field(wire, map, entry);
            CHECK(write("Maps", wire) == "error: the answer is not a well-formed everyday.Maps message");
        }
    }
}

TEST_CASE("an answer in many pieces gives the same text as in one") {
    std::mt19937 random(8);
    const std::string wire = wire_of(
        "Scalars",
        R"({"i64":-1,"f64":5,"sf32":7,"text":"Käse 漢字 🫖 and more text","blob":"AAECAwQFBgcICQoLDA0ODw==","point":{"x":1.5}})");
    const std::string expected = write("Scalars", wire);
    for (std::size_t place = 0; place <= wire.size(); ++place) {
        std::string out;
        REQUIRE(wire_to_json(test::everyday().message("everyday.Scalars"), test::cut_at(wire, place), {}, out).has_value());
        REQUIRE(out == expected);
    }
    for (int round = 0; round < 100; ++round) {
        std::string out;
        REQUIRE(wire_to_json(test::everyday().message("everyday.Scalars"), test::shredded(wire, random), {}, out).has_value());
        REQUIRE(out == expected);
    }
}

TEST_CASE("random bytes are either refused or give JSON, and protobuf reads the same out of them") {
    std::mt19937 random(9);
    test::Oracle oracle(test::everyday().pool());
    for (const std::string type : {"Scalars", "Lists", "Choice", "Scene", "Tree"}) {
        CAPTURE(type);
        const auto& message = test::everyday().message(std::string("everyday.") + type);
        int accepted = 0;
        for (int round = 0; round < 3000; ++round) {
            std::string wire;
            for (auto fields = random() % 6; fields > 0; --fields) {
                const auto field = static_cast<std::uint32_t>(1 + random() % 9);
                if (random() % 2 == 0)
                    append_varint_field(wire, field, random() % 300);
                else
                    append_bytes_field(wire, field, std::string(random() % 4, static_cast<char>(8 * (random() % 4))));
            }
            std::string json;
            if (!wire_to_json(message, test::shredded(wire, random), {}, json)) continue;
            REQUIRE(Json::accept(json));
            const auto canonical = oracle.canonical(message, wire);
            if (!canonical) continue;  // bytes in a string field that are not UTF-8
            ++accepted;
            std::string json_of_canonical;
            REQUIRE(wire_to_json(message, base::ByteChain::own(*canonical), {}, json_of_canonical).has_value());
            CAPTURE(Json(wire).dump(-1, ' ', true, Json::error_handler_t::replace));
            REQUIRE(Json::parse(json) == Json::parse(json_of_canonical));
        }
        CHECK(accepted > 100);
    }
}

}  // namespace
}  // namespace octane::wire
