// google.protobuf.Any by the members of what it holds, both ways.
#include <doctest/doctest.h>
#include <google/protobuf/descriptor.h>

#include <string>
#include <string_view>
#include <vector>

#include "oracle.hpp"
#include "wire/base64.hpp"
#include "wire/json_to_wire.hpp"
#include "wire/wire_to_json.hpp"
#include "wire/writer.hpp"

namespace octane::wire::any_cases {
namespace {

using base::ErrorCode;

constexpr char kAnySource[] = R"(
syntax = "proto3";
package a;
import "google/protobuf/any.proto";
import "google/protobuf/duration.proto";
import "google/protobuf/empty.proto";
import "google/protobuf/field_mask.proto";
import "google/protobuf/struct.proto";
import "google/protobuf/timestamp.proto";
import "google/protobuf/wrappers.proto";
message Box {
  int32 size = 1; string value = 2; google.protobuf.Any any = 3; repeated google.protobuf.Any anys = 4;
  map<string, google.protobuf.Any> by_name = 5; Box box = 6; google.protobuf.Duration span = 7; string type_url = 8; bytes data = 9;
  oneof choice { google.protobuf.Any left = 10; int32 right = 11; }
}
)";

const test::TextPool& any_pool() {
    static const test::TextPool kPool(kAnySource);
    return kPool;
}

const google::protobuf::Descriptor& box() {
    return any_pool().message("a.Box");
}

base::Result<WireRequest> read(std::string_view json, const JsonReadOptions& options = {}) {
    return json_to_wire(box(), json, options);
}

std::string refusal(std::string_view json, ErrorCode code = ErrorCode::bad_value, const JsonReadOptions& options = {}) {
    const auto wire = read(json, options);
    if (wire) return "accepted";
    CHECK(wire.error().code == code);
    return wire.error().message;
}

std::string any_written(const std::string& wire, const JsonWriteOptions& options = {}) {
    std::string json;
    const auto done = wire_to_json(box(), base::ByteChain::own(wire), options, json);
    return done ? json : "error: " + done.error().message;
}

std::string echoed(std::string_view json) {
    const auto wire = read(json, {.is_strict = true});
    return wire ? any_written(wire->bytes) : "error: " + wire.error().message;
}

std::string any_of(std::string_view type, std::string_view content) {
    std::string any;
    append_bytes_field(any, 1, type);
    append_bytes_field(any, 2, content);
    return any;
}

std::string in_field(std::uint32_t field, std::string_view content) {
    std::string out;
    append_bytes_field(out, field, content);
    return out;
}

std::string held(const std::string& type, const std::string& members) {
    return R"({"@type":"type.googleapis.com/)" + type + "\"" + (members.empty() ? "" : "," + members) + "}";
}

// As json_util reads it, where it can.
void check_kept(const std::string& any, bool is_known_to_json_util = true) {
    const std::string json = R"({"any":)" + any + "}";
    CAPTURE(json);
    CHECK(echoed(json) == json);
    if (!is_known_to_json_util) return;
    test::Oracle oracle(any_pool().pool());
    const auto theirs = oracle.to_wire(box(), json);
    REQUIRE(theirs.has_value());
    CHECK(oracle.canonical(box(), read(json)->bytes) == oracle.canonical(box(), *theirs));
    CHECK(oracle.to_json(box(), *theirs, false, false) == json);
}

TEST_CASE("an Any has the members of what it holds beside its type") {
    check_kept(held("a.Box", R"("size":5,"value":"x","span":"1.500s","data":"AQ==")"));
    check_kept(held("a.Box", ""));
    check_kept("{}");
    CHECK(echoed(R"({"any":null})") == "{}");
    const std::string box_of_box = held("a.Box", R"("size":1,"any":)" + held("a.Box", R"("size":2)"));
    check_kept(box_of_box);
    for (const std::string& json :
         {R"({"anys":[)" + box_of_box + ",{}," + held("a.Box", "") + "]}", R"({"by_name":{"":)" + box_of_box + R"(,"k":{}}})",
          R"({"left":)" + box_of_box + "}", R"({"box":{"box":{"any":)" + box_of_box + "}}}"}) {
        CHECK(echoed(json) == json);
    }
}

TEST_CASE("an Any of a message with a JSON form of its own has that as its value") {
    check_kept(held("google.protobuf.Duration", R"("value":"1.500s")"));
    check_kept(held("google.protobuf.Timestamp", R"("value":"2000-01-01T00:00:00.000001Z")"));
    check_kept(held("google.protobuf.FieldMask", R"("value":"fooBar,baz")"));
    check_kept(held("google.protobuf.Int64Value", R"("value":"-5")"));
    check_kept(held("google.protobuf.BoolValue", R"("value":false)"));
    check_kept(held("google.protobuf.BytesValue", R"("value":"AQI=")"));
    check_kept(held("google.protobuf.Struct", R"("value":{"a":[1,{"b":null}],"value":{}})"));
    check_kept(held("google.protobuf.Value", R"("value":null)"));
    check_kept(held("google.protobuf.Value", R"("value":["x",{"@type":"y"}])"));
    check_kept(held("google.protobuf.Any", R"("value":)" + held("a.Box", R"("size":1)")));
    check_kept(held("google.protobuf.Any",
                    R"("value":)" + held("google.protobuf.Any", R"("value":)" + held("google.protobuf.Value", R"("value":1)"))));
    check_kept(held("google.protobuf.Empty", ""));
    check_kept(held("google.protobuf.ListValue", R"("value":[1,[],null])"), false);
    check_kept(held("google.protobuf.Any", R"("value":{})"), false);  // which json_util leaves out
}

TEST_CASE("an empty message with a JSON form of its own is written in that form, too") {
    for (const auto& [type, form] : std::vector<std::pair<std::string, std::string>>{{"Duration", R"("0s")"},
                                                                                     {"Timestamp", R"("1970-01-01T00:00:00Z")"},
                                                                                     {"FieldMask", R"("")"},
                                                                                     {"Int32Value", "0"},
                                                                                     {"Struct", "{}"},
                                                                                     {"ListValue", "[]"},
                                                                                     {"Value", "null"},
                                                                                     {"Any", "{}"}}) {
        const std::string name = "google.protobuf." + type;
        CHECK(any_written(in_field(3, in_field(1, "type.googleapis.com/" + name))) ==
              R"({"any":)" + held(name, R"("value":)" + form) + "}");
        for (const std::string& members : std::vector<std::string>{"", R"("value":null)"})
            CHECK(echoed(R"({"any":)" + held(name, members) + "}") == R"({"any":)" + held(name, R"("value":)" + form) + "}");
    }
    CHECK(echoed(R"({"any":)" + held("google.protobuf.Empty", R"("value":{})") + "}") ==
          R"({"any":)" + held("google.protobuf.Empty", "") + "}");
}

TEST_CASE("the type may come at any place among the members") {
    const std::string type = R"("@type":"type.googleapis.com/a.Box")";
    const std::string expected = R"({"any":)" + held("a.Box", R"("size":1,"value":"x","box":{"size":2})") + "}";
    for (const std::string& members :
         {type + R"(,"size":1,"value":"x","box":{"size":2})", R"("size":1,)" + type + R"(,"value":"x","box":{"size":2})",
          R"("size":1,"value":"x","box":{"size":2},)" + type}) {
        CHECK(echoed(R"({"any":{)" + members + "}}") == expected);
    }
    CHECK(echoed(R"({"any":{"value":"1.5s","@type":"x/google.protobuf.Duration"}})") ==
          R"({"any":{"@type":"x/google.protobuf.Duration","value":"1.500s"}})");
    CHECK(
        echoed(R"({"anys":[{"size":1,"any":{"size":2,"any":{"value":5,"@type":"/google.protobuf.Int32Value"},"@type":"/a.Box"},)"
               R"("@type":"/a.Box"},{"size":3,"@type":"/a.Box"},{}],"any":{"value":{"size":7,"@type":"/a.Box"},)"
               R"("@type":"/google.protobuf.Any"}})") ==
        R"({"any":{"@type":"/google.protobuf.Any","value":{"@type":"/a.Box","size":7}},"anys":[{"@type":"/a.Box","size":1,)"
        R"("any":{"@type":"/a.Box","size":2,"any":{"@type":"/google.protobuf.Int32Value","value":5}}},)"
        R"({"@type":"/a.Box","size":3},{}]})");
    // Members that only look like a type, and objects that are ignored.
    CHECK(echoed(R"({"value":"@type","any":{"value":{"@type":1,"a":{"b":1,"@type":"q"}},"@type":"/google.protobuf.Struct"}})") ==
          R"({"value":"@type","any":{"@type":"/google.protobuf.Struct","value":{"@type":1,"a":{"b":1,"@type":"q"}}}})");
    const auto wire =
        read(R"({"ignored":{"x":{},"@type":"/a.Box"},"any":{"size":1,"more":[{"y":1,"@type":"z"}],"@type":"/a.Box"}})");
    REQUIRE(wire.has_value());
    CHECK(any_written(wire->bytes) == R"({"any":{"@type":"/a.Box","size":1}})");
    CHECK(wire->warnings == std::vector<std::string>{R"("ignored" is not a member of a.Box and was ignored)",
                                                     R"("any.more" is not a member of a.Box and was ignored)"});
}

TEST_CASE("an Any may also be given as the plain message that it is") {
    const std::string expected = R"({"any":)" + held("a.Box", R"("size":1)") + "}";
    for (const std::string json :
         {R"({"any":{"type_url":"type.googleapis.com/a.Box","value":"CAE="}})",
          R"({"any":{"value":"CAE","typeUrl":"type.googleapis.com/a.Box"}})",
          R"({"any":{"value":{"type":"Buffer","data":[8,1]},"type_url":"type.googleapis.com/a.Box"}})"}) {
        CAPTURE(json);
        CHECK(echoed(json) == expected);
    }
    CHECK(echoed(R"({"any":{"type_url":"/google.protobuf.Empty"}})") == R"({"any":{"@type":"/google.protobuf.Empty"}})");
    // A message that itself has these members.
    CHECK(echoed(R"({"any":{"type_url":"x","value":"y","@type":"/a.Box"}})") ==
          R"({"any":{"@type":"/a.Box","value":"y","type_url":"x"}})");
    CHECK(echoed(R"({"any":{"@type":"/a.Box","type_url":"x"}})") == R"({"any":{"@type":"/a.Box","type_url":"x"}})");
}

TEST_CASE("a type that is unknown or none is refused by its name") {
    CHECK(refusal(R"({"any":{"@type":"type.googleapis.com/a.Crate","size":1}})") ==
          R"("any.@type" is a.Crate, a type that the schema lacks; such an Any can be given as )"
          R"({"type_url":…,"value":base64 of the message})");
    CHECK(refusal(R"({"by_name":{"k":{"size":1,"@type":"/a.Crate"}}})").find(R"("by_name.k.@type" is a.Crate, a type that)") ==
          0);
    CHECK(refusal(R"({"any":{"@type":"/google.protobuf.Any","value":{"@type":"/b.C"}}})").find(R"("any.value.@type" is b.C,)") ==
          0);
    CHECK(refusal(R"({"any":{"@type":"/a.Box","anys":[{},{"@type":"/b.C"}]}})").find(R"("any.anys.1.@type" is b.C,)") == 0);
    for (const std::string type : {R"("a.Box")", R"("")", R"("type.googleapis.com/")", "null", "5", "{}", "[]", "true"}) {
        CAPTURE(type);
        const std::string words = R"("any.@type" takes a type such as "type.googleapis.com/pkg.Message", but )";
        CHECK(refusal(R"({"any":{"@type":)" + type + "}}").find(words) == 0);
        CHECK(refusal(R"({"any":{"value":"","@type":)" + type + "}}").find(words) == 0);
    }
}

TEST_CASE("an Any is refused for what is wrong in it, by the path of that") {
    CHECK(refusal(R"({"any":{"size":1}})") == R"("any.size" needs an "@type" beside it that tells what it is a member of)");
    CHECK(refusal(R"({"any":{"type_url":"/a.Box","size":1}})").find(R"("any.size" needs an "@type")") == 0);
    CHECK(refusal(R"({"any":{"@type":"/a.Box","size":"x"}})").find(R"("any.size" takes an integer)") == 0);
    CHECK(refusal(R"({"any":{"size":"x","@type":"/a.Box"}})").find(R"("any.size" takes an integer)") == 0);
    CHECK(refusal(R"({"any":{"@type":"/google.protobuf.Duration","value":"x"}})") ==
          R"("any.value" takes a duration such as "1.5s", but the string "x" was found)");
    CHECK(refusal(R"({"any":{"@type":"/google.protobuf.Struct","value":[]}})").find(R"("any.value" takes an object)") == 0);
    CHECK(refusal(R"({"any":{"@type":"/google.protobuf.Struct","value":{"a":[{"b":tru}]}}})", ErrorCode::bad_json)
              .find("the body is not JSON: line 1, column ") == 0);
    CHECK(refusal(R"({"any":[]})") == R"("any" takes an object (google.protobuf.Any), but an array was found)");
    CHECK(refusal(R"({"any":"/a.Box"})").find(R"("any" takes an object (google.protobuf.Any), but the string)") == 0);
    CHECK(refusal(R"({"left":{"@type":"/a.Box"},"right":1})").find(R"("left" and "right" exclude each other)") == 0);
    for (const std::string twice : {R"("@type":"/a.Box","@type":"/a.Box")", R"("size":1,"@type":"/a.Box","@type":"/a.Box")",
                                    R"("@type":"/google.protobuf.Duration","@type":"/a.Box")",
                                    R"("value":"1s","@type":"/google.protobuf.Duration","@type":1)"})
        CHECK(refusal(R"({"any":{)" + twice + "}}") == R"("any.@type" is given twice)");
    CHECK(refusal(R"({"any":{"@type":"/google.protobuf.Duration","value":"1s","value":"1s"}})") ==
          R"("any.value" is given twice)");
    CHECK(refusal(R"({"any":{"@type":"/a.Box","size":1,"size":1}})") == R"("any.size" is given twice)");
}

TEST_CASE("members that what an Any holds does not have are ignored or, if strict, refused") {
    const std::string form = R"({"any":{"@type":"/google.protobuf.Duration","seconds":1,"value":"2s"}})";
    const auto wire = read(form);
    REQUIRE(wire.has_value());
    CHECK(any_written(wire->bytes) == R"({"any":{"@type":"/google.protobuf.Duration","value":"2s"}})");
    CHECK(wire->warnings ==
          std::vector<std::string>{
              R"("any.seconds" is not a member of an Any that holds a google.protobuf.Duration and was ignored)"});
    CHECK(refusal(form, ErrorCode::unknown_member, {.is_strict = true}) ==
          R"("any.seconds" is not a member of an Any that holds a google.protobuf.Duration; valid members are @type, value)");
    CHECK(refusal(R"({"any":{"@type":"/a.Box","sise":1}})", ErrorCode::unknown_member, {.is_strict = true})
              .find(R"("any.sise" is not a member of a.Box; valid members are size, value, )") == 0);
    CHECK(read(R"({"any":{"@type":"/a.Box","choice":"left"}})", {.is_strict = true})->warnings.empty());
}

TEST_CASE("text that is broken behind a late type is refused where it breaks, also if strict") {
    const std::string start = "{\"any\":{\"size\":1,\n";
    for (const bool is_strict : {false, true}) {
        CHECK(refusal(start + "}", ErrorCode::bad_json, {.is_strict = is_strict})
                  .find("the body is not JSON: line 2, column 1: ") == 0);
        CHECK(refusal(start + "\"@type\":\"/a.Box\"}", ErrorCode::bad_json, {.is_strict = is_strict})
                  .find("the body is not JSON: line 2, column 18: unexpected end of input") == 0);
        CHECK(refusal(start + "\"value\":1e999}}", ErrorCode::bad_value, {.is_strict = is_strict}).find("too large") !=
              std::string::npos);
        CHECK(refusal(start + "\"x\":" + std::string(200, '['), ErrorCode::bad_value, {.is_strict = is_strict}) ==
              "the JSON is nested deeper than 100 levels");
    }
}

TEST_CASE("an Any whose content cannot be shown is written as the plain message that it is, and read back as such") {
    const std::string broken = "\x08";  // a number that breaks off
    const std::string bad_time = in_field(7, "\x08\x01\x10\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01");
    struct Case {
        std::string any;
        std::string json;
    };
    const std::vector<Case> cases = {
        {any_of("type.googleapis.com/b.C", "xyz"), R"({"type_url":"type.googleapis.com/b.C","value":"eHl6"})"},
        {any_of("a.Box", "\x08\x01"), R"({"type_url":"a.Box","value":"CAE="})"},
        {any_of("/a.Box", broken), R"({"type_url":"/a.Box","value":"CA=="})"},
        {any_of("/a.Box", in_field(6, in_field(6, broken))), R"({"type_url":"/a.Box","value":"MgMyAQg="})"},
        {any_of("/google.protobuf.Duration", broken), R"({"type_url":"/google.protobuf.Duration","value":"CA=="})"},
        {any_of("/google.protobuf.FieldMask", in_field(1, "fooBar")),
         R"({"type_url":"/google.protobuf.FieldMask","value":"CgZmb29CYXI="})"},
        {in_field(2, "xyz"), R"({"value":"eHl6"})"},
        {in_field(1, "nonsense"), R"({"type_url":"nonsense"})"},
        // Only the innermost one that is wrong.
        {any_of("/a.Box", in_field(4, any_of("/a.Box", "\x08\x01")) + in_field(4, any_of("/a.Box", broken))),
         R"({"@type":"/a.Box","anys":[{"@type":"/a.Box","size":1},{"type_url":"/a.Box","value":"CA=="}]})"},
    };
    for (const Case& one : cases) {
        const std::string expected = R"({"size":3,"any":)" + one.json + "}";
        CAPTURE(expected);
        CHECK(any_written("\x08\x03" + in_field(3, one.any)) == expected);
        const auto back = read(expected, {.is_strict = true});
        REQUIRE(back.has_value());
        CHECK(any_written(back->bytes) == expected);
    }
    const std::string any = any_of("/a.Box", bad_time);
    std::string content;
    base64_append(content, bad_time);
    CHECK(any_written(in_field(3, any)) == R"({"any":{"type_url":"/a.Box","value":")" + content + "\"}}");
    CHECK(any_written(in_field(3, "\x0A")) == "error: the answer is not a well-formed a.Box message");
}

TEST_CASE("an Any's fields may come in any order, twice and in pieces") {
    const std::string any =
        in_field(2, "lost") + in_field(1, "/lost") + in_field(2, "\x08\x05") + "\x18\x07" + in_field(1, "/a.Box");
    const std::string wire = in_field(3, any);
    const std::string expected = R"({"any":{"@type":"/a.Box","size":5}})";
    CHECK(any_written(wire) == expected);
    for (std::size_t place = 0; place <= wire.size(); ++place) {
        std::string json;
        REQUIRE(wire_to_json(box(), test::cut_at(wire, place), {}, json).has_value());
        CHECK(json == expected);
    }
    CHECK(any_written(in_field(3, in_field(1, "/a.Box")) + "\x08\x02" + in_field(3, in_field(2, "\x08\x05"))) ==
          R"({"size":2,"any":{"@type":"/a.Box","size":5}})");  // an Any in two parts, which are merged
}

TEST_CASE("what an Any holds is written in the dialect of the answer, and an empty one is empty in all") {
    const std::string wire = in_field(3, any_of("/a.Box", "\x58\x05" + in_field(9, "\x01")));
    CHECK(any_written(wire, {.one_of_keys = true, .bytes_as_buffer = true}) ==
          R"({"any":{"@type":"/a.Box","data":{"type":"Buffer","data":[1]},"right":5,"choice":"right"}})");
    CHECK(
        any_written(wire, {.with_defaults = true}).find(R"("any":{"@type":"/a.Box","size":0,"value":"","any":null,"anys":[])") !=
        std::string::npos);
    CHECK(any_written(in_field(3, ""), {.with_defaults = true}).find(R"("any":{},)") != std::string::npos);
}

TEST_CASE("an Any may be the whole request and the whole answer") {
    const auto& type = *box().FindFieldByName("any")->message_type();
    // Its own pool is that of Google's files here, which lacks the test's types.
    const auto wire = json_to_wire(type, R"({"value":"5s","@type":"/google.protobuf.Duration"})");
    REQUIRE(wire.has_value());
    std::string json;
    REQUIRE(wire_to_json(type, base::ByteChain::own(wire->bytes), {}, json).has_value());
    CHECK(json == R"({"@type":"/google.protobuf.Duration","value":"5s"})");
    CHECK(json_to_wire(type, R"({"@type":"/a.Box"})").error().message.find(R"("@type" is a.Box, a type that the schema lacks)") ==
          0);
}

}  // namespace
}  // namespace octane::wire::any_cases
