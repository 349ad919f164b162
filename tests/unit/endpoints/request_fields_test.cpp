#include "endpoints/request_fields.hpp"

#include <doctest/doctest.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/timestamp.pb.h>
#include <google/protobuf/wrappers.pb.h>

#include <string>
#include <utility>
#include <vector>

#include "wire/json_to_wire.hpp"

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
          R"({"name":"a","options":{"java_package":"b","java_multiple_files":true}})");
    CHECK(made(file(), {{"dependency", "x"}, {"dependency", "y"}, {"public_dependency", "1"}}) ==
          R"({"dependency":["x","y"],"public_dependency":["1"]})");
    CHECK(made(file(), {{"messageType[0].name", "M"}, {"message_type.0.field[0].number", "7"}, {"message_type[1].name", "N"}}) ==
          R"({"message_type":[{"name":"M","field":[{"number":"7"}]},{"name":"N"}]})");
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
          R"({"options":{"java_package":"b","cc_enable_arenas":"1"}})");
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
    CHECK(fields.add_all(R"({"dependency":5})"));
    CHECK_FALSE(fields.add("dependency", "x"));
    CHECK_FALSE(fields.add("dependency[0]", "x"));
    CHECK(fields.add_all("{}"));
    CHECK(fields.json() == "{}");
    const auto broken = fields.add_all("{\"name\":}");
    REQUIRE_FALSE(broken);
    CHECK(broken.error().message.find("line 1") != std::string::npos);
}

TEST_CASE("what a whole request says stays as it is written, for its reader to judge") {
    RequestFields fields(file());
    CHECK(fields.add_all(
        R"( {"options":{"a":9007199254740993.0,"a":-0.0},"public_dependency":[1.50],"package":"p","package":"q"} )"));
    CHECK(fields.add("options.java_package", "j"));
    CHECK(fields.add("publicDependency", "2"));
    CHECK(fields.json() == R"({"options":{"a":9007199254740993.0,"a":-0.0,"java_package":"j"},"public_dependency":[1.50,"2"],)"
                           R"("package":"p","package":"q"})");
    CHECK_FALSE(fields.add("package", "r"));
}

TEST_CASE("a member is the same by either of its names") {
    RequestFields fields(file());
    CHECK(fields.add_all(R"({"messageType":[{"name":"M"}],"options":{"javaPackage":"b"}})"));
    CHECK(fields.add("message_type[0].extension[0].name", "x"));
    CHECK(fields.json() == R"({"messageType":[{"name":"M","extension":[{"name":"x"}]}],"options":{"javaPackage":"b"}})");
    const auto twice = fields.add("options.java_package", "c");
    REQUIRE_FALSE(twice);
    CHECK(twice.error().message == "'options.java_package' was given twice");
}

TEST_CASE("a JSON text is what one field is") {
    RequestFields fields(file());
    CHECK(fields.add_json("options", R"({"java_package":"b"})"));
    CHECK(fields.add_json("dependency", R"(["x"])"));
    CHECK(fields.add("options.go_package", "g"));
    CHECK(fields.add("dependency", "y"));
    CHECK(fields.json() == R"({"options":{"java_package":"b","go_package":"g"},"dependency":["x","y"]})");
    CHECK_FALSE(fields.add_json("options", "{}"));
    CHECK_FALSE(fields.add_json("name", "x"));
    CHECK_FALSE(fields.add_json("nmae", "1"));
}

// With `BytesValue blob = 1; repeated BytesValue blobs = 2; BoolValue flag = 3; repeated bytes parts = 4;`.
class WrapperFile {
  public:
    WrapperFile() {
        google::protobuf::FileDescriptorProto file;
        google::protobuf::BytesValue::descriptor()->file()->CopyTo(&wrappers_);
        REQUIRE(pool_.BuildFile(wrappers_) != nullptr);
        file.set_name("holder.proto");
        file.set_syntax("proto3");
        file.add_dependency(wrappers_.name());
        auto& message = *file.add_message_type();
        message.set_name("Holder");
        add(message, "blob", ".google.protobuf.BytesValue", false);
        add(message, "blobs", ".google.protobuf.BytesValue", true);
        add(message, "flag", ".google.protobuf.BoolValue", false);
        add(message, "parts", "", true);
        const auto* const built = pool_.BuildFile(file);
        REQUIRE(built != nullptr);
        type_ = built->message_type(0);
    }
    [[nodiscard]] const google::protobuf::Descriptor& type() const { return *type_; }

  private:
    static void add(google::protobuf::DescriptorProto& message, const char* name, const std::string& type, bool is_list) {
        auto& field = *message.add_field();
        field.set_name(name);
        field.set_number(message.field_size());
        using Field = google::protobuf::FieldDescriptorProto;
        field.set_label(is_list ? Field::LABEL_REPEATED : Field::LABEL_OPTIONAL);
        field.set_type(type.empty() ? Field::TYPE_BYTES : Field::TYPE_MESSAGE);
        if (!type.empty()) field.set_type_name(type);
    }

    google::protobuf::FileDescriptorProto wrappers_;
    google::protobuf::DescriptorPool pool_;
    const google::protobuf::Descriptor* type_ = nullptr;
};

TEST_CASE("the value of a wrapper is the wrapper, as JSON has it") {
    const WrapperFile file;
    CHECK(made(file.type(), {{"blob.value", ""}}) == R"({"blob":""})");
    CHECK(made(file.type(), {{"blob", "a b="}, {"flag", ""}}) == R"({"blob":"a+b=","flag":true})");
    CHECK(made(file.type(), {{"blobs[0].value", "eA=="}, {"blobs[1]", "eQ=="}}) == R"({"blobs":["eA==","eQ=="]})");
    CHECK(made(file.type(), {{"blob", "eA"}, {"blob.value", "eA"}}) == "error: 'blob.value' was given twice");
    CHECK(made(file.type(), {{"blob.valeu", ""}}).find("has no field 'valeu'") != std::string::npos);
    CHECK(made(file.type(), {{"blob.value.x", ""}}).find("is no message") != std::string::npos);
    RequestFields fields(file.type());
    CHECK(fields.add("blob.value", {}));
    CHECK(wire::json_to_wire(file.type(), fields.json(), {.is_strict = true}));
}

TEST_CASE("bytes are given as they are") {
    const WrapperFile file;
    RequestFields fields(file.type());
    CHECK(fields.add_bytes("parts", std::string("\xFF\0\x01", 3)));
    CHECK(fields.add_bytes("parts[1]", "x"));
    CHECK(fields.add_bytes("blobs[0].value", ""));
    CHECK(fields.json() == R"({"parts":["/wAB","eA=="],"blobs":[""]})");
    CHECK_FALSE(fields.add_bytes("parts[1]", "x"));
    CHECK_FALSE(fields.add_bytes("nothing", "x"));
}

TEST_CASE("what one request opens is bounded in all") {
    RequestFields fields(file());
    std::string list = "[0";
    for (std::size_t i = 0; i < OpenJson::kMostOpened / 2; ++i) list += ",0";
    list += "]";
    CHECK(fields.add_json("public_dependency", list));
    CHECK(fields.add_json("weak_dependency", list));
    CHECK(fields.add("public_dependency", "1"));
    const auto beyond = fields.add("weak_dependency", "1");
    REQUIRE_FALSE(beyond);
    CHECK(beyond.error().message ==
          "in 'weak_dependency' what is given already has more than 10000 members or elements, to which none can be added");
}

}  // namespace
}  // namespace octane::endpoints
