// The translation held against json_util for every unary method of both releases.
#include <doctest/doctest.h>
#include <google/protobuf/descriptor.h>

#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "alike.hpp"
#include "livelink/builtin_schemas.hpp"
#include "oracle.hpp"
#include "sample_messages.hpp"
#include "schema/schema.hpp"
#include "wire/json_to_wire.hpp"
#include "wire/wire_to_json.hpp"

namespace octane::wire {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::MethodDescriptor;
using google::protobuf::ServiceDescriptor;
using Json = nlohmann::json;

struct Types {
    std::set<const Descriptor*> requests;
    std::set<const Descriptor*> answers;
    int methods = 0;
};

Types unary_types(const schema::Schema& schema) {
    Types types;
    for (const ServiceDescriptor* service : schema.services()) {
        for (int i = 0; i < service->method_count(); ++i) {
            const MethodDescriptor& method = *service->method(i);
            if (method.client_streaming() || method.server_streaming()) continue;
            ++types.methods;
            types.requests.insert(method.input_type());
            types.answers.insert(method.output_type());
        }
    }
    return types;
}

void check_request(test::Oracle& oracle, const Descriptor& type, unsigned variant) {
    const std::string json = test::sample_message(type, variant).dump();
    const auto ours = json_to_wire(type, json, {.is_strict = true});
    REQUIRE_MESSAGE(ours.has_value(), (ours ? "" : ours.error().message));
    const auto theirs = oracle.to_wire(type, json);
    REQUIRE(theirs.has_value());
    const auto canonical = oracle.canonical(type, ours->bytes);
    REQUIRE(canonical.has_value());
    REQUIRE(*canonical == *oracle.canonical(type, *theirs));
}

void check_answer(test::Oracle& oracle, const Descriptor& type, unsigned variant, std::mt19937& random) {
    const auto wire = oracle.to_wire(type, test::sample_message(type, variant).dump());
    REQUIRE(wire.has_value());
    const auto canonical = oracle.canonical(type, *wire);
    REQUIRE(canonical.has_value());
    const bool with_defaults = variant % 2 == 1;
    const bool enums_as_numbers = variant % 3 == 1;
    std::string ours;
    const bool is_shredded = canonical->size() < 4000;
    const base::ByteChain answer =
        is_shredded ? test::shredded(*canonical, random) : test::cut_at(*canonical, random() % canonical->size());
    const auto done = wire_to_json(type, answer, {.with_defaults = with_defaults, .enums_as_numbers = enums_as_numbers}, ours);
    REQUIRE_MESSAGE(done.has_value(), (done ? "" : done.error().message));
    const auto theirs = oracle.to_json(type, *canonical, with_defaults, enums_as_numbers);
    REQUIRE(theirs.has_value());
    const Json parsed = Json::parse(ours);
    REQUIRE(test::is_alike(test::without_nulls(parsed), Json::parse(*theirs)));
    const auto back = json_to_wire(type, ours, {.is_strict = true});
    REQUIRE_MESSAGE(back.has_value(), (back ? "" : back.error().message));
    REQUIRE(oracle.canonical(type, back->bytes) == canonical);
}

TEST_CASE("every request of every unary method of both releases becomes the bytes that json_util makes of it") {
    for (const auto& schema : livelink::builtin_schemas()) {
        CAPTURE(schema->name());
        test::Oracle oracle(schema->pool());
        const Types types = unary_types(*schema);
        CHECK(types.methods > 1300);
        for (const Descriptor* type : types.requests) {
            CAPTURE(type->full_name());
            for (unsigned variant = 0; variant < test::variants_of(*type); ++variant) check_request(oracle, *type, variant);
        }
    }
}

TEST_CASE("every answer of every unary method of both releases becomes the JSON that json_util makes of it") {
    std::mt19937 random(10);
    for (const auto& schema : livelink::builtin_schemas()) {
        CAPTURE(schema->name());
        test::Oracle oracle(schema->pool());
        const Types types = unary_types(*schema);
        for (const Descriptor* type : types.answers) {
            CAPTURE(type->full_name());
            for (unsigned variant = 0; variant < test::variants_of(*type); ++variant)
                check_answer(oracle, *type, variant, random);
        }
    }
}

TEST_CASE("answers in the one-of dialect of both releases keep the member first and its one-of's name second") {
    for (const auto& schema : livelink::builtin_schemas()) {
        CAPTURE(schema->name());
        for (const Descriptor* type : unary_types(*schema).answers) {
            if (type->real_oneof_decl_count() != 1 || type->oneof_decl(0)->field_count() != type->field_count()) continue;
            CAPTURE(type->full_name());
            for (unsigned variant = 0; variant < static_cast<unsigned>(type->field_count()); ++variant) {
                const Json sample = test::sample_message(*type, variant);
                const auto wire = json_to_wire(*type, sample.dump());
                REQUIRE(wire.has_value());
                std::string out;
                REQUIRE(wire_to_json(*type, base::ByteChain::own(wire->bytes), {.with_defaults = true, .one_of_keys = true}, out)
                            .has_value());
                const auto parsed = nlohmann::ordered_json::parse(out);
                REQUIRE(parsed.size() == 2);
                const std::string member = type->field(static_cast<int>(variant))->name();
                REQUIRE(std::next(parsed.begin(), 0).key() == member);
                REQUIRE(std::next(parsed.begin(), 1).key() == type->oneof_decl(0)->name());
                REQUIRE(std::next(parsed.begin(), 1).value() == member);
            }
        }
    }
}

}  // namespace
}  // namespace octane::wire
