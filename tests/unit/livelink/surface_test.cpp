#include "livelink/surface.hpp"
#include "livelink/builtin_schemas.hpp"

#include <doctest/doctest.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/text_format.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "livelink/embedded.hpp"
#include "wire/json_to_wire.hpp"
#include "wire/wire_to_json.hpp"

namespace octane::livelink {
namespace {

using base::ByteChain;
using base::ErrorCode;
using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using livelink::builtin_schemas;
using livelink::MapKind;
using livelink::MapRow;
using nlohmann::json;

const Surface& surface() {
    static const Surface all(builtin_schemas());
    return all;
}

base::Result<ResolvedName> find(std::size_t connected, std::string_view service, std::string_view method) {
    return surface().find(builtin_schemas()[connected], true, service, method);
}

ResolvedName found(std::size_t connected, std::string_view full_name) {
    auto route = find(connected, livelink::parent_of(full_name), livelink::simple_name(full_name));
    REQUIRE_MESSAGE(route, full_name);
    return *std::move(route);
}

// Something that is not a default, for a member of any type.
json sample(const FieldDescriptor& field, int seed = 1);
json sample(const Descriptor& message, int seed) {
    json object = json::object();
    for (int i = 0; i < message.field_count(); ++i) object[message.field(i)->name()] = sample(*message.field(i), seed + i);
    return object;
}
json one_sample(const FieldDescriptor& field, int seed) {
    switch (field.cpp_type()) {
        case FieldDescriptor::CPPTYPE_BOOL: return true;
        case FieldDescriptor::CPPTYPE_FLOAT:
        case FieldDescriptor::CPPTYPE_DOUBLE: return seed + 0.5;
        case FieldDescriptor::CPPTYPE_STRING: return "text " + std::to_string(seed);
        case FieldDescriptor::CPPTYPE_ENUM: return field.enum_type()->value(2)->name();
        case FieldDescriptor::CPPTYPE_INT64:
        case FieldDescriptor::CPPTYPE_UINT64: return std::to_string(seed + 1000);
        case FieldDescriptor::CPPTYPE_MESSAGE: return sample(*field.message_type(), seed);
        default: return seed + 2;
    }
}
json sample(const FieldDescriptor& field, int seed) {
    return field.is_repeated() ? json::array({one_sample(field, seed), one_sample(field, seed + 5)}) : one_sample(field, seed);
}

std::string to_wire(const Descriptor& message, const json& value, const wire::ForeignNames* foreign = nullptr) {
    wire::JsonReadOptions options;
    options.is_strict = true;
    options.foreign = foreign;
    auto read = wire::json_to_wire(message, value.dump(), options);
    REQUIRE_MESSAGE(read, value.dump());
    return std::move(read->bytes);
}

json to_json(const Descriptor& message, const ByteChain& bytes) {
    std::string text;
    const auto written = wire::wire_to_json(message, bytes, {}, text);
    REQUIRE_MESSAGE(written, message.full_name());
    return json::parse(text);
}

json to_json(const Descriptor& message, const std::string& bytes) {
    return to_json(message, ByteChain::own(bytes));
}

json constant_of(const Descriptor& message, const livelink::MapMember& member) {
    return message.FindFieldByName(member.name)->enum_type() == nullptr ? json(member.constant == "true") : json(member.constant);
}

// What a row says of a message: the members that one release sends, and what the other must get.
struct Example {
    json sent = json::object();
    json expected = json::object();
};
Example example_of(const std::vector<livelink::MapPair>& pairs, const Descriptor& from, std::size_t source, const Descriptor& to,
                   std::size_t target) {
    Example example;
    for (const auto& pair : pairs) {
        const auto& own = pair[source];
        const auto& other = pair[target];
        if (!own.name.empty() && (!other.name.empty() || !own.constant.empty())) {
            const auto* field = from.FindFieldByName(own.name);
            REQUIRE_MESSAGE(field != nullptr, own.name);
            example.sent[own.name] = own.constant.empty() ? sample(*field) : constant_of(from, own);
        }
        if (other.name.empty()) continue;
        if (!own.name.empty()) example.expected[other.name] = example.sent[own.name];
        if (own.name.empty() && !other.constant.empty()) example.expected[other.name] = constant_of(to, other);
    }
    return example;
}

const schema::Method& method_of(const MapRow& row, std::size_t column) {
    return *livelink::method_named(*builtin_schemas()[column], row.names[column]);
}

// The first row that asks the same under the name of that column: the one that is chosen.
const MapRow& chosen_row(const MapRow& row, std::size_t column) {
    for (const auto* other : livelink::builtin_release_map().find(column, row.names[column])) {
        if (other->kind == MapKind::method && other->request == row.request) return *other;
    }
    return row;
}

template <typename Visit>
void for_each_method_row(Visit visit) {
    int rows = 0;
    for (const auto& row : livelink::builtin_release_map().rows()) {
        if (row.kind != MapKind::method) continue;
        visit(row, 0, 1);
        visit(row, 1, 0);
        ++rows;
    }
    CHECK(rows == 116);
}

TEST_CASE("every request under every name of the one release becomes what the other release's method takes") {
    for_each_method_row([](const MapRow& row, std::size_t called, std::size_t connected) {
        CAPTURE(row.names[called]);
        const auto& from = method_of(row, called);
        const auto& to = method_of(chosen_row(row, called), connected);
        ResolvedName route = found(connected, row.names[called]);
        CHECK(route.called == &from);
        auto example = example_of(row.request, *from.request, called, *to.request, connected);
        if (row.request.empty()) {
            example.sent = sample(route.request_type(), 1);
            for (const char* alternative : {"bool_value", "int_value", "long_value"}) example.sent.erase(alternative);
            std::vector<std::string> typed;
            for (const auto& [name, value] : example.sent.items()) {
                const auto* field = route.request_type().FindFieldByName(name);
                if (field->real_containing_oneof() != nullptr && name != "float3_value") typed.push_back(name);
            }
            for (const auto& name : typed) example.sent.erase(name);
            example.expected = example.sent;
        }
        auto settled = choose_method(route, to_wire(route.request_type(), example.sent, route.foreign));
        REQUIRE(settled);
        CHECK(route.method == &to);
        CHECK(to_json(*to.request, *settled) == example.expected);
    });
}

TEST_CASE("every answer comes back in the shape that the called name promises") {
    for_each_method_row([](const MapRow& row, std::size_t called, std::size_t connected) {
        if (row.request.empty()) return;
        const MapRow& chosen = chosen_row(row, called);
        CAPTURE(row.names[called]);
        const auto& from = method_of(chosen, called);
        const auto& to = method_of(chosen, connected);
        ResolvedName route = found(connected, row.names[called]);
        const auto request = example_of(row.request, *from.request, called, *to.request, connected);
        REQUIRE(choose_method(route, to_wire(route.request_type(), request.sent)));
        const auto answer = example_of(chosen.answer, *to.response, connected, *from.response, called);
        const auto translated = translate_answer(route, ByteChain::own(to_wire(*to.response, answer.sent)));
        REQUIRE(translated);
        CHECK(&route.answer_type() == from.response);
        CHECK(to_json(route.answer_type(), *translated) == answer.expected);
    });
}

TEST_CASE("a request that goes to the other release's name and back is the same request") {
    for_each_method_row([](const MapRow& row, std::size_t called, std::size_t connected) {
        if (row.request.empty()) return;
        CAPTURE(row.names[called]);
        ResolvedName there = found(connected, row.names[called]);
        const auto& from = method_of(row, called);
        const auto& to = method_of(chosen_row(row, called), connected);
        const auto request = example_of(row.request, *from.request, called, *to.request, connected);
        const auto first = to_wire(*from.request, request.sent);
        auto once = choose_method(there, first);
        REQUIRE(once);
        ResolvedName back = found(called, there.method->descriptor->full_name());
        auto twice = choose_method(back, *once);
        REQUIRE(twice);
        CHECK(to_json(*back.method->request, *twice) == request.sent);
    });
}

TEST_CASE("a name that the connected release has stands for itself, in its own messages") {
    for (std::size_t release = 0; release < 2; ++release) {
        for (const auto* service : builtin_schemas()[release]->services()) {
            for (int i = 0; i < service->method_count(); ++i) {
                const auto route = found(release, service->method(i)->full_name());
                CHECK(route.method->descriptor == service->method(i));
                CHECK(route.called == route.method);
                CHECK(route.choices == nullptr);
                CHECK(&route.request_type() == service->method(i)->input_type());
                CHECK(&route.answer_type() == service->method(i)->output_type());
            }
        }
    }
}

TEST_CASE("every method of either release is there, stands for another, or is refused with the release that has it") {
    for (std::size_t release = 0; release < 2; ++release) {
        const auto& other = *builtin_schemas()[1 - release];
        for (const auto* service : other.services()) {
            for (int i = 0; i < service->method_count(); ++i) {
                const auto route = find(release, service->full_name(), service->method(i)->name());
                if (route) continue;
                CHECK(route.error().code == ErrorCode::release_lacks_method);
                CHECK(route.error().message.find(other.name() + " has it") != std::string::npos);
            }
        }
    }
    CHECK(find(1, "ApiGaussianSplatCloudNode", "obtain").error().message ==
          "Octane speaks beta2, which has no ApiGaussianSplatCloudNode.obtain; alpha5 has it (beta2 works on the node itself)");
}

TEST_CASE("short names and any letter case lead to another release's method, too") {
    CHECK(found(1, "ApiItem.getByAttrID").method->display == "ApiItem.getValueByAttrID");
    CHECK(found(1, "apiitemservice.GETBYATTRID").method->display == "ApiItem.getValueByAttrID");
    CHECK(found(1, "ApiGaussianSplatCloudNode.create").method->path == "/octaneapi.ApiGaussianSplattingService/create");
    CHECK(found(0, "octaneapi.ApiGaussianSplatting.create").method->path == "/octaneapi.ApiGaussianSplatCloudNodeService/create");
    const auto service = surface().find_service(builtin_schemas()[1], "ApiGaussianSplatCloudNode");
    REQUIRE(service);
    CHECK((*service)->full_name() == "octaneapi.ApiGaussianSplattingService");
    CHECK(surface().find_service(builtin_schemas()[0], "ApiItm").error().code == ErrorCode::service_not_found);
}

TEST_CASE("a scalar that alpha5 leaves out because it is 0 is there under beta2's name, and a missing object is not") {
    for (const auto& [type, value] : {std::pair<const char*, json>{"PIN_ID_BOOL", {{"bool_value", false}}},
                                      {"PIN_ID_INT", {{"int_value", 0}}},
                                      {"PIN_ID_FLOAT", {{"float_value", 0.0}}},
                                      {"PIN_ID_STRING", {{"string_value", ""}}},
                                      {"PIN_ID_FLOAT3", json::object()}}) {
        ResolvedName route = found(0, "ApiNode.getPinValueByPinID");
        REQUIRE(choose_method(route, to_wire(route.request_type(), {{"expected_type", type}})));
        const auto answer = translate_answer(route, ByteChain());
        REQUIRE(answer);
        CHECK(to_json(route.answer_type(), *answer) == value);
    }
}

TEST_CASE("without a type or a value a call that means one of many is refused with what to add") {
    ResolvedName get = found(0, "ApiNode.getPinValueByPinID");
    const auto untyped = choose_method(get, to_wire(get.request_type(), {{"pin_id", 2672}}));
    REQUIRE_FALSE(untyped);
    CHECK(untyped.error().code == ErrorCode::bad_value);
    CHECK(
        untyped.error().message ==
        "ApiNode.getPinValueByPinID on alpha5 needs \"expected_type\", which says the type of the value; \"expected_type\" takes "
        "PIN_ID_BOOL, PIN_ID_FLOAT, PIN_ID_FLOAT2, PIN_ID_FLOAT3, PIN_ID_FLOAT4, PIN_ID_INT, PIN_ID_INT2, PIN_ID_INT3, "
        "PIN_ID_INT4, "
        "PIN_ID_MATRIX, PIN_ID_STRING, PIN_ID_FILEPATH");
    ResolvedName set = found(0, "ApiNode.setPinValueByName");
    const auto valueless = choose_method(set, to_wire(set.request_type(), {{"name", "fov"}}));
    REQUIRE_FALSE(valueless);
    CHECK(valueless.error().code == ErrorCode::bad_value);
    CHECK(valueless.error().message.starts_with(
        "ApiNode.setPinValueByName on alpha5 needs the value in one of these members: bool_value, float_value"));
}

TEST_CASE("a type that the other release cannot do is 501, and a number of another enum is told apart") {
    ResolvedName get = found(0, "ApiNode.getPinValueByIx");
    const auto bytes = choose_method(get, to_wire(get.request_type(), {{"expected_type", "PIN_ID_BYTE"}}));
    REQUIRE_FALSE(bytes);
    CHECK(bytes.error().code == ErrorCode::release_lacks_method);
    CHECK(bytes.error().message.starts_with("ApiNode.getPinValueByIx on alpha5 has nothing for PIN_ID_BYTE"));
    const auto confused = choose_method(get, to_wire(get.request_type(), {{"expected_type", 7}}));  // AttributeType's FLOAT2
    REQUIRE_FALSE(confused);
    CHECK(confused.error().code == ErrorCode::bad_value);
    CHECK(confused.error().message.starts_with("ApiNode.getPinValueByIx on alpha5 does not know expected_type 7; "));
    ResolvedName set = found(0, "ApiNode.setPinValueByIx");
    const auto wide = choose_method(set, to_wire(set.request_type(), {{"long_value", "1"}}));
    REQUIRE_FALSE(wide);
    CHECK(wide.error().code == ErrorCode::release_lacks_method);
    CHECK(wide.error().message.starts_with("ApiNode.setPinValueByIx on alpha5 cannot take \"long_value\"; it takes bool_value"));
}

TEST_CASE("the number of FLOAT2 is 90, and 9 is FLOAT") {
    for (const auto& [number, method] : {std::pair(90, "ApiNode.getPinValue2"), {9, "ApiNode.getPinValue1"}}) {
        ResolvedName route = found(0, "ApiNode.getPinValueByPinID");
        REQUIRE(choose_method(route, to_wire(route.request_type(), {{"expected_type", number}})));
        CHECK(route.method->display == method);
    }
}

TEST_CASE("a refusal that beta2 puts into its answer fails the call that alpha5 knows to fail") {
    ResolvedName route = found(1, "ApiNode.setPinValue1");
    REQUIRE(choose_method(route, to_wire(route.request_type(), {{"value", 1.5}})));
    const auto& answer = *route.method->response;
    const auto refused = translate_answer(
        route, ByteChain::own(to_wire(answer, {{"success", false}, {"error_message", "the value has another type"}})));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::upstream_bad_request);
    CHECK(refused.error().grpc == base::GrpcStatus::invalid_argument);
    CHECK(refused.error().message == "the value has another type");
    const auto silent = translate_answer(route, ByteChain());
    REQUIRE_FALSE(silent);
    CHECK(silent.error().message == "Octane refused ApiNode.setPinValueByPinID without saying why");
}

TEST_CASE("an enum name that the connected release lacks is refused on the way") {
    ResolvedName route = found(0, "ApiNode.getPinValueByPinID");
    const auto settled =
        choose_method(route, to_wire(route.request_type(), {{"pin_id", "P_LIGHT_SAMPLER"}, {"expected_type", 3}}));
    REQUIRE_FALSE(settled);
    CHECK(settled.error().code == ErrorCode::bad_value);
    CHECK(settled.error().message.starts_with("\"pin_id\" is P_LIGHT_SAMPLER, "));
    ResolvedName newer = found(1, "ApiNode.getPinValue5");  // alpha5's name, but Octane knows the pin
    const auto asked = choose_method(newer, to_wire(newer.request_type(), {{"id", "P_LIGHT_SAMPLER"}}, newer.foreign));
    REQUIRE(asked);
    CHECK(to_json(*newer.method->request, *asked) == json{{"pin_id", "P_LIGHT_SAMPLER"}, {"expected_type", "PIN_ID_INT"}});
}

TEST_CASE("while the release is unknown a name is taken literally") {
    const auto route = surface().find(builtin_schemas()[1], false, "ApiItem", "getByAttrID");
    REQUIRE(route);
    CHECK(route->method->path == "/octaneapi.ApiItemService/getByAttrID");
    CHECK(route->schema == builtin_schemas()[0]);
}

TEST_CASE("an unknown name is answered with the nearest of all releases") {
    CHECK(find(1, "ApiItem", "getByAttrId2").error().message.find("getByAttrID") != std::string::npos);
    CHECK(find(1, "ApiNode", "getPinFlaot").error().message.find("did you mean getPinFloat") != std::string::npos);
    const auto service = find(1, "ApiGaussianSplatClouds", "create");
    CHECK(service.error().code == ErrorCode::service_not_found);
    CHECK(service.error().message.find("ApiGaussianSplatCloudNode") != std::string::npos);
}

TEST_CASE("the files of a newer Octane answer to the names of the releases before it") {
    auto read = schema::Schema::from_descriptor_set("custom", livelink::embedded_beta2());
    REQUIRE(read);
    const Surface newer({*read});
    const auto route = newer.find(*read, true, "ApiItem", "getByAttrID");
    REQUIRE(route);
    CHECK(route->method->display == "ApiItem.getValueByAttrID");
    CHECK(route->schema == *read);
}

TEST_CASE("an API that is no known release is read with the names of a method's own object, too") {
    google::protobuf::FileDescriptorSet set;
    REQUIRE(google::protobuf::TextFormat::ParseFromString(R"(
        file { name: "other.proto" package: "other" syntax: "proto3"
          message_type { name: "Ref" field { name: "handle" number: 1 type: TYPE_UINT64 label: LABEL_OPTIONAL } }
          message_type { name: "Ask" field { name: "item_ref" number: 1 type: TYPE_MESSAGE type_name: ".other.Ref" label: LABEL_OPTIONAL } }
          service { name: "Things" method { name: "ask" input_type: ".other.Ask" output_type: ".other.Ref" } } })",
                                                          &set));
    auto read = schema::Schema::from_descriptor_set("other", set.SerializeAsString());
    REQUIRE(read);
    const Surface other({*read});
    const auto route = other.find(*read, true, "Things", "ask");
    REQUIRE(route);
    const std::string sent = to_wire(route->request_type(), {{"objectPtr", {{"handle", 7}}}}, route->foreign);
    CHECK(to_json(route->request_type(), ByteChain::own(sent)) == json{{"item_ref", {{"handle", "7"}}}});
}

}  // namespace
}  // namespace octane::livelink
