// The translation held against json_util and protobuf itself, for schemas and messages that nobody wrote.
#include <doctest/doctest.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <google/protobuf/stubs/logging.h>

#include <nlohmann/json.hpp>
#include <string>

#include "alike.hpp"
#include "oracle.hpp"
#include "random_schema.hpp"
#include "wire/json_to_wire.hpp"
#include "wire/wire_to_json.hpp"

namespace octane::wire::random_schema_cases {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::Message;
using Json = nlohmann::json;
using test::Syntax;

constexpr unsigned kSchemas = 20;
constexpr unsigned kMessages = 6;

// Calls `check` with messages of every type of many schemas.
template <typename Check>
void for_each_message(Syntax syntax, test::MessageOptions options, Check check) {
    const google::protobuf::LogSilencer quiet;
    for (unsigned seed = 0; seed < kSchemas; ++seed) {
        CAPTURE(seed);
        const test::RandomSchema schema(seed, syntax);
        test::Oracle oracle(schema.pool());
        test::MessageMaker maker(schema, seed, options);
        std::mt19937 random(seed);
        for (const Descriptor* type : schema.messages()) {
            for (unsigned i = 0; i < kMessages; ++i) {
                const auto wire = oracle.canonical(*type, maker.make(*type)->SerializePartialAsString());
                REQUIRE(wire.has_value());
                check(oracle, *type, *wire, random);
            }
        }
    }
}

std::string written(const Descriptor& type, const base::ByteChain& wire, const JsonWriteOptions& options = {}) {
    std::string json;
    const auto done = wire_to_json(type, wire, options, json);
    REQUIRE_MESSAGE(done.has_value(), (done ? "" : done.error().message));
    return json;
}

TEST_CASE("what json_util writes of a message of any schema is what is written here") {
    for (const Syntax syntax : {Syntax::proto2, Syntax::proto3}) {
        unsigned compared = 0;
        for_each_message(syntax, {.with_groups_and_extensions = false},
                         [&](test::Oracle& oracle, const Descriptor& type, const std::string& wire, std::mt19937& random) {
                             const bool enums_as_numbers = random() % 4 == 0;
                             // json_util's defaults of proto2 are wrong for bytes and for what is not finite.
                             const bool with_defaults = syntax == Syntax::proto3 && random() % 4 == 0;
                             const auto theirs = oracle.to_json(type, wire, with_defaults, enums_as_numbers);
                             REQUIRE(theirs.has_value());
                             // Nor does it write those of a message in an Any.
                             if (with_defaults && theirs->find("@type") != std::string::npos) return;
                             const JsonWriteOptions options{.with_defaults = with_defaults, .enums_as_numbers = enums_as_numbers};
                             const std::string ours = written(type, test::shredded(wire, random), options);
                             CAPTURE(ours);
                             CAPTURE(*theirs);
                             const auto comparable = [with_defaults](const std::string& json) {
                                 return with_defaults ? test::without_nulls(Json::parse(json)) : Json::parse(json);
                             };
                             REQUIRE(test::is_alike(comparable(ours), comparable(*theirs)));
                             ++compared;
                         });
        CHECK(compared > 350);
    }
}

TEST_CASE("what is written of a message of any schema is read as the same message, groups and extensions too") {
    for (const Syntax syntax : {Syntax::proto2, Syntax::proto3}) {
        for_each_message(syntax, {},
                         [&](test::Oracle& oracle, const Descriptor& type, const std::string& wire, std::mt19937& random) {
                             const bool enums_as_numbers = random() % 4 == 0;
                             const JsonWriteOptions options{.enums_as_numbers = enums_as_numbers};
                             const std::string json = written(type, test::shredded(wire, random), options);
                             CAPTURE(json);
                             const auto back = json_to_wire(type, json, {.is_strict = true});
                             REQUIRE_MESSAGE(back.has_value(), (back ? "" : back.error().message));
                             REQUIRE(oracle.canonical(type, back->bytes) == wire);
                         });
    }
}

TEST_CASE("json_util's JSON of a message of any schema is read as json_util reads it") {
    for (const Syntax syntax : {Syntax::proto2, Syntax::proto3}) {
        for_each_message(syntax, {.with_groups_and_extensions = false},
                         [&](test::Oracle& oracle, const Descriptor& type, const std::string& wire, std::mt19937& random) {
                             const auto json = oracle.to_json(type, wire, false, random() % 4 == 0);
                             REQUIRE(json.has_value());
                             CAPTURE(*json);
                             const auto ours = json_to_wire(type, *json, {.is_strict = true});
                             REQUIRE_MESSAGE(ours.has_value(), (ours ? "" : ours.error().message));
                             const auto theirs = oracle.to_wire(type, *json);
                             REQUIRE(theirs.has_value());
                             REQUIRE(oracle.canonical(type, ours->bytes) == oracle.canonical(type, *theirs));
                         });
    }
}

}  // namespace
}  // namespace octane::wire::random_schema_cases
