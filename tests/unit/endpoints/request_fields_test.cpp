#include "endpoints/request_fields.hpp"

#include <doctest/doctest.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/timestamp.pb.h>

#include <string>
#include <utility>
#include <vector>

namespace octane::endpoints {
namespace {

// protobuf's own messages have fields of every kind that matters here.
const google::protobuf::Descriptor& file() {
    return *google::protobuf::FileDescriptorProto::descriptor();
}

std::string made(const google::protobuf::Descriptor& type, const std::vector<std::pair<std::string, std::string>>& given) {
    RequestFields fields(type);
    for (const auto& [name, value] : given) {
        const auto added = fields.add(name, value);
        if (!added) return "error: " + added.error().message;
    }
    return fields.json();
}

TEST_CASE("names with points make messages, and names given several times make lists") {
    CHECK(made(file(), {{"name", "a"}, {"options.java_package", "b"}, {"options.javaMultipleFiles", ""}}) ==
          R"({"name":"a","options":{"java_multiple_files":true,"java_package":"b"}})");
    CHECK(made(file(), {{"dependency", "x"}, {"dependency", "y"}, {"public_dependency", "1"}}) ==
          R"({"dependency":["x","y"],"public_dependency":["1"]})");
    CHECK(made(file(), {{"messageType[0].name", "M"}, {"message_type.0.field[0].number", "7"}, {"message_type[1].name", "N"}}) ==
          R"({"message_type":[{"field":[{"number":"7"}],"name":"M"},{"name":"N"}]})");
}

TEST_CASE("a message may be one JSON object, an enum a number, a map has keys") {
    CHECK(made(file(), {{"options", R"({"java_package":"b"})"}}) == R"({"options":{"java_package":"b"}})");
    CHECK(made(*google::protobuf::FieldDescriptorProto::descriptor(), {{"label", "2"}, {"type", "TYPE_BOOL"}}) ==
          R"({"label":2,"type":"TYPE_BOOL"})");
    CHECK(made(*google::protobuf::Struct::descriptor(),
               {{"fields.a b", "1"}, {"fields.c", "text"}, {"fields.d", R"({"x":[1]})"}}) ==
          R"({"fields":{"a b":1,"c":"text","d":{"x":[1]}}})");
}

TEST_CASE("what does not fit is named, with what would") {
    CHECK(made(file(), {{"nmae", "a"}}) == "error: google.protobuf.FileDescriptorProto has no field 'nmae'; did you mean name?");
    CHECK(made(file(), {{"options.x", "a"}}).find("(in 'options.x')") != std::string::npos);
    CHECK(made(file(), {{"name.x", "a"}}) == "error: in 'name.x' 'name' is no message, so it has no field 'x'");
    CHECK(made(file(), {{"name", "a"}, {"name", "b"}}) == "error: 'name' was given twice");
    CHECK(made(file(), {{"message_type[2].name", "a"}}) ==
          "error: in 'message_type[2].name' the index 2 leaves out those before it; the next is 0");
    CHECK(made(file(), {{"message_type.x.name", "a"}}).find("is no index of a list") != std::string::npos);
    CHECK(made(file(), {{"options", "a"}}).find("or a JSON object; 'a' is neither") != std::string::npos);
    CHECK(made(file(), {{"options", std::string(200, '[')}}).find("is neither") != std::string::npos);
    CHECK(made(file(), {{"options", R"({"java_package":"b"})"}, {"options.cc_enable_arenas", "1"}}) ==
          R"({"options":{"cc_enable_arenas":"1","java_package":"b"}})");
    CHECK(made(file(), {{"name", "\xFF"}}) == "error: a name or value of the request is not UTF-8");
    CHECK(made(file(), {{"", "a"}}).starts_with("error: "));
    CHECK(made(file(), {{std::string(5000, '.'), "a"}}).starts_with("error: "));
}

TEST_CASE("fields are added to a whole request") {
    RequestFields fields(file());
    CHECK(fields.add_all(R"({"name":"a","package":"p"})"));
    CHECK(fields.add("syntax", "proto3"));
    CHECK(fields.json() == R"({"name":"a","package":"p","syntax":"proto3"})");
    CHECK_FALSE(fields.add_all("[1]"));
    CHECK_FALSE(fields.add_all(std::string(100000, '[')));
    CHECK(fields.add_all("{}"));
    CHECK(fields.add_all(R"({"dependency":5})"));
    CHECK_FALSE(fields.add("dependency", "x"));
    CHECK_FALSE(fields.add("dependency[0]", "x"));
}

}  // namespace
}  // namespace octane::endpoints
