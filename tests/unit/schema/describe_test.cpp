#include "schema/describe.hpp"
#include "livelink/builtin_schemas.hpp"

#include <doctest/doctest.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/dynamic_message.h>
#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "folders.hpp"
#include "tables.hpp"

namespace octane::schema::tests {
namespace {

namespace pb = google::protobuf;
using nlohmann::json;

json described(const Schema& schema, std::string_view service) {
    const auto found = schema.find_service(service);
    REQUIRE(found.has_value());
    return json::parse(describe_service(schema, *found.value()));
}

json method_named(const json& service, const std::string& name) {
    for (const auto& method : service.at("methods")) {
        if (method.at("name") == name) return method;
    }
    FAIL("no method " << name);
    return {};
}

}  // namespace

TEST_CASE("The list of services names every service and method of the tables") {
    for (const auto& schema : livelink::builtin_schemas()) {
        const auto list = json::parse(describe_services(*schema));
        CHECK(list.at("schema") == schema->name());
        std::vector<Row> actual;
        for (const auto& service : list.at("services")) {
            CHECK(service.at("fullName") == schema->find_service(service.at("name").get<std::string>()).value()->full_name());
            for (const auto& method : service.at("methods")) actual.push_back({service.at("fullName"), method});
        }
        std::vector<Row> expected;
        for (const auto& row : read_table(schema->name(), "methods")) expected.push_back({row[1], row[2]});
        const auto by_service = [](const Row& left, const Row& right) { return left[0] < right[0]; };
        std::stable_sort(expected.begin(), expected.end(), by_service);
        CHECK(first_difference(expected, actual) == "");
    }
}

TEST_CASE("Other names of methods are listed as they are given: one method by itself, several as a list") {
    const auto& schema = *livelink::builtin_schemas().back();
    const auto find_aliases = [](const google::protobuf::ServiceDescriptor& service) -> std::vector<MethodAlias> {
        if (service.name() != "ApiItemService") return {};
        return {{"title", {"name"}}, {"either", {"name", "setName"}}};
    };
    const auto list = json::parse(describe_services(schema, find_aliases));
    for (const auto& entry : list.at("services")) {
        if (entry.at("name") == "ApiItem") {
            CHECK(entry.at("aliases") == json({{"title", "name"}, {"either", {"name", "setName"}}}));
        } else {
            CHECK_FALSE(entry.contains("aliases"));
        }
    }
    CHECK(json::parse(describe_service(schema, *schema.find_service("ApiItem").value(), {}, find_aliases)).at("aliases").size() ==
          2);
}

TEST_CASE("A service is described with its names, methods, types and templates") {
    const auto item = described(*livelink::builtin_schemas().front(), "ApiItem");
    CHECK(item.at("name") == "ApiItem");
    CHECK(item.at("fullName") == "octaneapi.ApiItemService");
    const auto name = method_named(item, "name");
    CHECK(name.at("path") == "/ApiItem/name");
    CHECK(name.at("streaming") == false);
    CHECK(name.at("request").at("name") == "octaneapi.ApiItem.nameRequest");
    const auto& object = name.at("request").at("fields").at(0);
    CHECK(object.at("name") == "objectPtr");
    CHECK(object.at("number") == 1);
    CHECK(object.at("type") == "octaneapi.ObjectRef");
    CHECK(object.at("repeated") == false);
    CHECK_FALSE(object.contains("oneof"));
    CHECK(object.at("fields").at(0).at("type") == "uint64");
    CHECK(object.at("fields").at(1).at("enum").size() == 93);
    CHECK(name.at("response").at("fields") == json::parse(R"([{"name":"result","number":1,"type":"string","repeated":false}])"));
    CHECK(name.at("template").at("objectPtr").at("handle") == "0");
    CHECK(name.at("template").at("objectPtr").at("type").is_string());
    const auto stream = method_named(described(*livelink::builtin_schemas().front(), "StreamCallback"), "callbackChannel");
    CHECK(stream.at("streaming") == true);
}

TEST_CASE("A template holds defaults as the proxy writes them, and one member of each one-of") {
    const Folder folder;
    folder.write_proto("a.proto", R"(
import "google/protobuf/timestamp.proto";
import "google/protobuf/wrappers.proto";
import "google/protobuf/struct.proto";
enum Colour { RED = 0; BLUE = 1; }
message Point { float x = 1; fixed64 y = 2; }
message All {
  int32 small = 1; int64 large = 2; uint64 larger = 3; double real = 4; bool flag = 5; string text = 6; bytes data = 7;
  Colour colour = 8; Point point = 9; repeated Point points = 10; map<string, Point> by_name = 11; optional bool maybe = 12;
  oneof choice { Point first = 13; string second = 14; }
  oneof other { int64 third = 15; bool fourth = 16; }
  google.protobuf.Timestamp when = 17; google.protobuf.UInt64Value wrapped = 18; google.protobuf.Struct anything = 19;
}
service S { rpc call (All) returns (All); }
)");
    const auto schema = load_whole(folder);
    const auto call = method_named(described(*schema, "S"), "call");
    CHECK(call.at("template") == json::parse(R"({
        "small":0, "large":"0", "larger":"0", "real":0, "flag":false, "text":"", "data":"", "colour":"RED",
        "point":{"x":0,"y":"0"}, "points":[], "by_name":{}, "maybe":false, "first":{"x":0,"y":"0"}, "third":"0",
        "when":"1970-01-01T00:00:00Z", "wrapped":"0", "anything":{}})"));
    const auto& fields = call.at("request").at("fields");
    CHECK(fields.at(7).at("enum") == json::parse(R"(["RED","BLUE"])"));
    CHECK(fields.at(9).at("repeated") == true);
    CHECK(fields.at(9).at("fields").size() == 2);
    CHECK(fields.at(10).at("type") == "map<string, p.Point>");
    CHECK(fields.at(10).at("repeated") == false);
    CHECK(fields.at(10).at("fields").size() == 2);
    CHECK_FALSE(fields.at(11).contains("oneof"));
    CHECK(fields.at(13).at("oneof") == "choice");
}

TEST_CASE("A message that contains itself is described once and left out of its own template") {
    const Folder folder;
    folder.write_proto("a.proto", R"(
message Tree { string name = 1; Tree left = 2; repeated Tree more = 3; oneof next { Tree tree = 4; int32 leaf = 5; } Other other = 6; }
message Other { Tree back = 1; bool end = 2; }
service S { rpc call (Tree) returns (Tree); }
)");
    const auto schema = load_whole(folder);
    const auto call = method_named(described(*schema, "S"), "call");
    CHECK(call.at("template") == json::parse(R"({"name":"","more":[],"leaf":0,"other":{"end":false}})"));
    CHECK_FALSE(call.at("request").at("fields").at(1).contains("fields"));
    CHECK(call.at("request").at("fields").at(1).at("leftOut") == "recursion");
    CHECK_FALSE(call.at("request").contains("leftOut"));
    CHECK(call.at("request").at("fields").at(5).at("fields").size() == 2);
    CHECK_FALSE(call.at("request").at("fields").at(5).at("fields").at(0).contains("fields"));
}

TEST_CASE("A schema that fans out without end is described up to a bound") {
    const Folder folder;
    std::string text;
    constexpr int kLevels = 20;
    for (int level = 0; level < kLevels; ++level) {
        text += "message L" + std::to_string(level) + " {";
        for (int i = 1; i <= 8; ++i) {
            const auto number = std::to_string(i);
            const auto type = level + 1 < kLevels ? "L" + std::to_string(level + 1) : "int32";
            text += " " + type + " f" + number + " = " + number + ";";
        }
        text += " }\n";
    }
    folder.write_proto("a.proto", text + "service S { rpc call (L0) returns (L19); }\n");
    const auto schema = load_whole(folder);
    const auto out = describe_service(*schema, *schema->services().front());
    CHECK(out.size() > 100'000);
    CHECK(out.size() < 4'000'000);
    const auto call = json::parse(out).at("methods").at(0);
    const auto& request = call.at("request");
    const auto count_fields = [](const json& fields, const auto& count_below) -> std::size_t {
        std::size_t sum = fields.size();
        for (const auto& field : fields) sum += field.contains("fields") ? count_below(field.at("fields"), count_below) : 0;
        return sum;
    };
    // 4680 fields of four levels fit, and 1915 of the 4096 messages below; the others are left out, and so is all in those 1915.
    CHECK(count_fields(request.at("fields"), count_fields) == 20'000);
    CHECK(request.at("leftOut") == 4096 - 1915 + 1915 * 8);
    for (const auto& first : request.at("fields")) {
        REQUIRE(first.at("fields").size() == 8);
        for (const auto& second : first.at("fields")) CHECK(second.at("fields").size() == 8);
    }
    CHECK(out.find("\"leftOut\":\"size\"") != std::string::npos);
    CHECK(call.at("template").size() == 8);
    CHECK(call.at("templateLeftOut") == request.at("leftOut"));
    CHECK_FALSE(call.at("response").contains("leftOut"));
}

TEST_CASE("However much one member holds, those beside it are described") {
    const Folder folder;
    std::string many = "message Many { string last = 1; Wide one = 2; }\nmessage Wide {";
    for (int i = 1; i <= 30'000; ++i)
        many += " int32 f" + std::to_string(i) + " = " + std::to_string(i + (i >= 19'000 ? 1000 : 0)) + ";";
    std::string names = "enum Names {";
    for (int i = 0; i < 30'000; ++i) names += " N" + std::to_string(i) + " = " + std::to_string(i) + ";";
    folder.write_proto("a.proto", many + " }\n" + names + R"( }
message Small { int32 value = 1; }
message Top { Many many = 1; Names names = 2; Small small = 3; Top again = 4; }
service S { rpc call (Top) returns (Wide); }
)");
    const auto schema = load_whole(folder);
    const auto call = method_named(described(*schema, "S"), "call");
    const auto& fields = call.at("request").at("fields");
    REQUIRE(fields.size() == 4);
    CHECK(fields.at(0).at("fields").at(0).at("name") == "last");
    CHECK(fields.at(0).at("fields").at(1).at("leftOut") == "size");
    CHECK_FALSE(fields.at(0).at("fields").at(1).contains("fields"));
    CHECK(fields.at(1).at("leftOut") == "size");
    CHECK_FALSE(fields.at(1).contains("enum"));
    CHECK(fields.at(2).at("fields").size() == 1);
    CHECK(fields.at(3).at("leftOut") == "recursion");
    CHECK(call.at("request").at("leftOut") == 2);
    CHECK(call.at("response").at("fields").size() == 30'000);
    CHECK(call.at("template") == json::parse(R"({"many":{"last":""},"names":"N0","small":{"value":0}})"));
    CHECK(call.at("templateLeftOut") == 1);
}

TEST_CASE("Below sixteen levels a description says that there is more") {
    const Folder folder;
    std::string text;
    for (int i = 0; i < 17; ++i) text += "message D" + std::to_string(i) + " { D" + std::to_string(i + 1) + " next = 1; }\n";
    folder.write_proto("a.proto", text + "message D17 { bool end = 1; }\nservice S { rpc call (D0) returns (D2); }\n");
    const auto schema = load_whole(folder);
    const auto call = method_named(described(*schema, "S"), "call");
    const json* at = &call.at("request");
    for (int level = 0; level < 16; ++level) at = &at->at("fields").at(0);
    CHECK(at->at("leftOut") == "depth");
    CHECK(call.at("request").at("leftOut") == 1);
    CHECK(call.at("templateLeftOut") == 1);
    CHECK_FALSE(call.at("response").contains("leftOut"));
}

TEST_CASE("Every template of the built-in releases is a valid request of its method") {
    for (const auto& schema : livelink::builtin_schemas()) {
        pb::DynamicMessageFactory factory;
        std::size_t methods = 0;
        for (const auto* service : schema->services()) {
            const auto description = json::parse(describe_service(*schema, *service));
            for (const auto& method : description.at("methods")) {
                const auto found = schema->find_method(service->full_name(), method.at("name").get<std::string>());
                REQUIRE(found.has_value());
                const std::unique_ptr<pb::Message> message(factory.GetPrototype(found.value()->request)->New());
                const auto status = pb::util::JsonStringToMessage(method.at("template").dump(), message.get());
                CHECK_MESSAGE(status.ok(), found.value()->display, ": ", status.ToString());
                ++methods;
            }
        }
        CHECK(methods == read_table(schema->name(), "methods").size());
    }
}

}  // namespace octane::schema::tests
