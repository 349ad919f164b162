#include "wire/foreign_names.hpp"
#include "livelink/builtin_schemas.hpp"

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
using google::protobuf::FieldDescriptor;

const Descriptor& named(const char* message) {
    return *livelink::builtin_schemas().front()->pool().FindMessageTypeByName(message);
}

// Another release in which `label` is what here is `name` and `thing` what is `item_ref`, `extra` is unknown here and `vital`
// must not get lost; in which the parts of `item_ref` may stand beside it, and a handle without a type is a node's.
class OtherRelease final : public ForeignNames {
  public:
    ForeignMember member(const Descriptor& message, std::string_view name) const override {
        if (name == "label") return {message.FindFieldByName("name"), "", false};
        if (name == "thing") return {message.FindFieldByName("item_ref"), "", false};
        if (name == "handle" || name == "type") {
            const auto* object = message.FindFieldByName("item_ref");
            return {object, "", false, object->message_type()->FindFieldByName(std::string(name))};
        }
        if (name == "extra") return {nullptr, "has no effect", false};
        if (name == "vital") return {nullptr, "does not fit", true};
        return {};
    }
    ForeignValue value(const EnumDescriptor& type, std::string_view name) const override {
        if (name == "OLD_NAME") return {type.value(1)->number(), ""};
        if (name == "NEW_NAME") return {std::nullopt, "only another release has"};
        return {};
    }
    const ImpliedValue* implied_value(const FieldDescriptor& member, const FieldDescriptor* holder) const override {
        const bool is_node = member.name() == "item_ref" || (member.name() == "data" && holder && holder->name() == "items");
        return is_node && member.message_type() == handle_.containing_type() ? &implied_ : nullptr;
    }

  private:
    const FieldDescriptor& handle_ = *named("octaneapi.ObjectRef").FindFieldByName("handle");
    const ImpliedValue implied_{&handle_, named("octaneapi.ObjectRef").FindFieldByName("type"), 17};
};

struct ForeignRead {
    std::string json;
    std::vector<std::string> warnings;
    std::string error;
};

ForeignRead read_foreign(const char* message, const std::string& body, bool is_strict = false) {
    const OtherRelease other;
    JsonReadOptions options;
    options.is_strict = is_strict;
    options.foreign = &other;
    const auto request = json_to_wire(named(message), body, options);
    if (!request) return {"", {}, request.error().message};
    ForeignRead outcome{"", request->warnings, ""};
    REQUIRE(wire_to_json(named(message), base::ByteChain::own(request->bytes), {}, outcome.json));
    return outcome;
}

constexpr const char* kByName = "octaneapi.ApiItem.getValueByNameRequest";
constexpr const char* kById = "octaneapi.ApiItem.getValueByIDRequest";

TEST_CASE("a foreign member is read as the one that it means") {
    CHECK(read_foreign(kByName, R"({"label":"fov"})", true).json == R"({"name":"fov"})");
    CHECK(read_foreign(kByName, R"({"label":null,"name":"fov"})", true).json == R"({"name":"fov"})");
    CHECK(read_foreign(kByName, R"({"label":7})").error.find("\"name\" takes a string") == 0);
}

TEST_CASE("a foreign member without effect is a warning with its path, whatever its value and however strict") {
    for (const char* value : {"1", "null", "\"text\"", R"([1,{"a":2}])", R"({"extra":{"label":3}})"}) {
        const auto outcome = read_foreign(kByName, R"({"extra":)" + std::string(value) + R"(,"name":"fov"})", true);
        CHECK(outcome.json == R"({"name":"fov"})");
        CHECK(outcome.warnings == std::vector<std::string>{"\"extra\" has no effect"});
    }
    const auto nested = read_foreign(kByName, R"({"item_ref":{"extra":1}})");
    CHECK(nested.warnings == std::vector<std::string>{"\"item_ref.extra\" has no effect"});
}

TEST_CASE("a foreign member that must not get lost is refused, and an unknown one is unknown as ever") {
    CHECK(read_foreign(kByName, R"({"vital":1})").error == "\"vital\" does not fit");
    CHECK(read_foreign(kByName, R"({"other":1})").warnings.at(0).find("\"other\" is not a member of") == 0);
    CHECK(read_foreign(kByName, R"({"other":1})", true).error.find("\"other\" is not a member of") == 0);
}

TEST_CASE("a foreign name beside the member's own name merges with it") {
    CHECK(read_foreign(kByName, R"({"thing":{"handle":"7"},"item_ref":{"type":5}})").json ==
          R"({"item_ref":{"handle":"7","type":"ImageType"}})");
    for (const char* twice :
         {R"({"thing":{"handle":"7"},"item_ref":{"handle":"8"}})", R"({"item_ref":{"handle":"7"},"thing":{"handle":"8"}})"}) {
        const auto outcome = read_foreign(kByName, twice);
        CHECK(outcome.json.find(R"("handle":"8")") != std::string::npos);
        REQUIRE(outcome.warnings.size() == 1);
        CHECK(outcome.warnings[0].find("two names that stand for one another") != std::string::npos);
    }
}

TEST_CASE("parts of a member may stand beside the message's other members") {
    CHECK(read_foreign(kByName, R"({"handle":"7","name":"fov","type":16})", true).json ==
          R"({"item_ref":{"handle":"7","type":"ApiItem"},"name":"fov"})");
    CHECK(read_foreign(kByName, R"({"type":"apinode","handle":7})").json == R"({"item_ref":{"handle":"7","type":"ApiNode"}})");
    CHECK(read_foreign(kByName, R"({"handle":null,"name":"fov"})").json == R"({"name":"fov"})");
    CHECK(read_foreign(kByName, R"({"handle":"x"})").error.find("\"item_ref.handle\" takes an integer") == 0);
    CHECK(read_foreign(kByName, R"({"handle":{"a":1}})").error ==
          "\"item_ref.handle\" takes an integer from 0 to 18446744073709551615, but an object was found");
    CHECK(read_foreign(kByName, R"({"handle":[1]})").error.find("\"item_ref.handle\" takes an integer") == 0);
    CHECK(read_foreign(kByName, R"({"handle":1,"handle":2})").error == "\"item_ref.handle\" is given twice");
}

TEST_CASE("parts of a member that is given itself are ignored with a warning, before and after it") {
    for (const char* body : {R"({"handle":"7","item_ref":{"handle":"8","type":16}})",
                             R"({"thing":{"handle":"8","type":16},"handle":"7","type":17})"}) {
        const auto outcome = read_foreign(kByName, body, true);
        CHECK(outcome.json == R"({"item_ref":{"handle":"8","type":"ApiItem"}})");
        CHECK(outcome.warnings ==
              std::vector<std::string>{"\"item_ref\" is given itself, so members of it that stand beside it were ignored"});
    }
}

TEST_CASE("what goes without saying is added where it is absent or 0, and only where the rest is given") {
    const std::string node = R"({"item_ref":{"handle":"7","type":"ApiNode"}})";
    for (const char* body :
         {R"({"item_ref":{"handle":"7"}})", R"({"item_ref":{"handle":7,"type":0}})", R"({"item_ref":{"type":null,"handle":7}})",
          R"({"thing":{"type":"ApiFileName","handle":7}})", R"({"handle":"7"})", R"({"type":0,"handle":"7"})"})
        CHECK(read_foreign(kByName, body, true).json == node);
    CHECK(read_foreign(kByName, R"({"item_ref":{"handle":"7","type":16}})").json ==
          R"({"item_ref":{"handle":"7","type":"ApiItem"}})");
    CHECK(read_foreign(kByName, R"({"item_ref":{"handle":0}})").json == R"({"item_ref":{}})");
    CHECK(read_foreign(kByName, R"({"item_ref":{}})").json == R"({"item_ref":{}})");
    CHECK(read_foreign("octaneapi.ApiNode.createRequest", R"({"ownerGraph":{"handle":"7"}})").json ==
          R"({"ownerGraph":{"handle":"7"}})");
}

TEST_CASE("what goes without saying in a list is told by the member that holds the list") {
    const std::string nodes = R"({"items":{"data":[{"handle":"7","type":"ApiNode"},{"handle":"8","type":"ApiItem"}]}})";
    CHECK(read_foreign("octaneapi.ApiNodeGraph.groupItemsRequest", R"({"items":[{"handle":7},{"handle":8,"type":16}]})").json ==
          nodes);
    CHECK(read_foreign("octaneapi.ApiNodeGraph.groupItemsRequest", R"({"items":{"data":[{"handle":7},{"handle":8,"type":16}]}})")
              .json == nodes);
    CHECK(read_foreign("octaneapi.ApiNodeGraph.copyFrom2Request", R"({"sourceItems":[{"handle":7}]})").json ==
          R"({"sourceItems":{"data":[{"handle":"7"}]}})");
}

TEST_CASE("a foreign enum name is the number that it means, or refused with the reason") {
    CHECK(read_foreign(kById, R"({"expected_type":"OLD_NAME"})").json == R"({"expected_type":"ATTR_ID_BOOL"})");
    CHECK(read_foreign(kById, R"({"expected_type":"NEW_NAME"})").error ==
          "\"expected_type\" is NEW_NAME, which only another release has");
    CHECK(read_foreign(kById, R"({"expected_type":"WRONG"})").error.find("a name or number of octaneapi.AttributeTypeId") !=
          std::string::npos);
}

TEST_CASE("foreign enum names stand in lists, too") {
    CHECK(read_foreign("octaneapi.ApiRenderEngine.setAsyncTonemapRenderPassesRequest",
                       R"({"tonemapPasses":{"data":["OLD_NAME","RENDER_PASS_BEAUTY",0]}})")
              .json.starts_with(R"({"tonemapPasses":{"data":["RENDER_PASS_)"));
    CHECK(
        read_foreign("octaneapi.ApiRenderEngine.setAsyncTonemapRenderPassesRequest", R"({"tonemapPasses":["NEW_NAME"]})").error ==
        "\"tonemapPasses.0\" is NEW_NAME, which only another release has");
}

}  // namespace
}  // namespace octane::wire
