// What only proto2 has: required members, defaults of one's own, groups, extensions, closed enums. protobuf's own parser is the
// judge of groups and extensions, which json_util does not know.
#include <doctest/doctest.h>
#include <google/protobuf/descriptor.h>

#include <string>
#include <string_view>
#include <vector>

#include "oracle.hpp"
#include "wire/json_to_wire.hpp"
#include "wire/wire_to_json.hpp"
#include "wire/writer.hpp"

namespace octane::wire::proto2_cases {
namespace {

using base::ErrorCode;

constexpr char kProto2Source[] = R"(
syntax = "proto2";
package o;
import "google/protobuf/any.proto";
enum Gap { GAP_THREE = 3; GAP_FIVE = 5; }
message Must { required int32 id = 1; optional string name = 2; required Gap gap = 70; }
message Holder { optional Must must = 1; repeated Must musts = 2; map<string, Must> by_name = 3; optional google.protobuf.Any any = 4; }
message Defaults {
  optional int32 i32 = 1 [default = -7]; optional sint32 s32 = 2 [default = -7]; optional sint64 s64 = 3 [default = -8];
  optional uint64 u64 = 4 [default = 18446744073709551615]; optional fixed32 f32 = 5 [default = 9]; optional bool truth = 6 [default = true];
  optional float real = 7 [default = -1.5]; optional double wide = 8 [default = inf]; optional string text = 9 [default = "a\"b"];
  optional bytes blob = 10 [default = "\001\377"]; optional Gap gap = 11 [default = GAP_FIVE]; optional Gap first = 12;
  optional int64 i64 = 13 [default = -9223372036854775808]; optional double none = 14 [default = nan]; optional string plain = 15;
}
message Groups {
  optional group Part = 1 { optional int32 a = 1; optional string text = 2; optional group Deep = 3 { repeated int32 b = 1 [packed = true]; } }
  repeated group Row = 2 { optional int32 a = 1; optional Groups all = 2; }
  oneof choice { group Left = 3 { optional int32 a = 1; } int32 right = 4; }
  optional group Must2 = 5 { required int32 id = 1; }
  optional int32 after = 6;
  optional group List = 7 { repeated int32 items = 1; }
}
message Ext { optional int32 own = 1; extensions 100 to 199; extensions 536870000 to max; optional string last = 536869999; }
message Scope { extend Ext { optional string inner = 110; } optional Ext ext = 1; }
extend Ext {
  optional int32 number = 100; repeated string texts = 101; repeated int32 packed = 102 [packed = true]; optional Must must = 103;
  optional group ExtGroup = 104 { optional int32 a = 1; } repeated Ext exts = 105; optional Gap gap = 536870911; optional google.protobuf.Any any = 106;
}
message Closed { optional Gap gap = 1; repeated Gap gaps = 2; repeated Gap packed = 3 [packed = true]; optional int32 after = 4; }
message Old { option message_set_wire_format = true; extensions 4 to max; }
message InOld { extend Old { optional InOld in_old = 50; } optional int32 a = 1; }
)";

const test::TextPool& proto2_pool() {
    static const test::TextPool kPool(kProto2Source);
    return kPool;
}

const google::protobuf::Descriptor& proto2_named(const std::string& type) {
    return proto2_pool().message("o." + type);
}

std::string refusal(const std::string& type, std::string_view json, ErrorCode code = ErrorCode::bad_value,
                    const JsonReadOptions& options = {}) {
    const auto wire = json_to_wire(proto2_named(type), json, options);
    if (wire) return "accepted";
    CHECK(wire.error().code == code);
    return wire.error().message;
}

std::string written(const std::string& type, const std::string& wire, const JsonWriteOptions& options = {}) {
    std::string json;
    const auto done = wire_to_json(proto2_named(type), base::ByteChain::own(wire), options, json);
    return done ? json : "error: " + done.error().message;
}

// What comes back of a request, once as it was made and once as protobuf writes the same message. Nothing of it may be an unknown
// field to protobuf.
std::string echoed(const std::string& type, std::string_view json) {
    const auto wire = json_to_wire(proto2_named(type), json, {.is_strict = true});
    if (!wire) return "error: " + wire.error().message;
    test::Oracle oracle(proto2_pool().pool());
    const auto canonical = oracle.canonical(proto2_named(type), wire->bytes);
    REQUIRE(canonical.has_value());
    CHECK(oracle.canonical(proto2_named(type), wire->bytes, false) == canonical);
    const std::string json_of_canonical = written(type, *canonical);
    CHECK(written(type, wire->bytes) == json_of_canonical);
    return json_of_canonical;
}

void check_kept(const std::string& type, const std::vector<std::string>& all) {
    for (const std::string& json : all) CHECK(echoed(type, json) == json);
}

TEST_CASE("a required member that is missing or null is named by its path, as json_util refuses it") {
    const std::string full = R"({"id":0,"gap":"GAP_FIVE"})";
    check_kept("Must", {full});
    const std::string sentence = "is required by o.Must, but it is not given";
    CHECK(refusal("Must", "{}") == "\"id\" " + sentence);
    CHECK(refusal("Must", "") == "\"id\" " + sentence);
    CHECK(refusal("Must", R"({"id":1,"name":"x"})") == "\"gap\" " + sentence);
    CHECK(refusal("Must", R"({"id":null,"gap":3})") == "\"id\" " + sentence);
    CHECK(refusal("Holder", R"({"must":{}})") == "\"must.id\" " + sentence);
    CHECK(refusal("Holder", R"({"musts":[)" + full + R"(,{"id":1}]})") == "\"musts.1.gap\" " + sentence);
    CHECK(refusal("Holder", R"({"by_name":{"k":{"gap":3}}})") == "\"by_name.k.id\" " + sentence);
    CHECK(refusal("Holder", R"({"any":{"@type":"/o.Must"}})") == "\"any.id\" " + sentence);
    CHECK(refusal("Groups", R"({"must2":{}})") == R"("must2.id" is required by o.Groups.Must2, but it is not given)");
    CHECK(refusal("Ext", R"({"[o.must]":{}})") == "\"[o.must].id\" " + sentence);
    for (const std::string json : {"", "{}", R"({"must":null,"musts":[],"by_name":{},"any":{}})"})
        CHECK(json_to_wire(proto2_named("Holder"), json).has_value());
    test::Oracle oracle(proto2_pool().pool());
    for (const std::string json : {"{}", R"({"id":1,"name":"x"})", R"({"id":null,"gap":3})"})
        CHECK_FALSE(oracle.to_wire(proto2_named("Must"), json).has_value());
}

TEST_CASE("an answer without a required member is written as it is, as json_util writes it") {
    CHECK(written("Must", "\x12\x01x") == R"({"name":"x"})");
    CHECK(test::Oracle(proto2_pool().pool()).to_json(proto2_named("Must"), "\x12\x01x", false, false) == R"({"name":"x"})");
}

TEST_CASE("with defaults, members of proto2 that are not set have the default that the schema gives them") {
    CHECK(
        written("Defaults", "", {.with_defaults = true}) ==
        R"({"i32":-7,"s32":-7,"s64":"-8","u64":"18446744073709551615","f32":9,"truth":true,"real":-1.5,"wide":"Infinity",)"
        R"("text":"a\"b","blob":"Af8=","gap":"GAP_FIVE","first":"GAP_THREE","i64":"-9223372036854775808","none":"NaN","plain":""})");
    CHECK(written("Defaults", "", {.with_defaults = true, .enums_as_numbers = true, .bytes_as_buffer = true})
              .find(R"("blob":{"type":"Buffer","data":[1,255]},"gap":5,"first":3)") != std::string::npos);
    CHECK(written("Defaults", "") == "{}");
    CHECK(written("Must", "", {.with_defaults = true}) == R"({"id":0,"name":"","gap":"GAP_THREE"})");
    CHECK(written("Groups", "", {.with_defaults = true}) == R"({"part":null,"row":[],"must2":null,"after":0,"list":null})");
    // What is set stays set, whatever it is.
    check_kept("Defaults",
               {R"({"i32":-7,"truth":true,"text":"a\"b"})", R"({"i32":0,"truth":false,"text":"","gap":"GAP_THREE"})"});
}

TEST_CASE("groups are objects, single or many, in one-ofs, in one another") {
    check_kept("Groups", {R"({"part":{}})", R"({"part":{"a":1,"text":"x","deep":{"b":[1,2,300]}},"after":5})",
                          R"({"row":[{},{"a":1},{"a":2,"all":{"row":[{"a":3}],"after":4}}]})", R"({"left":{}})",
                          R"({"left":{"a":1}})", R"({"right":0})", R"({"must2":{"id":1}})"});
    CHECK(echoed("Groups", R"({"part":null,"row":null})") == "{}");
    CHECK(echoed("Groups", R"({"list":[1,2]})") == R"({"list":{"items":[1,2]}})");
    const std::string text(300, 'x');  // lengths of messages around and inside groups that take more than a byte
    check_kept("Groups", {R"({"row":[{"all":{"part":{"text":")" + text + R"("},"row":[{"all":{"part":{"text":")" + text +
                          R"("}}},{"a":1}]}},{"all":{"after":1}}],"after":2})"});
    CHECK(refusal("Groups", R"({"part":1})").find(R"("part" takes an object (o.Groups.Part), but the number 1)") == 0);
    CHECK(refusal("Groups", R"({"row":{}})") == R"("row" takes an array, but an object was found)");
    CHECK(refusal("Groups", R"({"row":[{"a":"x"}]})").find(R"("row.0.a" takes an integer)") == 0);
    CHECK(refusal("Groups", R"({"left":{},"right":1})").find(R"("left" and "right" exclude each other)") == 0);
    CHECK(refusal("Groups", R"({"part":{},"part":{}})") == R"("part" is given twice)");
}

TEST_CASE("a group on the wire ends with its own tag, and unknown groups are skipped") {
    CHECK(json_to_wire(proto2_named("Groups"), R"({"part":{"a":1,"deep":{}},"after":2})")->bytes ==
          "\x0B\x08\x01\x1B\x1C\x0C\x30\x02");
    const std::string unknown = "\x1B\x08\x05\x23\x24\x12\x01y\x1C";
    CHECK(written("Must", unknown + "\x08\x01" + unknown) == R"({"id":1})");
    CHECK(written("Groups", "\x0B" + std::string("\x33\x34\x08\x01\x0C", 5) + "\x30\x02") == R"({"part":{"a":1},"after":2})");
    // In parts, with another member between, and after another member of its one-of.
    CHECK(written("Groups", "\x0B\x08\x01\x0C\x30\x02\x0B\x12\x01x\x0C") == R"({"part":{"a":1,"text":"x"},"after":2})");
    CHECK(written("Groups", "\x1B\x08\x01\x1C\x20\x05") == R"({"right":5})");
    CHECK(written("Groups", "\x20\x05\x1B\x08\x01\x1C") == R"({"left":{"a":1}})");
    CHECK(written("Groups", "\x13\x08\x01\x14\x30\x02\x13\x14") == R"({"row":[{"a":1},{}],"after":2})");
    CHECK(written("Groups", std::string("\x0A\x02\x08\x01\x0D\0\0\0\0", 9)) == "{}");  // of another wire type
    for (const std::string broken : {"\x0B", "\x0B\x08\x01", "\x0B\x08\x01\x14", "\x0B\x08\x0C", "\x0C", "\x0B\x1B\x0C"})
        CHECK(written("Groups", broken) == "error: the answer is not a well-formed o.Groups message");
    const std::string wire =
        json_to_wire(proto2_named("Groups"), R"({"part":{"a":1,"text":"text","deep":{"b":[1,2]}},"after":2})")->bytes;
    for (std::size_t place = 0; place <= wire.size(); ++place) {
        std::string json;
        REQUIRE(wire_to_json(proto2_named("Groups"), test::cut_at(wire, place), {}, json).has_value());
        CHECK(json == R"({"part":{"a":1,"text":"text","deep":{"b":[1,2]}},"after":2})");
    }
}

TEST_CASE("text inside groups is found by its path") {
    const auto path = parse_bytes_path(proto2_named("Groups"), "row[1].all.part.text");
    REQUIRE(path.has_value());
    const auto wire = json_to_wire(proto2_named("Groups"), R"({"row":[{},{"all":{"part":{"text":"found"}}}]})");
    REQUIRE(wire.has_value());
    const auto found = find_bytes(*path, base::ByteChain::own(wire->bytes));
    REQUIRE(found.has_value());
    CHECK(found->flatten() == "found");
}

TEST_CASE("extensions are members whose name is their full name in brackets") {
    check_kept(
        "Ext",
        {R"({"[o.number]":0})",
         R"({"own":1,"last":"z","[o.number]":5,"[o.texts]":["a",""],"[o.packed]":[1,300],"[o.must]":{"id":1,"gap":"GAP_FIVE"},)"
         R"("[o.extgroup]":{"a":1},"[o.exts]":[{},{"own":2,"[o.number]":3}],"[o.any]":{"@type":"/o.Ext","[o.number]":1},)"
         R"("[o.Scope.inner]":"x","[o.gap]":"GAP_FIVE"})"});
    check_kept("Scope", {R"({"ext":{"[o.Scope.inner]":""}})"});
    CHECK(echoed("Ext", R"({"[o.packed]":[],"[o.number]":null,"[o.texts]":["b"],"own":1})") == R"({"own":1,"[o.texts]":["b"]})");
    CHECK(refusal("Ext", R"({"[o.number]":"x"})").find(R"("[o.number]" takes an integer)") == 0);
    CHECK(refusal("Ext", R"({"[o.exts]":[{"[o.packed]":[1,true]}]})").find(R"("[o.exts].0.[o.packed].1" takes an integer)") == 0);
    CHECK(refusal("Ext", R"({"[o.number]":1,"own":1,"[o.number]":2})") == R"("[o.number]" is given twice)");
    for (const std::string name : {"[o.none]", "[number]", "o.number", "[o.number", "[]", "[o.Ext]", "[o.Scope.ext]"}) {
        CAPTURE(name);
        CHECK(refusal("Ext", "{\"" + name + "\":1}", ErrorCode::unknown_member, {.is_strict = true})
                  .find("\"" + name + "\" is not a member of o.Ext; valid members are own, last") == 0);
    }
    CHECK(refusal("Must", R"({"[o.number]":1})", ErrorCode::unknown_member, {.is_strict = true})
              .find("is not a member of o.Must") != std::string::npos);
}

TEST_CASE("extensions on the wire may lie anywhere, in parts and twice") {
    std::string wire;
    append_varint_field(wire, 100, 5);
    append_bytes_field(wire, 103, "\x08\x01");
    append_bytes_field(wire, 101, "a");
    append_varint_field(wire, 1, 9);
    append_varint_field(wire, 100, 6);
    append_bytes_field(wire, 103, "\x12\x01x");
    append_bytes_field(wire, 101, "b");
    append_varint_field(wire, 102, 1);
    append_bytes_field(wire, 102, "\x02\x03");
    append_varint_field(wire, 199, 1);  // that nobody knows
    append_bytes_field(wire, 100, "of another wire type");
    CHECK(written("Ext", wire) ==
          R"({"own":9,"[o.number]":6,"[o.texts]":["a","b"],"[o.packed]":[1,2,3],"[o.must]":{"id":1,"name":"x"}})");
    CHECK(written("Ext", "\xA0\x06\x05", {.with_defaults = true}) == R"({"own":0,"last":"","[o.number]":5})");
    CHECK(written("Ext", std::string("\xBA\x06\x01\x08", 4)) == "error: the answer is not a well-formed o.Ext message");
}

TEST_CASE("extensions of a message set, which lies on the wire in a way of its own, are unknown members and fields") {
    CHECK(refusal("Old", R"({"[o.InOld.in_old]":{"a":1}})", ErrorCode::unknown_member, {.is_strict = true})
              .find("is not a member") != std::string::npos);
    CHECK(written("Old", "\x0B\x10\x32\x1A\x02\x08\x01\x0C") == "{}");
}

TEST_CASE("a number that a closed enum lacks is read and written as it is, as json_util does") {
    test::Oracle oracle(proto2_pool().pool());
    for (const std::string json : {R"({"gap":9})", R"({"gaps":["GAP_FIVE",9,"GAP_THREE"],"packed":[9]})"}) {
        const auto wire = json_to_wire(proto2_named("Closed"), json);
        REQUIRE(wire.has_value());
        const auto theirs = oracle.to_wire(proto2_named("Closed"), json);
        REQUIRE(theirs.has_value());
        CHECK(oracle.canonical(proto2_named("Closed"), wire->bytes) == oracle.canonical(proto2_named("Closed"), *theirs));
        CHECK(written("Closed", wire->bytes) == json);
        CHECK(oracle.to_json(proto2_named("Closed"), wire->bytes, false, false) == json);
    }
    CHECK(refusal("Closed", R"({"gap":"GAP_FOUR"})").find("\"gap\" takes a name or number of o.Gap (") == 0);
}

}  // namespace
}  // namespace octane::wire::proto2_cases
