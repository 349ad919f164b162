#include "endpoints/open_json.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace octane::endpoints {
namespace {

OpenJson parsed(std::string_view text) {
    auto json = OpenJson::parse(text);
    REQUIRE(json);
    return *std::move(json);
}

std::string written(const OpenJson& json) {
    std::string text;
    json.write(text);
    return text;
}

TEST_CASE("what nobody touches is written as it was read") {
    for (const std::string_view text : {R"({"a" : 1.50,"a":[ {} ]})", "[1,\n2]", "null", R"("x\u0041")", "-0"})
        CHECK(written(parsed(text)) == text);
    CHECK(written(parsed(" \n{}\t")) == "{}");
    CHECK(written(OpenJson()) == "null");
    CHECK(written(OpenJson::string("a\"\n")) == R"("a\"\n")");
    using namespace std::string_view_literals;
    for (const std::string_view text : {""sv, "{"sv, "{}x"sv, "{}\0"sv, "'a'"sv, "01"sv, "\"\xFF\""sv})
        CHECK_FALSE(OpenJson::parse(text));
}

TEST_CASE("members are found by either name, and new ones are null") {
    OpenJson::Room room = OpenJson::kMostOpened;
    auto json = parsed(R"( { "a" : {"b":[1,{"c":"}]\"\\"}]} , "x\u0079" : 5 , "a":7})");
    REQUIRE(json.member("a", "a", room) != nullptr);
    CHECK(written(*json.member("a", "a", room)) == R"({"b":[1,{"c":"}]\"\\"}]})");
    CHECK(written(*json.member("other", "xy", room)) == "5");
    auto* const made = json.member("new", "neu", room);
    REQUIRE(made != nullptr);
    CHECK(made->is_null());
    *made = OpenJson::literal("true");
    auto* const list = json.member("a", "a", room)->member("b", "b", room)->elements(room);
    REQUIRE(list != nullptr);
    CHECK(list->size() == 2);
    CHECK(written((*list)[1]) == R"({"c":"}]\"\\"})");
    CHECK(written(json) == R"({"a":{"b":[1,{"c":"}]\"\\"}]},"xy":5,"a":7,"new":true})");
}

TEST_CASE("what is neither object nor list is not opened, and what is null becomes one") {
    OpenJson::Room room = OpenJson::kMostOpened;
    for (const std::string_view text : {"1", "\"{\"", "[]", "true"}) CHECK(parsed(text).member("a", "a", room) == nullptr);
    for (const std::string_view text : {"1", "\"[\"", "{}", "false"}) CHECK(parsed(text).elements(room) == nullptr);
    OpenJson object;
    REQUIRE(object.member("a", "a", room) != nullptr);
    CHECK(written(object) == R"({"a":null})");
    OpenJson list;
    REQUIRE(list.elements(room) != nullptr);
    CHECK(written(list) == "[]");
}

TEST_CASE("lists and objects of any shape mean the same once they have been opened") {
    OpenJson::Room room = OpenJson::kMostOpened;
    for (const std::string_view text :
         {"[ ]", "{ }", "[1]", "[ [ ] , { } ]", R"({"a":[],"b":{},"c":"","d":-1e5,"e":null})", R"([ "a,b" , 1 ,true])"}) {
        auto json = parsed(text);
        if (json.is_list())
            CHECK(json.elements(room) != nullptr);
        else
            CHECK(json.member("a", "a", room) != nullptr);
        auto expected = nlohmann::json::parse(text);
        if (expected.is_object() && !expected.contains("a")) expected["a"] = nullptr;
        CHECK(nlohmann::json::parse(written(json)) == expected);
    }
}

TEST_CASE("what is opened in all has room, which what cannot be opened does not take") {
    OpenJson::Room room = 7;
    auto json = parsed(R"({"a":[0,0],"b":[0,0,0],"c":[]})");
    auto* const first = json.member("a", "a", room);
    REQUIRE(first != nullptr);
    CHECK(room == 4);
    REQUIRE(first->elements(room) != nullptr);
    CHECK(first->elements(room) != nullptr);  // it is open already
    CHECK(room == 2);
    CHECK(json.member("b", "b", room)->elements(room) == nullptr);
    CHECK(room == 2);
    CHECK(json.member("d", "d", room) != nullptr);
    CHECK(json.member("e", "e", room) != nullptr);
    CHECK(json.member("f", "f", room) == nullptr);
    CHECK(json.member("c", "c", room)->elements(room) != nullptr);
    CHECK(written(json) == R"({"a":[0,0],"b":[0,0,0],"c":[],"d":null,"e":null})");
    CHECK(json.size() >= written(json).size());
}

TEST_CASE("a list that is far too long is not opened") {
    OpenJson::Room room = OpenJson::kMostOpened;
    std::string text = "[0";
    for (std::size_t i = 0; i < OpenJson::kMostOpened; ++i) text += ",0";
    CHECK(parsed(text + "]").elements(room) == nullptr);
    CHECK(parsed(text.substr(0, text.size() - 2) + "]").elements(room) != nullptr);
    CHECK(room == 0);
}

}  // namespace
}  // namespace octane::endpoints
