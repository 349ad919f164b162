// protobuf's JSON mapping (the guide's table and the rules that its conformance suite tests), held against the reader and the
// writer, and where json_util takes the input too, against the message that it makes of it.
#include <doctest/doctest.h>
#include <google/protobuf/descriptor.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "oracle.hpp"
#include "wire/json_to_wire.hpp"
#include "wire/wire_to_json.hpp"

namespace octane::wire {
namespace {

constexpr char kSource[] = R"(
syntax = "proto3";
package c;
import "google/protobuf/any.proto";
import "google/protobuf/duration.proto";
import "google/protobuf/field_mask.proto";
import "google/protobuf/struct.proto";
import "google/protobuf/timestamp.proto";
import "google/protobuf/wrappers.proto";
enum Kind { option allow_alias = true; NIL = 0; ONE = 1; EIN = 1; eins = 1; MINUS = -1; }
message Inner { int32 a = 1; All back = 2; }
message All {
  int32 optional_int32 = 1; int64 optional_int64 = 2; uint32 optional_uint32 = 3; uint64 optional_uint64 = 4; float optional_float = 5;
  double optional_double = 6; bool optional_bool = 7; string optional_string = 8; bytes optional_bytes = 9; Inner inner = 10; Kind kind = 11;
  repeated int32 ints = 12; repeated string texts = 13; repeated bytes blobs = 14; repeated Inner inners = 15; repeated Kind kinds = 16;
  repeated bool bools = 17; repeated float floats = 18; repeated int64 longs = 19;
  map<int32, int32> by_int32 = 20; map<bool, bool> by_bool = 21; map<string, Inner> by_text = 22; map<uint64, Kind> by_uint64 = 23;
  oneof choice { uint32 c_int = 30; string c_text = 31; Inner c_inner = 32; bytes c_blob = 33; bool c_bool = 34; Kind c_kind = 35;
    google.protobuf.NullValue c_null = 36; }
  int32 fieldname1 = 40; int32 field_name2 = 41; int32 _field_name3 = 42; int32 field__name4_ = 43; int32 field0name5 = 44;
  int32 fieldName6 = 45; int32 FieldName7 = 46; int32 Field_Name8 = 47; int32 renamed = 48 [json_name = "@other"];
  google.protobuf.BoolValue w_bool = 50; google.protobuf.Int32Value w_int32 = 51; google.protobuf.Int64Value w_int64 = 52;
  google.protobuf.UInt64Value w_uint64 = 53; google.protobuf.FloatValue w_float = 54; google.protobuf.DoubleValue w_double = 55;
  google.protobuf.StringValue w_string = 56; google.protobuf.BytesValue w_bytes = 57; repeated google.protobuf.Int32Value w_ints = 58;
  google.protobuf.Duration span = 60; google.protobuf.Timestamp time = 61; google.protobuf.FieldMask mask = 62;
  google.protobuf.Struct structure = 63; google.protobuf.Any any = 64; google.protobuf.Value value = 65; google.protobuf.ListValue list = 66;
  repeated google.protobuf.Value values = 67; repeated google.protobuf.ListValue lists = 68; google.protobuf.NullValue nil = 69;
  repeated google.protobuf.NullValue nils = 70; repeated google.protobuf.Timestamp times = 71;
}
)";

const test::TextPool& pool() {
    static const test::TextPool kPool(kSource);
    return kPool;
}

const google::protobuf::Descriptor& all() {
    return pool().message("c.All");
}

// The JSON that comes back after reading and writing; "refused" if the reader takes it not.
std::string echoed(const std::string& json) {
    test::Oracle oracle(pool().pool());
    const auto ours = json_to_wire(all(), json);
    if (!ours) return "refused";
    if (const auto theirs = oracle.to_wire(all(), json))
        CHECK_MESSAGE(oracle.canonical(all(), ours->bytes) == oracle.canonical(all(), *theirs), json);
    std::string out;
    const auto written = wire_to_json(all(), base::ByteChain::own(oracle.canonical(all(), ours->bytes).value()), {}, out);
    return written ? out : written.error().message;
}

struct Case {
    std::string json;
    std::string expected;
};

void check(const std::vector<Case>& cases) {
    for (const Case& one : cases) {
        CAPTURE(one.json);
        CHECK(echoed(one.json) == one.expected);
    }
}

void check_kept(const std::vector<std::string>& cases) {
    for (const std::string& json : cases) {
        CAPTURE(json);
        CHECK(echoed(json) == json);
    }
}

void check_refused(const std::vector<std::string>& cases) {
    for (const std::string& json : cases) {
        CAPTURE(json);
        CHECK(echoed(json) == "refused");
    }
}

TEST_CASE("conformance: names of members") {
    check({{R"({"optionalInt32":1})", R"({"optional_int32":1})"},
           {R"({"optional_int32":1})", R"({"optional_int32":1})"},
           {R"({"fieldname1":1,"fieldName2":2,"FieldName3":3,"fieldName4":4})",
            R"({"fieldname1":1,"field_name2":2,"_field_name3":3,"field__name4_":4})"},
           {R"({"field0name5":5,"fieldName6":6,"FieldName7":7,"FieldName8":8})",
            R"({"field0name5":5,"fieldName6":6,"FieldName7":7,"Field_Name8":8})"},
           {R"({"@other":1})", R"({"renamed":1})"},
           {R"({"renamed":1})", R"({"renamed":1})"},
           {R"({"\u006fptionalInt32":1})", R"({"optional_int32":1})"}});
}

TEST_CASE("conformance: JSON itself") {
    check({{"{ \n\t\"ints\" : [ 1 , 2 ] }", R"({"ints":[1,2]})"}});
    check_refused({"{'optionalInt32':1}", "{optionalInt32:1}", R"({"optionalInt32":1,})", "{\"optionalInt32\":1,\n}",
                   R"({"optionalInt32":1 // no
})",
                   R"({"optionalInt32":1 "fieldname1":2})", R"({"optionalInt32"})", R"({"ints":[1,2,]})", R"({"ints":[1 2]})",
                   "[]", "1", "\"\"", "true", "null", R"({"optionalInt32":1}{})", R"({"optional_string":'x'})",
                   R"({"optionalInt32":+1})", R"({"optionalInt32":.5})", R"({"optionalInt32":1.})"});
}

TEST_CASE("conformance: integers") {
    check(
        {{R"({"optionalInt32":2147483647})", R"({"optional_int32":2147483647})"},
         {R"({"optionalInt32":-2147483648})", R"({"optional_int32":-2147483648})"},
         {R"({"optionalUint32":4294967295})", R"({"optional_uint32":4294967295})"},
         {R"({"optionalInt64":"9223372036854775807"})", R"({"optional_int64":"9223372036854775807"})"},
         {R"({"optionalInt64":-9223372036854775808})", R"({"optional_int64":"-9223372036854775808"})"},
         {R"({"optionalUint64":18446744073709551615})", R"({"optional_uint64":"18446744073709551615"})"},
         {R"({"optionalInt32":"12"})", R"({"optional_int32":12})"},
         {R"({"optionalInt32":"\u0031\u0032"})", R"({"optional_int32":12})"},
         {R"({"optionalInt32":1e5,"optionalUint32":4294967295.0})", R"({"optional_int32":100000,"optional_uint32":4294967295})"},
         {R"({"optionalInt32":-2147483648.0})", R"({"optional_int32":-2147483648})"},
         {R"({"optionalInt32":2.147483647e9})", R"({"optional_int32":2147483647})"},
         {R"({"optionalInt32":-0,"optionalUint64":-0})", "{}"},
         {R"({"longs":["1",2,3.0,4e0]})", R"({"longs":["1","2","3","4"]})"}});
    check_refused({R"({"optionalInt32":2147483648})",
                   R"({"optionalInt32":-2147483649})",
                   R"({"optionalUint32":4294967296})",
                   R"({"optionalUint32":-1})",
                   R"({"optionalInt64":9223372036854775808})",
                   R"({"optionalInt64":-9223372036854775809})",
                   R"({"optionalInt64":"-9223372036854775809"})",
                   R"({"optionalUint64":18446744073709551616})",
                   R"({"optionalUint64":"-1"})",
                   R"({"optionalInt32":0.5})",
                   R"({"optionalInt32":"3x3"})",
                   R"({"optionalInt32":""})",
                   R"({"optionalInt32":" 1"})",
                   R"({"optionalInt32":"1 "})",
                   R"({"optionalInt32":01})",
                   R"({"optionalInt32":-01})",
                   R"({"optionalInt32":true})",
                   R"({"optionalInt32":{}})",
                   R"({"optionalInt32":"NaN"})",
                   R"({"optionalInt64":"1.5"})",
                   R"({"ints":[1,true]})",
                   R"({"ints":[1,{}]})",
                   R"({"ints":["x"]})",
                   R"({"ints":1})"});
}

TEST_CASE("conformance: floating point") {
    check(
        {{R"({"optionalFloat":3.4028235e+38})", R"({"optional_float":3.4028235e+38})"},
         {R"({"optionalFloat":1.175494e-38})", R"({"optional_float":1.175494e-38})"},
         {R"({"optionalFloat":"1","optionalDouble":"1.5e1"})", R"({"optional_float":1,"optional_double":15})"},
         {R"({"optionalFloat":"NaN","optionalDouble":"-Infinity"})", R"({"optional_float":"NaN","optional_double":"-Infinity"})"},
         {R"({"optionalDouble":1.7976931348623157e+308})", R"({"optional_double":1.7976931348623157e+308})"},
         {R"({"optionalDouble":2.22507e-308})", R"({"optional_double":2.22507e-308})"},
         {R"({"optionalDouble":-0.0})", R"({"optional_double":-0.0})"}});
    check_refused({R"({"optionalFloat":3.502823e+38})", R"({"optionalFloat":-3.502823e+38})",
                   R"({"optionalDouble":1.89769e+308})", R"({"optionalDouble":"1.89769e+308"})", R"({"optionalFloat":NaN})",
                   R"({"optionalFloat":Infinity})", R"({"optionalFloat":"nan"})", R"({"optionalDouble":"inf"})",
                   R"({"optionalDouble":""})", R"({"optionalDouble":true})", R"({"floats":["x"]})"});
}

TEST_CASE("conformance: booleans, and that 0, 1 and quoted words are taken besides") {
    check({{R"({"optionalBool":true,"bools":[true,false]})", R"({"optional_bool":true,"bools":[true,false]})"},
           {R"({"optionalBool":false})", "{}"},
           {R"({"optionalBool":1,"bools":["true","false",0]})", R"({"optional_bool":true,"bools":[true,false,false]})"}});
    check_refused({R"({"optionalBool":True})", R"({"optionalBool":"TRUE"})", R"({"optionalBool":2})", R"({"optionalBool":"1"})",
                   R"({"optionalBool":1.5})", R"({"optionalBool":{}})"});
}

TEST_CASE("conformance: enums, and that names are taken in any case and numbers in quotes besides") {
    check({{R"({"kind":"ONE"})", R"({"kind":"ONE"})"},
           {R"({"kind":"EIN"})", R"({"kind":"ONE"})"},
           {R"({"kind":"eins"})", R"({"kind":"ONE"})"},
           {R"({"kind":1})", R"({"kind":"ONE"})"},
           {R"({"kind":0})", "{}"},
           {R"({"kind":"MINUS"})", R"({"kind":"MINUS"})"},
           {R"({"kind":123})", R"({"kind":123})"},
           {R"({"kinds":["NIL",1,"one","1"]})", R"({"kinds":["NIL","ONE","ONE","ONE"]})"}});
    check_refused({R"({"kind":ONE})", R"({"kind":"TWO"})", R"({"kinds":["TWO"]})", R"({"byUint64":{"1":"TWO"}})",
                   R"({"kind":1.5})", R"({"kind":true})", R"({"kind":4294967296})"});
}

TEST_CASE("conformance: strings") {
    check({{R"({"optionalString":"谷歌"})", R"({"optional_string":"谷歌"})"},
           {R"({"optionalString":"\"\\\/\b\f\n\r\t"})", R"({"optional_string":"\"\\/\b\f\n\r\t"})"},
           {R"({"optionalString":"\u8C37\u6b4c"})", R"({"optional_string":"谷歌"})"},
           {R"({"optionalString":"\uD83D\uDE01"})", R"({"optional_string":"😁"})"},
           {R"({"optionalString":"a\u0000b"})", R"({"optional_string":"a\u0000b"})"}});
    check_refused({R"({"optionalString":12345})", R"({"optionalString":"\U8C37"})", R"({"optionalString":"\'"})",
                   R"({"optionalString":"\uXXXX"})", R"({"optionalString":"\uD800"})", R"({"optionalString":"\uDC00"})",
                   R"({"optionalString":"\uDE01\uD83D"})", R"({"optionalString":true})", R"({"texts":[1]})",
                   "{\"optionalString\":\"\xC0\x80\"}"});
}

TEST_CASE("conformance: bytes") {
    check({{R"({"optionalBytes":"AQI="})", R"({"optional_bytes":"AQI="})"},
           {R"({"optionalBytes":"-_"})", R"({"optional_bytes":"+w=="})"},
           {R"({"optionalBytes":"-_8"})", R"({"optional_bytes":"+/8="})"},
           {R"({"blobs":["","AQ"]})", R"({"blobs":["","AQ=="]})"}});
    check_refused({R"({"optionalBytes":"*"})", R"({"optionalBytes":"A"})", R"({"optionalBytes":12})"});
}

TEST_CASE("conformance: messages and one-ofs") {
    check_kept({R"({"inner":{}})", R"({"inner":{"a":1,"back":{"inner":{}}}})", R"({"c_int":0})", R"({"c_text":""})",
                R"({"c_inner":{}})", R"({"c_blob":""})", R"({"c_bool":false})", R"({"c_kind":"NIL"})", R"({"c_null":null})",
                R"({"inners":[{},{"a":1}]})"});
    check({{R"({"cInt":1,"cText":null})", R"({"c_int":1})"},
           {R"({"cText":null,"cInt":1})", R"({"c_int":1})"},
           {R"({"cNull":"NULL_VALUE"})", R"({"c_null":null})"}});
    check_refused({R"({"inner":1})", R"({"inner":[]})", R"({"inner":""})", R"({"inner":true})", R"({"cInt":1,"cText":""})",
                   R"({"cNull":null,"cInt":1})", R"({"inners":[1]})", R"({"inners":{}})",
                   R"({"optionalInt32":1,"optionalInt32":2})", R"({"optionalInt32":1,"optional_int32":2})"});
}

TEST_CASE("conformance: null leaves a member unset and stands in no list or map") {
    check(
        {{R"({"optionalInt32":null,"optionalString":null,"inner":null,"kind":null,"ints":null,"byInt32":null,"wInt32":null,"span":null,"any":null})",
          "{}"},
         {R"({"value":null})", R"({"value":null})"},
         {R"({"values":[null,1]})", R"({"values":[null,1]})"},
         {R"({"nil":null})", "{}"},
         {R"({"nils":[null,"NULL_VALUE"]})", R"({"nils":[null,null]})"}});
    check_refused({R"({"ints":[1,null]})", R"({"texts":[null]})", R"({"inners":[null]})", R"({"kinds":[null]})",
                   R"({"wInts":[null]})", R"({"lists":[null]})", R"({"byInt32":{"1":null}})", R"({"byText":{"a":null}})",
                   R"({"times":[null]})"});
}

TEST_CASE("conformance: maps") {
    check({{R"({"byInt32":{"1":2,"-3":"4"}})", R"({"by_int32":{"-3":4,"1":2}})"},
           {R"({"byBool":{"true":true,"fals\u0065":false}})", R"({"by_bool":{"false":false,"true":true}})"},
           {R"({"byText":{"":{},"a":{"a":1}}})", R"({"by_text":{"":{},"a":{"a":1}}})"},
           {R"({"byUint64":{"18446744073709551615":"ONE"}})", R"({"by_uint64":{"18446744073709551615":"ONE"}})"},
           {R"({"byText":{}})", "{}"}});
    check_refused({R"({"byInt32":{1:2}})", R"({"byInt32":{"x":2}})", R"({"byInt32":{"":2}})", R"({"byInt32":{"2147483648":2}})",
                   R"({"byBool":{"1":true}})", R"({"byBool":{"TRUE":true}})", R"({"byUint64":{"-1":1}})", R"({"byInt32":[]})",
                   R"({"byInt32":{"0.5":1}})"});
}

TEST_CASE("conformance: wrappers") {
    check_kept({R"({"w_bool":false})", R"({"w_int32":0})", R"({"w_int64":"0"})", R"({"w_uint64":"1"})", R"({"w_float":0})",
                R"({"w_double":"NaN"})", R"({"w_string":""})", R"({"w_bytes":""})", R"({"w_ints":[0,1]})"});
    check({{R"({"wInt32":"1","wInt64":2,"wDouble":"1.5"})", R"({"w_int32":1,"w_int64":"2","w_double":1.5})"}});
    check_refused({R"({"wBool":"x"})", R"({"wInt32":"x"})", R"({"wString":1})", R"({"wInt32":[]})"});
}

TEST_CASE("conformance: durations and times") {
    check_kept({R"({"span":"-315576000000.999999999s"})", R"({"span":"315576000000.999999999s"})", R"({"span":"0s"})",
                R"({"span":"1.010s"})", R"({"span":"-0.500s"})", R"({"time":"0001-01-01T00:00:00Z"})",
                R"({"time":"9999-12-31T23:59:59.999999999Z"})", R"({"time":"1970-01-01T00:00:00.010Z"})",
                R"({"time":"1970-01-01T00:00:00.000010Z"})"});
    check({{R"({"time":"1970-01-01T08:00:01+08:00"})", R"({"time":"1970-01-01T00:00:01Z"})"},
           {R"({"time":"1969-12-31T16:00:01-08:00"})", R"({"time":"1970-01-01T00:00:01Z"})"},
           {R"({"span":"1.5s"})", R"({"span":"1.500s"})"}});
    check_refused({R"({"span":"1"})", R"({"span":"-315576000001.000000000s"})", R"({"span":"315576000001s"})", R"({"span":1})",
                   R"({"time":"0000-01-01T00:00:00Z"})", R"({"time":"10000-01-01T00:00:00Z"})",
                   R"({"time":"0001-01-01T00:00:00"})", R"({"time":"0001-01-01 00:00:00Z"})",
                   R"({"time":"0001-01-01T00:00:00z"})", R"({"time":"0001-01-01t00:00:00Z"})", R"({"time":1})"});
}

TEST_CASE("conformance: field masks") {
    check_kept({R"({"mask":"foo,barBaz"})", R"({"mask":""})"});
    check_refused({R"({"mask":"foo,bar_bar"})", R"({"mask":["foo"]})", R"({"mask":1})"});
    // What would not come back as the same path has no text: PathsDontRoundTrip, NumbersDontRoundTrip, TooManyUnderscore.
    for (const std::string path : {"fooBar", "foo_3_bar", "foo__bar", "foo_"}) {
        CAPTURE(path);
        const auto mask = std::string(1, '\n') + static_cast<char>(path.size()) + path;
        std::string out;
        const std::string bytes = std::string("\xF2\x03") + static_cast<char>(mask.size()) + mask;  // field 62
        CHECK_FALSE(wire_to_json(all(), base::ByteChain::own(bytes), {}, out));
    }
}

TEST_CASE("conformance: structs, values and lists") {
    check_kept({R"({"structure":{}})",
                R"({"structure":{"bool":true,"list":[1,"a",[],{}],"null":null,"number":1234,"string":"a","struct":{"int":0}}})",
                R"({"value":1})", R"({"value":-1.5})", R"({"value":"hello"})", R"({"value":{}})", R"({"value":[null,{"a":[]}]})",
                R"({"value":false})", R"({"list":[]})", R"({"list":[1,null,"a",[true]]})", R"({"lists":[[1],[]]})",
                R"({"values":[["a"],{},null]})"});
    check_refused({R"({"structure":[]})", R"({"structure":1})", R"({"list":{}})", R"({"list":{"a":1}})",
                   R"({"list":{"values":[1]}})", R"({"list":1})", R"({"lists":[{"a":1}]})"});
}

TEST_CASE("conformance: an Any is not taken by its JSON form, and says so") {
    const auto refusal = [](const std::string& json) { return json_to_wire(all(), json).error().message; };
    const std::string sentence = R"("any" takes an Any as {"type_url":…,"value":base64 of the message}, but "@type" was found)";
    CHECK(refusal(R"({"any":{"@type":"type.googleapis.com/c.Inner","a":1}})") == sentence);
    CHECK(refusal(R"({"any":{"a":1,"@type":"type.googleapis.com/c.Inner"}})") == sentence);
    const std::string plain = R"({"any":{"type_url":"type.googleapis.com/c.Inner","value":"CAE="}})";
    std::string out;
    REQUIRE(wire_to_json(all(), base::ByteChain::own(json_to_wire(all(), plain)->bytes), {}, out));
    CHECK(out == plain);
}

}  // namespace
}  // namespace octane::wire
