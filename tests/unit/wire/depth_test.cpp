// Tests of the wire room: one limit of nesting for requests and answers, and how much stack it takes.
#include "wire/levels.hpp"

#include <doctest/doctest.h>
#include <google/protobuf/descriptor.h>
#include <pthread.h>

#include <string>
#include <string_view>
#include <vector>

#include "oracle.hpp"
#include "wire/json_to_wire.hpp"
#include "wire/wire_to_json.hpp"
#include "wire/writer.hpp"

namespace octane::wire {
namespace {

constexpr const char* kTooDeep = "nested deeper than 100 levels";
constexpr const char* kAnyOfAny = R"({"@type":"/google.protobuf.Any","value":)";

std::string repeated(std::string_view text, int times) {
    std::string all;
    for (int i = 0; i < times; ++i) all += text;
    return all;
}

std::string nested(int times, const std::string& open, const std::string& core, const std::string& close) {
    return repeated(open, times) + core + repeated(close, times);
}

struct Echo {
    std::string json;
    std::string refusal;  // of the request or of the answer, and which
};

Echo echo(const google::protobuf::Descriptor& type, const std::string& json, const JsonWriteOptions& options = {}) {
    const auto wire = json_to_wire(type, json);
    if (!wire) return {"", "request: " + wire.error().message};
    Echo echoed;
    const auto done = wire_to_json(type, base::ByteChain::own(wire->bytes), options, echoed.json);
    if (!done) echoed.refusal = "answer: " + done.error().message;
    return echoed;
}

const google::protobuf::Descriptor& named(const std::string& type) {
    return test::everyday().message(type);
}

// Runs `work` on a thread with so much stack and no more.
template <typename Work>
void run_with_stack(std::size_t bytes, Work work) {
    pthread_attr_t attributes;
    REQUIRE(pthread_attr_init(&attributes) == 0);
    REQUIRE(pthread_attr_setstacksize(&attributes, bytes) == 0);
    pthread_t thread{};
    const auto start = [](void* argument) -> void* {
        (*static_cast<Work*>(argument))();
        return nullptr;
    };
    REQUIRE(pthread_create(&thread, &attributes, start, &work) == 0);
    REQUIRE(pthread_join(thread, nullptr) == 0);
    pthread_attr_destroy(&attributes);
}

TEST_CASE("what is nested to the limit is echoed, and one level more is refused before it is sent") {
    const auto check = [](const std::string& type, const std::string& open, const std::string& core, const std::string& close,
                          int most) {
        CAPTURE(type);
        CAPTURE(open);
        const std::string deepest = nested(most, open, core, close);
        CHECK(echo(named(type), deepest).refusal == "");
        CHECK(echo(named(type), deepest).json == deepest);
        const auto deeper = echo(named(type), nested(most + 1, open, core, close));
        CHECK(deeper.refusal == "request: the JSON is " + std::string(kTooDeep));
    };
    check("everyday.Tree", R"({"left":)", "{}", "}", kMostLevels - 1);
    check("everyday.Tree", R"({"children":[)", R"({"name":"x"})", "]}", (kMostLevels - 1) / 2);
    check("google.protobuf.Struct", R"({"a":)", "{}", "}", kMostLevels - 1);
    check("google.protobuf.Value", "[", "null", "]", kMostLevels);
    check("google.protobuf.ListValue", "[", "1", "]", kMostLevels);
    check("google.protobuf.Value", R"([{"a":)", "true", "}]", kMostLevels / 2);
    check("google.protobuf.Any", kAnyOfAny, "{}", "}", kMostLevels - 1);
}

TEST_CASE("levels inside an Any count, wherever its type stands") {
    const std::string early = R"("content":{"@type":"/everyday.Parcel",)";
    const std::string late_end = R"(,"@type":"/everyday.Parcel"})";
    const auto parcel = [&](int levels) { return "{" + nested(levels - 1, early, R"("note":"x")", "}") + "}"; };
    const auto late_parcel = [&](int levels) {
        return "{" + nested(levels - 1, R"("content":{)", R"("note":"x")", late_end) + "}";
    };
    const auto& type = named("everyday.Parcel");
    CHECK(echo(type, parcel(kMostLevels)).json == parcel(kMostLevels));
    CHECK(echo(type, late_parcel(kMostLevels)).json == parcel(kMostLevels));
    CHECK(echo(type, parcel(kMostLevels + 1)).refusal == "request: the JSON is " + std::string(kTooDeep));
    CHECK(echo(type, late_parcel(kMostLevels + 1)).refusal == "request: the JSON is " + std::string(kTooDeep));
}

TEST_CASE("an Any that is nested too deeply in an answer is written as bytes, and the rest as it is") {
    std::string wire;
    for (int depth = 0; depth < 500; ++depth) {
        std::string any;
        append_bytes_field(any, 1, "/everyday.Parcel");
        append_bytes_field(any, 2, wire);
        wire.clear();
        append_bytes_field(wire, 1, any);
        append_bytes_field(wire, 3, "x");
    }
    std::string json;
    REQUIRE(wire_to_json(named("everyday.Parcel"), base::ByteChain::own(wire), {}, json).has_value());
    const std::string shown = R"({"content":)" + repeated(R"({"@type":"/everyday.Parcel","content":)", kMostLevels - 2);
    CHECK(json.substr(0, shown.size()) == shown);
    CHECK(json.substr(shown.size(), 41) == R"({"type_url":"/everyday.Parcel","value":"C)");
    CHECK(json.ends_with(repeated(R"(,"note":"x"})", kMostLevels - 1)));
    CHECK(echo(named("everyday.Parcel"), json).json == json);
}

TEST_CASE("groups inside one another count as levels, too, and as many are skipped where they are unknown") {
    const test::TextPool pool(
        "syntax = \"proto2\"; message G { optional group Part = 1 { optional G more = 2; optional group In = 3 "
        "{ optional Part part = 4; } } } message None {}");
    const auto& group = pool.message("G");
    const auto nested_groups = [](int times) { return R"({"part":)" + nested(times, R"({"in":{"part":)", "{}", "}}") + "}"; };
    CHECK(echo(group, nested_groups(49)).json == nested_groups(49));
    CHECK(echo(group, nested_groups(50)).refusal == "request: the JSON is " + std::string(kTooDeep));
    const auto skipped = [&pool](int levels) {
        std::string json;
        return wire_to_json(pool.message("None"), base::ByteChain::own(nested(levels, "\x0B", "", "\x0C")), {}, json).has_value();
    };
    CHECK(skipped(kMostLevels));
    CHECK_FALSE(skipped(kMostLevels + 1));
}

TEST_CASE("a struct nested 63 deep is sent and echoed") {
    const std::string json = nested(62, R"({"a":)", R"({"b":1})", "}");
    CHECK(echo(named("google.protobuf.Struct"), json).json == json);
    CHECK(echo(named("everyday.Known"), R"({"structure":)" + json + "}").json == R"({"structure":)" + json + "}");
}

TEST_CASE("levels that only the answer's JSON shows count in the request, too") {
    const test::TextPool pool("syntax = \"proto3\"; message L { repeated L data = 1; }");
    const auto& list = pool.message("L");
    const std::string deepest = nested(kMostLevels / 2, "[", "", "]");
    CHECK(echo(list, deepest).json == nested(kMostLevels / 2 - 1, R"({"data":[)", "{}", "]}"));
    CHECK(echo(list, nested(kMostLevels / 2 + 1, "[", "", "]")).refusal == "request: the JSON is " + std::string(kTooDeep));
}

TEST_CASE("what a request may say is answered in every dialect: empty lists and Buffer objects add no level") {
    const std::string deepest = nested(kMostLevels - 1, R"({"left":)", "{}", "}");
    CHECK(echo(named("everyday.Tree"), deepest, {.with_defaults = true}).refusal == "");
    CHECK(echo(named("everyday.Scalars"), R"({"blob":"AQ=="})", {.bytes_as_buffer = true, .max_depth = 1}).refusal == "");
    CHECK(echo(named("everyday.Lists"), R"({"blobs":["AQ=="]})", {.with_defaults = true, .bytes_as_buffer = true, .max_depth = 2})
              .refusal == "");
}

TEST_CASE("members that are ignored count, and no number of levels overflows anything") {
    const auto& tree = named("everyday.Tree");
    CHECK(echo(tree, nested(kMostLevels - 1, R"({"ignored":)", "{}", "}")).json == "{}");
    CHECK(echo(tree, nested(kMostLevels, R"({"ignored":)", "{}", "}")).refusal ==
          "request: the JSON is " + std::string(kTooDeep));
    CHECK(echo(tree, R"({"ignored":)" + std::string(1000000, '[')).refusal == "request: the JSON is " + std::string(kTooDeep));
    CHECK(echo(tree, nested(2, R"({"left":)", "{}", "}")).refusal == "");
    CHECK(json_to_wire(tree, nested(2, R"({"left":)", "{}", "}"), {.max_depth = 2}).error().message ==
          "the JSON is nested deeper than 2 levels");
    std::string wire;
    for (int depth = 0; depth < 5000; ++depth) {
        std::string outer;
        append_bytes_field(outer, 3, wire);
        wire = outer;
    }
    std::string out;
    CHECK(wire_to_json(tree, base::ByteChain::own(wire), {}, out).error().message == "the answer is " + std::string(kTooDeep));
    CHECK(out.empty());
}

TEST_CASE("the deepest JSON of every kind is read and written on a stack of 512 KiB") {
    struct Case {
        std::string type;
        std::string json;
    };
    const std::vector<Case> cases = {
        {"everyday.Tree", nested(kMostLevels - 1, R"({"left":)", "{}", "}")},
        {"everyday.Tree", nested((kMostLevels - 1) / 2, R"({"children":[)", "{}", "]}")},
        {"google.protobuf.Struct", nested(kMostLevels - 1, R"({"a":)", "{}", "}")},
        {"google.protobuf.Value", nested(kMostLevels, "[", "1", "]")},
        {"google.protobuf.Value", nested(kMostLevels / 2, R"([{"a":)", "1", "}]")},
        {"google.protobuf.Any", nested(kMostLevels - 1, kAnyOfAny, "{}", "}")},
        {"everyday.Parcel",
         "{" + nested(kMostLevels - 1, R"("content":{"@type":"/everyday.Parcel",)", R"("note":"x")", "}") + "}"},
    };
    for (const Case& one : cases) {
        CAPTURE(one.type);
        std::string json;
        run_with_stack(512 * 1024, [&] { json = echo(named(one.type), one.json).json; });
        CHECK(json == one.json);
    }
    // Sub-messages that come in parts are joined, which takes another way down.
    std::string wire;
    for (int depth = 1; depth < kMostLevels; ++depth) {
        std::string outer;
        append_bytes_field(outer, 3, "");
        append_bytes_field(outer, 3, wire);
        wire = outer;
    }
    std::string json;
    run_with_stack(512 * 1024, [&] { (void)wire_to_json(named("everyday.Tree"), base::ByteChain::own(wire), {}, json); });
    CHECK(json == nested(kMostLevels - 1, R"({"left":)", "{}", "}"));
    // So are Anys of which one part has the type and one the content.
    wire.clear();
    for (int depth = 1; depth < kMostLevels; ++depth) {
        std::string type;
        append_bytes_field(type, 1, "/everyday.Parcel");
        std::string content;
        append_bytes_field(content, 2, wire);
        wire.clear();
        append_bytes_field(wire, 1, type);
        append_bytes_field(wire, 1, content);
    }
    json.clear();
    run_with_stack(512 * 1024, [&] { (void)wire_to_json(named("everyday.Parcel"), base::ByteChain::own(wire), {}, json); });
    CHECK(json ==
          R"({"content":)" +
              nested(kMostLevels - 2, R"({"@type":"/everyday.Parcel","content":)", R"({"@type":"/everyday.Parcel"})", "}") + "}");
}

}  // namespace
}  // namespace octane::wire
