#include "wire/well_known.hpp"

#include <doctest/doctest.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "oracle.hpp"
#include "wire/json_to_wire.hpp"
#include "wire/wire_to_json.hpp"

namespace octane::wire {
namespace {

using Json = nlohmann::json;

const google::protobuf::Descriptor& known() {
    return test::everyday().message("everyday.Known");
}

void check_both_ways(const std::string& json) {
    CAPTURE(json);
    test::Oracle oracle(test::everyday().pool());
    const auto wire = json_to_wire(known(), json);
    REQUIRE_MESSAGE(wire.has_value(), (wire ? "" : wire.error().message));
    const auto expected = oracle.to_wire(known(), json);
    REQUIRE(expected.has_value());
    REQUIRE(oracle.canonical(known(), wire->bytes) == oracle.canonical(known(), *expected));
    std::string back;
    REQUIRE(wire_to_json(known(), base::ByteChain::own(*expected), {}, back).has_value());
    const auto expected_back = oracle.to_json(known(), *expected, false, false);
    REQUIRE(expected_back.has_value());
    CHECK(Json::parse(back) == Json::parse(*expected_back));
}

TEST_CASE("well-known messages are read and written as json_util does") {
    for (const std::string json :
         {R"({"time":"1970-01-01T00:00:00Z"})",
          R"({"time":"0001-01-01T00:00:00Z"})",
          R"({"time":"9999-12-31T23:59:59.999999999Z"})",
          R"({"time":"2024-02-29T12:34:56.5Z"})",
          R"({"time":"2024-02-29T12:34:56.000001+05:30"})",
          R"({"time":"1969-12-31T23:59:59.25Z"})",
          R"({"span":"0s"})",
          R"({"span":"-1.5s"})",
          R"({"span":"-0.000000001s"})",
          R"({"span":"315576000000s"})",
          R"({"span":"3.000001s"})",
          R"({"mask":"fooBar,baz.quxQuux"})",
          R"({"mask":""})",
          R"({"structure":{}})",
          R"({"structure":{"a":null,"b":true,"c":1.5,"d":"text","e":[1,"x",null,[],{}],"f":{"g":{"h":[[]]}}}})",
          R"({"value":null})",
          R"({"value":false})",
          R"({"value":0})",
          R"({"value":""})",
          R"({"value":[]})",
          R"({"value":{}})",
          R"({"value":{"a":[{"b":-0.5}]}})",
          R"({"list":[]})",
          R"({"list":[null,1,"a",{"b":[2]}]})",
          R"({"values":[null,1,[null]]})",
          R"({"real":0})",
          R"({"real":"NaN"})",
          R"({"short_real":1.5})",
          R"({"i64":"-9223372036854775808"})",
          R"({"u64":18446744073709551615})",
          R"({"i32":-1})",
          R"({"u32":7})",
          R"({"truth":false})",
          R"({"text":""})",
          R"({"blob":"AQI="})",
          R"({"nothing":{}})",
          R"({"times":["2000-01-01T00:00:00Z","2000-01-01T00:00:01Z"]})",
          R"({"time":null,"real":null,"structure":null,"list":null})"}) {
        check_both_ways(json);
    }
}

TEST_CASE("well-known messages may also be written out as the plain messages they are") {
    const auto wire = json_to_wire(known(), R"({"time":{"seconds":5,"nanos":6},"i32":{"value":7}})");
    REQUIRE(wire.has_value());
    std::string json;
    REQUIRE(wire_to_json(known(), base::ByteChain::own(wire->bytes), {}, json).has_value());
    CHECK(json == R"({"time":"1970-01-01T00:00:05.000000006Z","i32":7})");
}

TEST_CASE("text that is no time, duration or field mask is refused with an example") {
    const auto refusal = [](const std::string& json) {
        const auto wire = json_to_wire(known(), json);
        return wire ? std::string("accepted") : wire.error().message;
    };
    CHECK(refusal(R"({"time":"yesterday"})") ==
          R"("time" takes a time such as "2030-01-31T12:00:00Z", but the string "yesterday" was found)");
    CHECK(refusal(R"({"span":5})") == R"("span" takes a duration such as "1.5s", but the number 5 was found)");
    CHECK(refusal(R"({"mask":"foo_bar"})") ==
          R"("mask" takes field names such as "fooBar,baz", but the string "foo_bar" was found)");
    for (const std::string text :
         {"", "2024-02-30T00:00:00Z", "2024-01-01", "2024-01-01T24:00:00Z", "2024-01-01T00:60:00Z", "2024-01-01T00:00:00",
          "2024-01-01T00:00:00.Z", "2024-01-01T00:00:00.1234567890Z", "2024-01-01T00:00:00Z ", "0001-01-01T00:00:00+01:00",
          "2024-01-01T00:00:00+1:00", "2024-13-01T00:00:00Z", "-024-01-01T00:00:00Z", "2024-01-01t00:00:00Z",
          "2024-01-01T00:00:00z"}) {
        CAPTURE(text);
        CHECK(refusal("{\"times\":[\"" + std::string(text) + "\"]}").find("\"times.0\" takes a time such as") == 0);
    }
    for (const std::string text :
         {"", "s", "1", "--1s", "1.s", ".5s", "315576000001s", "1s ", "1.0000000001s", "99999999999999999999s"}) {
        CAPTURE(text);
        CHECK(refusal("{\"span\":\"" + std::string(text) + "\"}").find("\"span\" takes a duration such as") == 0);
    }
}

TEST_CASE("a well-known message may be the whole request and the whole answer") {
    const auto whole = [](const std::string& type, const std::string& json) {
        const auto& message = test::everyday().message("google.protobuf." + type);
        const auto wire = json_to_wire(message, json);
        if (!wire) return "error: " + wire.error().message;
        std::string back;
        REQUIRE(wire_to_json(message, base::ByteChain::own(wire->bytes), {}, back).has_value());
        return back;
    };
    CHECK(whole("Int32Value", "5") == "5");
    CHECK(whole("StringValue", R"("a")") == R"("a")");
    CHECK(whole("Struct", R"({"a":[1]})") == R"({"a":[1]})");
    CHECK(whole("ListValue", R"([1,null])") == R"([1,null])");
    CHECK(whole("Value", "null") == "null");
    CHECK(whole("Value", "[true]") == "[true]");
    CHECK(whole("Timestamp", R"("2000-01-01T00:00:00Z")") == R"("2000-01-01T00:00:00Z")");
    CHECK(whole("Empty", "{}") == "{}");
    CHECK(whole("Int32Value", R"("x")").find("error: the body takes an integer") == 0);
    CHECK(whole("Any", R"({"type_url":"a/b","value":"AQ=="})") == R"({"type_url":"a/b","value":"AQ=="})");
}

TEST_CASE("a time or duration out of range makes the answer malformed") {
    const auto& time = test::everyday().message("google.protobuf.Timestamp");
    const auto& span = test::everyday().message("google.protobuf.Duration");
    std::string out;
    CHECK_FALSE(
        wire_to_json(time, base::ByteChain::own(std::string("\x08\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x7F")), {}, out).has_value());
    CHECK_FALSE(wire_to_json(time, base::ByteChain::own(std::string("\x10\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01")), {}, out)
                    .has_value());
    CHECK_FALSE(
        wire_to_json(span, base::ByteChain::own(std::string("\x08\x01\x10\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01")), {}, out)
            .has_value());
    CHECK(out.empty());
}

TEST_CASE("a message that only borrows a well-known name is an ordinary one") {
    using google::protobuf::DescriptorPool;
    google::protobuf::FileDescriptorProto file;
    file.set_name("google/protobuf/struct.proto");
    file.set_package("google.protobuf");
    file.set_syntax("proto3");
    for (const std::string name : {"Struct", "Value", "ListValue", "Int32Value", "Any"}) {
        auto* message = file.add_message_type();
        message->set_name(name);
        for (int number = 1; number <= 2; ++number) {
            auto* field = message->add_field();
            field->set_name("f" + std::to_string(number));
            field->set_number(number);
            field->set_type(google::protobuf::FieldDescriptorProto::TYPE_INT32);
            field->set_label(google::protobuf::FieldDescriptorProto::LABEL_OPTIONAL);
        }
    }
    DescriptorPool pool;
    REQUIRE(pool.BuildFile(file) != nullptr);
    for (const std::string name : {"Struct", "Value", "ListValue", "Int32Value", "Any"}) {
        CAPTURE(name);
        const auto* message = pool.FindMessageTypeByName(std::string("google.protobuf.") + name);
        REQUIRE(message != nullptr);
        CHECK(well_known(*message) == WellKnown::none);
        CHECK(json_to_wire(*message, R"({"f1":1})").has_value());
        CHECK_FALSE(json_to_wire(*message, "[1]").has_value());
    }
}

// A message of google.protobuf as a user's own file may define it, with fields numbered from 1 and named f1, f2, …
struct OwnShape {
    using Field = google::protobuf::FieldDescriptorProto;

    const char* what;
    std::vector<std::pair<Field::Type, Field::Label>> fields;
    bool is_one_of = false;

    [[nodiscard]] const google::protobuf::Descriptor& define(const std::string& name,
                                                             google::protobuf::DescriptorPool& pool) const {
        google::protobuf::FileDescriptorProto file;
        file.set_name("own.proto");
        file.set_package("google.protobuf");
        file.set_syntax("proto3");
        auto* message = file.add_message_type();
        message->set_name(name);
        if (is_one_of) message->add_oneof_decl()->set_name("either");
        for (const auto& [type, label] : fields) {
            auto* field = message->add_field();
            field->set_number(message->field_size());
            field->set_name("f" + std::to_string(field->number()));
            field->set_type(type);
            field->set_label(label);
            if (is_one_of) field->set_oneof_index(0);
        }
        REQUIRE(pool.BuildFile(file) != nullptr);
        return *pool.FindMessageTypeByName("google.protobuf." + name);
    }
};

TEST_CASE("a time, duration or field mask of another shape than Google's is an ordinary message") {
    using Field = google::protobuf::FieldDescriptorProto;
    const auto once = Field::LABEL_OPTIONAL;
    const auto many = Field::LABEL_REPEATED;
    const std::vector<OwnShape> shapes = {
        {"no field", {}},
        {"one number", {{Field::TYPE_INT64, once}}},
        {"seconds as a float", {{Field::TYPE_DOUBLE, once}, {Field::TYPE_INT32, once}}},
        {"seconds in zigzag", {{Field::TYPE_SINT64, once}, {Field::TYPE_INT32, once}}},
        {"wide nanoseconds", {{Field::TYPE_INT64, once}, {Field::TYPE_INT64, once}}},
        {"many seconds", {{Field::TYPE_INT64, many}, {Field::TYPE_INT32, once}}},
        {"a zone besides", {{Field::TYPE_INT64, once}, {Field::TYPE_INT32, once}, {Field::TYPE_STRING, once}}},
        {"one or the other", {{Field::TYPE_INT64, once}, {Field::TYPE_INT32, once}}, true},
        {"one path", {{Field::TYPE_STRING, once}}},
        {"paths in bytes", {{Field::TYPE_BYTES, many}}},
        {"paths and more", {{Field::TYPE_STRING, many}, {Field::TYPE_STRING, once}}},
    };
    for (const auto& shape : shapes) {
        for (const std::string name : {"Timestamp", "Duration", "FieldMask"}) {
            CAPTURE(shape.what);
            CAPTURE(name);
            google::protobuf::DescriptorPool pool;
            CHECK(well_known(shape.define(name, pool)) == WellKnown::none);
        }
    }
}

TEST_CASE("a user's own time with other members is read and written member by member") {
    using Field = google::protobuf::FieldDescriptorProto;
    const OwnShape ticks{"ticks and a zone",
                         {{Field::TYPE_UINT32, Field::LABEL_OPTIONAL}, {Field::TYPE_STRING, Field::LABEL_OPTIONAL}}};
    google::protobuf::DescriptorPool pool;
    const auto& time = ticks.define("Timestamp", pool);
    const auto wire = json_to_wire(time, R"({"f1":7,"f2":"UTC"})");
    REQUIRE(wire.has_value());
    CHECK(wire->bytes == "\x08\x07\x12\x03UTC");
    CHECK_FALSE(json_to_wire(time, R"("2000-01-01T00:00:00Z")").has_value());
    std::string json;
    REQUIRE(wire_to_json(time, base::ByteChain::own(wire->bytes), {}, json).has_value());
    CHECK(json == R"({"f1":7,"f2":"UTC"})");
}

}  // namespace
}  // namespace octane::wire
