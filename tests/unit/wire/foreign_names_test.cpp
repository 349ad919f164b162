#include "wire/foreign_names.hpp"

#include <doctest/doctest.h>
#include <google/protobuf/descriptor.h>

#include <string>
#include <vector>

#include "schema/schema.hpp"
#include "wire/json_to_wire.hpp"
#include "wire/wire_to_json.hpp"

namespace octane::wire {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;

const Descriptor& named(const char* message) {
    return *schema::builtin_schemas().front()->pool().FindMessageTypeByName(message);
}

// Another release in which `label` is what here is `name`, `extra` is unknown here and `vital` must not get lost.
class OtherRelease final : public ForeignNames {
  public:
    ForeignMember member(const Descriptor& message, std::string_view name) const override {
        if (name == "label") return {message.FindFieldByName("name"), "", false};
        if (name == "extra") return {nullptr, "has no effect", false};
        if (name == "vital") return {nullptr, "does not fit", true};
        return {};
    }
    ForeignValue value(const EnumDescriptor& type, std::string_view name) const override {
        if (name == "OLD_NAME") return {type.value(1)->number(), ""};
        if (name == "NEW_NAME") return {std::nullopt, "only another release has"};
        return {};
    }
};

struct Outcome {
    std::string json;
    std::vector<std::string> warnings;
    std::string error;
};

Outcome read(const char* message, const std::string& body, bool is_strict = false) {
    const OtherRelease other;
    JsonReadOptions options;
    options.is_strict = is_strict;
    options.foreign = &other;
    const auto request = json_to_wire(named(message), body, options);
    if (!request) return {"", {}, request.error().message};
    Outcome outcome{"", request->warnings, ""};
    REQUIRE(wire_to_json(named(message), base::ByteChain::own(request->bytes), {}, outcome.json));
    return outcome;
}

constexpr const char* kByName = "octaneapi.ApiItem.getValueByNameRequest";
constexpr const char* kById = "octaneapi.ApiItem.getValueByIDRequest";

TEST_CASE("a foreign member is read as the one that it means") {
    CHECK(read(kByName, R"({"label":"fov"})", true).json == R"({"name":"fov"})");
    CHECK(read(kByName, R"({"label":null,"name":"fov"})", true).json == R"({"name":"fov"})");
    CHECK(read(kByName, R"({"label":7})").error.find("\"name\" takes a string") == 0);
}

TEST_CASE("a foreign member without effect is a warning with its path, whatever its value and however strict") {
    for (const char* value : {"1", "null", "\"text\"", R"([1,{"a":2}])", R"({"extra":{"label":3}})"}) {
        const auto outcome = read(kByName, R"({"extra":)" + std::string(value) + R"(,"name":"fov"})", true);
        CHECK(outcome.json == R"({"name":"fov"})");
        CHECK(outcome.warnings == std::vector<std::string>{"\"extra\" has no effect"});
    }
    const auto nested = read(kByName, R"({"item_ref":{"extra":1}})");
    CHECK(nested.warnings == std::vector<std::string>{"\"item_ref.extra\" has no effect"});
}

TEST_CASE("a foreign member that must not get lost is refused, and an unknown one is unknown as ever") {
    CHECK(read(kByName, R"({"vital":1})").error == "\"vital\" does not fit");
    CHECK(read(kByName, R"({"other":1})").warnings.at(0).find("\"other\" is not a member of") == 0);
    CHECK(read(kByName, R"({"other":1})", true).error.find("\"other\" is not a member of") == 0);
}

TEST_CASE("a foreign enum name is the number that it means, or refused with the reason") {
    CHECK(read(kById, R"({"expected_type":"OLD_NAME"})").json == R"({"expected_type":"ATTR_ID_BOOL"})");
    CHECK(read(kById, R"({"expected_type":"NEW_NAME"})").error ==
          "\"expected_type\" is NEW_NAME, which only another release has");
    CHECK(read(kById, R"({"expected_type":"WRONG"})").error.find("a name or number of octaneapi.AttributeTypeId") !=
          std::string::npos);
}

TEST_CASE("foreign enum names stand in lists, too") {
    CHECK(read("octaneapi.ApiRenderEngine.setAsyncTonemapRenderPassesRequest",
               R"({"tonemapPasses":{"data":["OLD_NAME","RENDER_PASS_BEAUTY",0]}})")
              .json.starts_with(R"({"tonemapPasses":{"data":["RENDER_PASS_)"));
    CHECK(read("octaneapi.ApiRenderEngine.setAsyncTonemapRenderPassesRequest", R"({"tonemapPasses":["NEW_NAME"]})").error ==
          "\"tonemapPasses.0\" is NEW_NAME, which only another release has");
}

}  // namespace
}  // namespace octane::wire
