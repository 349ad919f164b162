#include "wire/reshape.hpp"

#include <doctest/doctest.h>
#include <google/protobuf/compiler/parser.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "wire/json_to_wire.hpp"
#include "wire/wire_to_json.hpp"

namespace octane::wire {
namespace {

namespace pb = google::protobuf;
using nlohmann::json;

// A message type M with the given members, in a pool of its own.
class Type {
  public:
    explicit Type(const std::string& members) {
        const std::string text = "syntax = \"proto3\"; enum E { NONE = 0; ONE = 1; LATE = 9; " +
                                 std::string(members.find("renumbered") == std::string::npos ? "TWO = 2;" : "TWO = 22;") +
                                 " } message Part { int32 x = 1; } message M { " + members + " }";
        pb::io::ArrayInputStream stream(text.data(), static_cast<int>(text.size()));
        pb::io::Tokenizer tokenizer(&stream, nullptr);
        pb::FileDescriptorProto file;
        REQUIRE(pb::compiler::Parser().Parse(&tokenizer, &file));
        file.set_name("m.proto");
        REQUIRE(pool_.BuildFile(file) != nullptr);
    }
    [[nodiscard]] const pb::Descriptor& message() const { return *pool_.FindMessageTypeByName("M"); }
    [[nodiscard]] const pb::FieldDescriptor* operator[](const char* name) const { return message().FindFieldByName(name); }

    [[nodiscard]] base::ByteChain bytes(const json& value) const {
        auto wire = json_to_wire(message(), value.dump());
        REQUIRE(wire);
        return base::ByteChain::own(std::move(wire->bytes));
    }
    [[nodiscard]] json read(const std::string& bytes) const {
        std::string text;
        REQUIRE(wire_to_json(message(), base::ByteChain::own(bytes), {}, text));
        return json::parse(text);
    }

  private:
    pb::DescriptorPool pool_;
};

TEST_CASE("members of every wire type move to their new numbers, and what has no move is left out") {
    const Type from("int32 a = 1; double b = 2; float c = 3; string d = 4; Part e = 5; sint32 f = 6; int32 lost = 7;");
    const Type to("sint32 f = 1; Part e = 20; string d = 300; float c = 4; double b = 5; int32 a = 6;");
    Reshape reshape;
    for (const char* name : {"a", "b", "c", "d", "e", "f"}) reshape.moves.push_back({from[name], to[name]});
    const json value = {{"a", -5}, {"b", 0.1}, {"c", 1.5}, {"d", "text"}, {"e", {{"x", 3}}}, {"f", -7}};
    json sent = value;
    sent["lost"] = 1;
    const auto out = reshaped(reshape, from.bytes(sent));
    REQUIRE(out);
    CHECK(to.read(*out) == value);
}

TEST_CASE("the pieces in which the bytes arrived do not matter") {
    const Type from("string d = 1; int32 a = 2;");
    const Type to("int32 a = 1; string d = 2;");
    const Reshape reshape{{{from["a"], to["a"]}, {from["d"], to["d"]}}, {}, {}};
    const std::string whole = from.bytes({{"d", "a longer text"}, {"a", 1000}}).flatten();
    for (std::size_t cut = 0; cut <= whole.size(); ++cut) {
        const std::string_view all(whole);
        const base::ByteChain chain({all.substr(0, cut), all.substr(cut)}, nullptr);
        const auto out = reshaped(reshape, chain);
        REQUIRE(out);
        CHECK(to.read(*out) == json{{"a", 1000}, {"d", "a longer text"}});
    }
}

TEST_CASE("a default that is not on the wire is written where its absence would mean something else") {
    const Type plain("int32 a = 1; float c = 2; string d = 3; double b = 4; bool t = 5; Part e = 6;");
    const Type chosen(
        "optional int32 a = 1; optional float c = 2; optional string d = 3; optional double b = 4; optional bool t = 5; Part e = "
        "6;");
    Reshape there;
    Reshape back;
    for (const char* name : {"a", "b", "c", "d", "t", "e"}) {
        there.moves.push_back({plain[name], chosen[name]});
        back.moves.push_back({chosen[name], plain[name]});
    }
    const auto out = reshaped(there, base::ByteChain());
    REQUIRE(out);
    CHECK(chosen.read(*out) == json{{"a", 0}, {"b", 0.0}, {"c", 0.0}, {"d", ""}, {"t", false}});
    const auto again = reshaped(back, base::ByteChain());
    REQUIRE(again);
    CHECK(again->empty());
}

TEST_CASE("an enum keeps its name, and a number without one stays as it is") {
    const Type from("E e = 1;");
    const Type to("E e = 1; int32 renumbered = 2;");
    const Reshape reshape{{{from["e"], to["e"]}}, {}, {}};
    const auto moved = [&](const json& value) {
        const auto out = reshaped(reshape, from.bytes({{"e", value}}));
        REQUIRE(out);
        return to.read(*out).at("e");
    };
    CHECK(moved("ONE") == "ONE");
    CHECK(moved("TWO") == "TWO");
    CHECK(moved(777) == 777);
}

TEST_CASE("constants are written, and conditions and one-of members tell whether a message fits") {
    const Type from("bool ok = 1; E kind = 2; oneof value { int32 a = 3; string d = 4; }");
    const Type to("E kind = 1; string d = 2; bool made = 3;");
    const Reshape reshape{{{from["d"], to["d"]}}, {{from["ok"], 1}}, {{to["made"], 1}, {to["kind"], 9}}};
    const auto out = reshaped(reshape, from.bytes({{"ok", true}, {"d", "x"}}));
    REQUIRE(out);
    CHECK(to.read(*out) == json{{"d", "x"}, {"made", true}, {"kind", "LATE"}});

    CHECK(fit_of(reshape, from.bytes({{"ok", true}, {"d", ""}})).has_members);
    CHECK(fit_of(reshape, from.bytes({{"ok", true}, {"d", ""}})).meets_conditions);
    CHECK_FALSE(fit_of(reshape, from.bytes({{"ok", true}, {"a", 0}})).has_members);
    CHECK_FALSE(fit_of(reshape, from.bytes({{"ok", false}})).meets_conditions);
    CHECK_FALSE(fit_of(reshape, base::ByteChain()).meets_conditions);
}

TEST_CASE("bytes that are no message are refused") {
    const Type type("string d = 1;");
    const Reshape reshape{{{type["d"], type["d"]}}, {}, {}};
    for (const char* bytes : {"\x0A",
                              "\x0A\x05"
                              "abc",
                              "\xFF\xFF\xFF"}) {
        const auto out = reshaped(reshape, base::ByteChain::own(bytes));
        REQUIRE_FALSE(out);
        CHECK(out.error().code == base::ErrorCode::bad_answer);
    }
}

}  // namespace
}  // namespace octane::wire
