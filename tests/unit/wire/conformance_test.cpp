// protobuf's JSON mapping (the guide's table and the rules around it), held against the reader and the writer, and where
// json_util takes the input too, against the message that it makes of it.
//
// The table holds 287 cases of what the mapping requires, 86 of what it recommends, and 19 of what the proxy takes besides.
// The last test here counts them. What the levels mean: conformance_cases.hpp.
#include "conformance_cases.hpp"

#include <doctest/doctest.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/stubs/logging.h>

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "wire/json_to_wire.hpp"
#include "wire/wire_to_json.hpp"

namespace octane::wire {

namespace test {
namespace {

constexpr char kConformanceSource[] = R"(
syntax = "proto3";
package c;
import "google/protobuf/any.proto";
import "google/protobuf/duration.proto";
import "google/protobuf/empty.proto";
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
    google.protobuf.NullValue c_null = 36; google.protobuf.Value c_value = 37; }
  int32 fieldname1 = 40; int32 field_name2 = 41; int32 _field_name3 = 42; int32 field__name4_ = 43; int32 field0name5 = 44;
  int32 fieldName6 = 45; int32 FieldName7 = 46; int32 Field_Name8 = 47; int32 renamed = 48 [json_name = "@other"]; int32 field_0_name9 = 80;
  int32 FIELD_NAME10 = 81; int32 FIELD_name11 = 82; int32 field_Name12 = 83; int32 __field_name13 = 84; int32 field_name17__ = 85;
  int32 class = 86; int32 default = 87; optional int32 maybe = 88; optional string maybe_text = 89;
  google.protobuf.BoolValue w_bool = 50; google.protobuf.Int32Value w_int32 = 51; google.protobuf.Int64Value w_int64 = 52;
  google.protobuf.UInt64Value w_uint64 = 53; google.protobuf.FloatValue w_float = 54; google.protobuf.DoubleValue w_double = 55;
  google.protobuf.StringValue w_string = 56; google.protobuf.BytesValue w_bytes = 57; repeated google.protobuf.Int32Value w_ints = 58;
  google.protobuf.UInt32Value w_uint32 = 59;
  google.protobuf.Duration span = 60; google.protobuf.Timestamp time = 61; google.protobuf.FieldMask mask = 62;
  google.protobuf.Struct structure = 63; google.protobuf.Any any = 64; google.protobuf.Value value = 65; google.protobuf.ListValue list = 66;
  repeated google.protobuf.Value values = 67; repeated google.protobuf.ListValue lists = 68; google.protobuf.NullValue nil = 69;
  repeated google.protobuf.NullValue nils = 70; repeated google.protobuf.Timestamp times = 71; repeated google.protobuf.Duration spans = 72;
}
)";

constexpr char kSourceOfProto2[] = R"(
syntax = "proto2";
package c2;
enum Gap { GAP_THREE = 3; GAP_FIVE = 5; }
message Old {
  required int32 need = 1; optional int32 five = 2 [default = 5]; optional Gap gap = 3; optional group Part = 4 { optional int32 a = 1; }
  repeated int32 loose = 5; repeated int32 packed = 6 [packed = true]; repeated group Rows = 7 { optional int32 a = 1; }
  extensions 100 to 200;
}
message Inside { extend Old { optional Old nested = 102; } }
extend Old { optional int32 ext = 100; repeated string exts = 101; }
)";

}  // namespace

const TextPool& conformance_pool() {
    static const TextPool kPool(kConformanceSource);
    return kPool;
}

const TextPool& conformance_pool_of_proto2() {
    static const TextPool kPool(kSourceOfProto2);
    return kPool;
}

}  // namespace test

namespace {

using google::protobuf::Descriptor;
using test::Level;

const Descriptor& type_named(const std::string& type) {
    return (type.starts_with("c2.") ? test::conformance_pool_of_proto2() : test::conformance_pool()).message(type);
}

std::optional<std::string> written(const Descriptor& type, const std::string& wire) {
    std::string json;
    if (!wire_to_json(type, base::ByteChain::own(wire), {}, json)) return std::nullopt;
    return json;
}

// The JSON that comes back after reading and writing; nothing if the reader takes it not. What json_util takes, too, must be the
// same message; it has no groups, so it is not asked about members that may be some.
std::optional<std::string> echoed(const Descriptor& type, const std::string& json) {
    test::Oracle oracle(*type.file()->pool());
    const auto ours = json_to_wire(type, json);
    if (!ours) return std::nullopt;
    const auto canonical = oracle.canonical(type, ours->bytes);
    REQUIRE(canonical.has_value());
    const bool has_group = json.find("part") != std::string::npos || json.find("rows") != std::string::npos;
    if (const auto theirs = oracle.to_wire(type, json); theirs && !has_group)
        CHECK_MESSAGE(canonical == oracle.canonical(type, *theirs), json);
    return written(type, *canonical);
}

std::vector<test::ConformanceRule> table() {
    std::vector<test::ConformanceRule> all = test::required_of_values();
    for (const auto& more : {test::required_of_messages(), test::recommended_and_lenient()})
        all.insert(all.end(), more.begin(), more.end());
    return all;
}

void check(Level level) {
    const google::protobuf::LogSilencer quiet;
    for (const test::ConformanceRule& rule : table()) {
        if (rule.level != level) continue;
        CAPTURE(rule.text);
        const Descriptor& type = type_named(rule.type);
        for (const test::ConformanceCase& one : rule.cases) {
            CAPTURE(one.input);
            CHECK((one.is_answer ? written(type, one.input) : echoed(type, one.input)) == one.expected);
        }
    }
}

std::size_t count(Level level) {
    std::size_t cases = 0;
    for (const test::ConformanceRule& rule : table()) cases += rule.level == level ? rule.cases.size() : 0;
    return cases;
}

TEST_CASE("conformance: what protobuf's JSON mapping requires") {
    check(Level::required);
}

TEST_CASE("conformance: what protobuf's JSON mapping recommends") {
    check(Level::recommended);
}

TEST_CASE("conformance: what the proxy takes although the mapping would have it refused") {
    check(Level::lenient);
}

TEST_CASE("conformance: the table is as long as the head of this file says, the required rules first") {
    std::ifstream file(OCTANE_SOURCE_DIR "/tests/unit/wire/conformance_test.cpp");
    const std::string source{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    const std::string said = "// The table holds " + std::to_string(count(Level::required)) +
                             " cases of what the mapping requires, " + std::to_string(count(Level::recommended)) +
                             " of what it recommends, and " + std::to_string(count(Level::lenient)) +
                             " of what the proxy takes besides.\n";
    CAPTURE(said);
    CHECK(source.find(said) != std::string::npos);
    Level last = Level::required;
    for (const test::ConformanceRule& rule : table()) {
        CHECK(rule.level >= last);
        last = rule.level;
    }
}

}  // namespace
}  // namespace octane::wire
