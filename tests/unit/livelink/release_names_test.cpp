#include "livelink/release_names.hpp"
#include "livelink/builtin_schemas.hpp"

#include <doctest/doctest.h>
#include <google/protobuf/descriptor.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "wire/json_to_wire.hpp"
#include "wire/wire_to_json.hpp"

namespace octane::livelink {
namespace {

using livelink::builtin_schemas;
using nlohmann::json;

// Reads a request with the connected release's own message and says what became of it.
struct Reading {
    json request;
    std::vector<std::string> warnings;
    std::string error;
};

Reading read(std::size_t connected, const std::string& message, const json& body, bool is_strict = true) {
    const auto& schema = *builtin_schemas()[connected];
    const std::vector<Side> others = {{*builtin_schemas()[1 - connected], 1 - connected}};
    const ReleaseNames names(livelink::builtin_release_map(), {schema, connected}, schema, others);
    const auto* type = schema.pool().FindMessageTypeByName(message);
    REQUIRE_MESSAGE(type != nullptr, message);
    wire::JsonReadOptions options;
    options.is_strict = is_strict;
    options.foreign = &names;
    auto bytes = wire::json_to_wire(*type, body.dump(), options);
    if (!bytes) return {{}, {}, bytes.error().message};
    std::string text;
    REQUIRE(wire::wire_to_json(*type, base::ByteChain::own(bytes->bytes), {}, text));
    return {json::parse(text), bytes->warnings, ""};
}

TEST_CASE("a member that another release names otherwise is that member") {
    const json ref = {{"handle", "7"}, {"type", "ApiNode"}};
    CHECK(read(1, "octaneapi.ApiGaussianSplatting.setAttributesFromPlyRequest", {{"objectPtr", ref}}).request ==
          json{{"gaussianSplatNode", ref}});
    CHECK(read(0, "octaneapi.ApiGaussianSplatCloudNode.setAttributesFromPlyRequest", {{"gaussianSplatNode", ref}}).request ==
          json{{"objectPtr", ref}});
    CHECK(read(1, "octaneapi.ApiNode.getPinValueByIDRequest", {{"objectPtr", ref}, {"id", 2672}}).request ==
          json{{"item_ref", ref}, {"pin_id", "P_LOCK_RENDER_AOVS"}});
    CHECK(read(0, "octaneapi.ApiNode.setPinValue2Request", {{"pinId", 2672}, {"float2Value", {{"x", 1}}}}).request ==
          json{{"id", "P_LOCK_RENDER_AOVS"}, {"value", {{"x", 1.0}}}});
}

TEST_CASE("objectPtr, item_ref and nodePinInfoRef stand for one another where the message has just one of them") {
    const json item = {{"handle", "7"}, {"type", "ApiItem"}};
    const json node = {{"handle", "7"}, {"type", "ApiNode"}};
    const json pin = {{"handle", "7"}, {"type", "ApiNodePinInfo"}};
    for (const char* name : {"objectPtr", "item_ref", "itemRef", "nodePinInfoRef"}) {
        CHECK(read(1, "octaneapi.ApiItem.getValueByIDRequest", {{name, item}}).request == json{{"item_ref", item}});
        CHECK(read(1, "octaneapi.ApiNode.setPinValueByNameRequest", {{name, node}}).request == json{{"item_ref", node}});
        CHECK(read(0, "octaneapi.ApiItem.nameRequest", {{name, item}}).request == json{{"objectPtr", item}});
        CHECK(read(0, "octaneapi.ApiNodePinInfoEx.GetNodePinInfoRequest", {{name, pin}}).request ==
              json{{"nodePinInfoRef", pin}});
    }
    CHECK(read(0, "octaneapi.ApiNode.createRequest", {{"objectPtr", node}}).error.find("\"objectPtr\" is not a member of") == 0);
}

TEST_CASE("a reference may be spread among the other members, where the message has no members of these names") {
    const json graph = {{"handle", "7"}, {"type", "ApiRootNodeGraph"}};
    const json item = {{"handle", "8"}, {"type", "ApiItem"}};
    json copied = graph;
    copied["rootItem"] = item;
    CHECK(read(0, "octaneapi.ApiNodeGraph.copyItemTreeRequest", copied).request ==
          json{{"objectPtr", graph}, {"rootItem", item}});
    for (const char* message : {"octaneapi.ApiNodeGraph.copyFrom2Request", "octaneapi.ApiNodeGraph.groupItemsRequest"}) {
        CHECK(read(1, message, graph).request == json{{"objectPtr", graph}});
        CHECK(read(1, message, {{"handle", 7}}).request == json{{"objectPtr", {{"handle", "7"}, {"type", "ApiNodeGraph"}}}});
    }
    CHECK(read(1, "octaneapi.ApiNode.createRequest", {{"handle", 7}}).error.find("\"handle\" is not a member of") == 0);
    CHECK(read(1, "octaneapi.ApiRenderEngine.getRenderStatisticsRequest", {{"handle", 0}})
              .error.find("\"handle\" is not a member of") == 0);
    CHECK(read(1, "octaneapi.ApiNode.createRequest", {{"type", 16}}).request == json{{"type", "NT_MAT_GLOSSY"}});
}

TEST_CASE("a reference without its kind is of the kind that its member means") {
    const auto filled = [](std::size_t release, const std::string& message, const json& body) {
        return read(release, message, body).request;
    };
    for (const std::size_t release : {0, 1}) {
        CHECK(
            filled(release, "octaneapi.ApiRenderEngine.setRenderTargetNodeRequest", {{"targetNode", {{"handle", "1000006"}}}}) ==
            json{{"targetNode", {{"handle", "1000006"}, {"type", "ApiNode"}}}});
        CHECK(filled(release, "octaneapi.ApiNode.createRequest",
                     {{"type", 16}, {"ownerGraph", {{"handle", "7"}}}, {"configurePins", true}}) ==
              json{{"type", "NT_MAT_GLOSSY"},
                   {"ownerGraph", {{"handle", "7"}, {"type", "ApiNodeGraph"}}},
                   {"configurePins", true}});
        CHECK(filled(release, "octaneapi.ApiLocalDB.ApiLocalDB_Package.loadPackageRequest",
                     {{"destinationGraph", {{"handle", "7"}}}}) ==
              json{{"destinationGraph", {{"handle", "7"}, {"type", "ApiNodeGraph"}}}});
        CHECK(filled(release, "octaneapi.ApiNodeGraph.groupItemsRequest", {{"items", {{{"handle", 7}}}}}) ==
              json{{"items", {{"data", {{{"handle", "7"}, {"type", "ApiItem"}}}}}}});
        CHECK(filled(release, "octaneapi.ApiItem.nameRequest", {{"objectPtr", {{"handle", 7}, {"type", 17}}}}) ==
              json{{"objectPtr", {{"handle", "7"}, {"type", "ApiNode"}}}});
        CHECK(filled(release, "octaneapi.ApiNode.connectToIxRequest", {{"sourceNode", {{"handle", 0}}}}) ==
              json{{"sourceNode", json::object()}});
    }
}

TEST_CASE("a member that only another release has is left out with a warning, even in strict mode") {
    const auto older = read(0, "octaneapi.ApiItem.setArrayByIDRequest", {{"evaluate", true}, {"attribute_id", 185}});
    CHECK(older.request == json{{"attribute_id", "A_VALUE"}});
    CHECK(older.warnings == std::vector<std::string>{"\"evaluate\" has no effect: only beta2 has it, and Octane speaks alpha5"});
    const auto newer = read(1, "octaneapi.ApiRenderEngine.setDevicesActivityRequest", {{"useMetalRayTracing", true}});
    CHECK(newer.warnings ==
          std::vector<std::string>{"\"useMetalRayTracing\" has no effect: only alpha5 has it, and Octane speaks beta2"});
    const auto typed = read(0, "octaneapi.ApiNode.getPinValue1Request", {{"expected_type", "PIN_ID_FLOAT"}});
    CHECK(typed.warnings == std::vector<std::string>{"\"expected_type\" has no effect: the name getPinValue1 says it"});
    CHECK(read(0, "octaneapi.ApiItem.setArrayByIDRequest", {{"evalute", true}}).error.find("\"evalute\" is not a member") == 0);
}

TEST_CASE("a value of another type than the name says is refused, not set to 0") {
    CHECK(read(0, "octaneapi.ApiNode.setPinValueRequest", {{"float_value", 1.5}}, false).error ==
          "\"float_value\" does not fit ApiNode.setPinValue, whose value is bool_value");
    CHECK(read(0, "octaneapi.ApiNode.setPinValueRequest", {{"bool_value", true}}).request == json{{"value", true}});
}

TEST_CASE("an enum name that another release spells otherwise is that value") {
    const auto attribute = [](std::size_t connected, const char* name) {
        return read(connected, "octaneapi.ApiItem.getValueByIDRequest", {{"attribute_id", name}}).request.at("attribute_id");
    };
    CHECK(attribute(1, "A_USE_APPLE_RT") == "_A_USE_APPLE_RT");
    CHECK(attribute(0, "_A_USE_APPLE_RT") == "A_USE_APPLE_RT");
    CHECK(attribute(0, "_a_hardware_ray_tracing_enabled") == "A_HARDWARE_RAY_TRACING_ENABLED");
}

TEST_CASE("an enum name whose number means something else here is refused with the release that has it") {
    const char* message = "octaneapi.ApiRenderEngine.saveImage1Request";
    CHECK(read(1, message, {{"renderPassId", "RENDER_PASS_SCREENSPACE_MOTION"}}).error ==
          "\"renderPassId\" is RENDER_PASS_SCREENSPACE_MOTION, which only alpha5 has, and Octane speaks beta2");
    CHECK(read(0, message, {{"renderPassId", "render_pass_environment_unoccluded"}}).error.find("only beta2 has") !=
          std::string::npos);
    CHECK(read(0, message, {{"renderPassId", "RENDER_PASS_SCREENSPACE_MOTION"}}).request ==
          json{{"renderPassId", "RENDER_PASS_SCREENSPACE_MOTION"}});
    CHECK(read(1, "octaneapi.ApiNode.createRequest", {{"type", "NT_MATERIALX_RANGE_END"}}).request ==
          json{{"type", "NT_MATERIALX_RANGE_END"}});
    CHECK(read(1, message, {{"renderPassId", "RENDER_PASS_BEATUY"}}).error.find("nearest: RENDER_PASS_BEAUTY") !=
          std::string::npos);
}

TEST_CASE("a type may be named in the words of any of the three enums, and its number is its own enum's") {
    const auto expected = [](const std::string& message, const json& type) {
        return read(1, message, {{"expected_type", type}}).request.at("expected_type");
    };
    const std::string attribute = "octaneapi.ApiItem.getValueByIDRequest";
    const std::string pin = "octaneapi.ApiNode.getPinValueByIDRequest";
    for (const char* name : {"AT_FLOAT2", "ATTR_ID_FLOAT2", "PIN_ID_FLOAT2", "pin_id_float2"}) {
        CHECK(expected(attribute, name) == "ATTR_ID_FLOAT2");
        CHECK(expected(pin, name) == "PIN_ID_FLOAT2");
    }
    CHECK(expected(attribute, 9) == "ATTR_ID_FLOAT");
    CHECK(expected(pin, 9) == "PIN_ID_FLOAT");
    CHECK(expected(pin, 90) == "PIN_ID_FLOAT2");
    CHECK(expected(pin, "AT_FILENAME") == "PIN_ID_FILEPATH");
    for (const std::size_t release : {0, 1}) {
        const auto file = read(release, attribute, {{"expected_type", "AT_FILENAME"}});
        CHECK(file.request == json{{"expected_type", "ATTR_ID_STRING"}});
    }
    CHECK(expected(attribute, "AT_STRING") == "ATTR_ID_STRING");
    CHECK(expected(pin, "ATTR_ID_STRING") == "PIN_ID_STRING");
    CHECK_FALSE(read(1, pin, {{"expected_type", "AT_LONG"}}).error.empty());
    CHECK(read(0, attribute, {{"expected_type", "PIN_ID_INT3"}}).request == json{{"expected_type", "ATTR_ID_INT3"}});
}

}  // namespace
}  // namespace octane::livelink
