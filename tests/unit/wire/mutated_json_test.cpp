// Requests that are nearly right, held against json_util: what it takes is taken here and means the same, but for the cases that
// is_stricter() and is_read_otherwise() name.
#include <doctest/doctest.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/stubs/logging.h>

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "oracle.hpp"
#include "random_schema.hpp"
#include "wire/json_to_wire.hpp"

namespace octane::wire::mutated_json_cases {
namespace {

using Json = nlohmann::json;
using test::Syntax;

const std::vector<Json>& replacements() {
    static const std::vector<Json> kValues = {nullptr,
                                              true,
                                              0,
                                              1,
                                              -1,
                                              1.5,
                                              1e3,
                                              1e300,
                                              4294967296LL,
                                              -2147483649LL,
                                              12345678901234567LL,
                                              "",
                                              "1",
                                              "1e3",
                                              "1.0",
                                              "1e400",
                                              " 1",
                                              "x",
                                              "aB",
                                              "a_b",
                                              "NaN",
                                              "-Infinity",
                                              "true",
                                              "1s",
                                              "2000-01-01T00:00:00Z",
                                              "KIND_1",
                                              "kind_1",
                                              "NULL_VALUE",
                                              "AQ==",
                                              "_-",
                                              Json::array(),
                                              Json::object(),
                                              Json::array({1}),
                                              Json::array({nullptr}),
                                              Json::array({Json::array()}),
                                              Json::array({Json::object()}),
                                              {{"a", 1}},
                                              {{"@type", "type.googleapis.com/r.M0"}}};
    return kValues;
}

struct Mutation {
    Json json;
    Json before;
    Json after;
};

void collect(Json& value, std::vector<Json*>& all) {
    all.push_back(&value);
    if (!value.is_structured()) return;
    for (Json& inner : value) collect(inner, all);
}

// One value anywhere in it is another one, or a member is gone.
Mutation mutated(Json json, std::mt19937& random) {
    std::vector<Json*> all;
    collect(json, all);
    Json& place = *all[random() % all.size()];
    const Json before = place;
    Json after = replacements()[random() % replacements().size()];
    if (place.is_object() && !place.empty() && random() % 4 == 0) {
        after = place;
        after.erase(std::next(place.begin(), static_cast<std::ptrdiff_t>(random() % place.size())).key());
    }
    place = after;
    return {std::move(json), before, after};
}

// What json_util takes although protobuf's rules for JSON do not say so: one value where a list belongs, lists inside lists, null
// in lists and maps, field masks that are in snake_case already, quoted 1 for true, and a map's object or a list's that is empty
// where a message or another scalar belongs.
bool is_stricter(const std::string& refusal) {
    const auto says = [&refusal](const char* words) { return refusal.find(words) != std::string::npos; };
    return says("takes an array, but") || says("but null was found") || says("but an array was found") ||
           says("takes field names such as") || says("takes true or false, but the string \"1\"") || says("but an object");
}

// Field masks with capitals in a row, which json_util takes for one word; null for a whole list of Values, which it takes for one
// that is null; and lists in lists of messages that are but a list, which may be written as that list.
bool is_read_otherwise(const Mutation& mutation) {
    const bool is_list_of_lists = mutation.after.is_array() && !mutation.after.empty() && mutation.after[0].is_array();
    if (mutation.after.is_array()) return mutation.before.is_object() || is_list_of_lists;
    if (mutation.after.is_null()) return mutation.before.is_array();
    if (!mutation.after.is_string() || !mutation.before.is_string()) return false;
    const auto& text = mutation.after.get_ref<const std::string&>();
    const auto is_capital = [](char c) { return std::isupper(static_cast<unsigned char>(c)) != 0; };
    const bool has_capitals = std::adjacent_find(text.begin(), text.end(),
                                                 [&](char a, char b) { return is_capital(a) && is_capital(b); }) != text.end();
    const auto& mask = mutation.before.get_ref<const std::string&>();
    return (has_capitals || text == "NaN") && mask.find_first_not_of("abdeilnoprtwDEWs,.") == std::string::npos;
}

TEST_CASE("what json_util takes of requests that are nearly right is taken as the same message") {
    const google::protobuf::LogSilencer quiet;
    unsigned taken = 0;
    for (unsigned seed = 0; seed < 24; ++seed) {
        CAPTURE(seed);
        const test::RandomSchema schema(seed, seed % 2 == 0 ? Syntax::proto2 : Syntax::proto3);
        test::Oracle oracle(schema.pool());
        test::MessageMaker maker(schema, seed, {.with_groups_and_extensions = false});
        std::mt19937 random(seed);
        for (int round = 0; round < 60; ++round) {
            const auto& type = *schema.messages()[random() % schema.messages().size()];
            const auto json = oracle.to_json(type, maker.make(type)->SerializePartialAsString(), false, false);
            REQUIRE(json.has_value());
            for (int times = 0; times < 4; ++times) {
                const Mutation mutation = mutated(Json::parse(*json), random);
                const std::string text = mutation.json.dump();
                const auto theirs = oracle.to_wire(type, text);
                // It takes some values that it can then not write, such as a Value of no kind: as good as refused.
                if (!theirs || !oracle.to_json(type, *theirs, false, false)) continue;
                CAPTURE(text);
                CAPTURE(mutation.before);
                CAPTURE(mutation.after);
                const auto ours = json_to_wire(type, text);
                if (!ours) {
                    REQUIRE_MESSAGE(is_stricter(ours.error().message), ours.error().message);
                    continue;
                }
                ++taken;
                if (is_read_otherwise(mutation)) continue;
                REQUIRE(oracle.canonical(type, ours->bytes) == oracle.canonical(type, *theirs));
            }
        }
    }
    CHECK(taken > 500);
}

}  // namespace
}  // namespace octane::wire::mutated_json_cases
