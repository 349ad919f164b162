#include "livelink/release_map.hpp"
#include "livelink/builtin_schemas.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "unit/schema/folders.hpp"
#include "livelink/embedded.hpp"

namespace octane::livelink::tests {
namespace {

using schema::tests::Folder;

constexpr const char* kHeader = "kind,old,new,request,answer,note\n";

ReleaseMap parsed(const std::string& rows) {
    auto map = ReleaseMap::parse(kHeader + rows);
    REQUIRE(map);
    return *std::move(map);
}

}  // namespace

TEST_CASE("A row is found by each name in its column, without regard to case") {
    const auto map = parsed("method,a.S.get,a.S.read,x=y =t:ONE,r=s,why\nlacks,,a.S.more,,,\n");
    CHECK(map.releases() == std::vector<std::string>{"old", "new"});
    REQUIRE(map.rows().size() == 2);
    const auto found = map.find(0, "a.S.GET");
    REQUIRE(found.size() == 1);
    CHECK(found.front() == &map.rows().front());
    CHECK(map.find(1, "a.S.get").empty());
    CHECK(map.find(1, "a.S.more").front()->kind == MapKind::lacks);
    const auto& row = *found.front();
    CHECK(row.kind == MapKind::method);
    REQUIRE(row.request.size() == 2);
    CHECK(row.request[0] == MapPair{{"x", ""}, {"y", ""}});
    CHECK(row.request[1] == MapPair{{"", ""}, {"t", "ONE"}});
    CHECK(row.answer.at(0) == MapPair{{"r", ""}, {"s", ""}});
    CHECK(row.note == "why");
}

TEST_CASE("Each name of a row of synonyms finds it") {
    const auto map = parsed("synonym,a.E.ONE a.F.EINS,a.E.ONE,,,\n");
    CHECK(map.find(0, "a.E.ONE").size() == 1);
    CHECK(map.find(0, "a.F.EINS").size() == 1);
    CHECK(map.find(1, "a.F.EINS").empty());
}

TEST_CASE("What is no table of releases is refused with its line") {
    for (const char* row : {"method,a.S.get\n", "wonder,a,b,,,\n", "method,a,b,x=y=z,,\n", "method,a,b,,,,\n"}) {
        const auto map = ReleaseMap::parse(std::string(kHeader) + "lacks,a,,,,\n" + row);
        REQUIRE_FALSE(map);
        CHECK(map.error().message.find("line 3") != std::string::npos);
    }
    CHECK_FALSE(ReleaseMap::parse(""));
    CHECK_FALSE(ReleaseMap::parse("kind,old,new\n"));
}

TEST_CASE("Each built-in release has its own column") {
    const auto& map = builtin_release_map();
    REQUIRE(map.releases().size() == builtin_schemas().size());
    for (std::size_t i = 0; i < builtin_schemas().size(); ++i) CHECK(map.column_of(*builtin_schemas()[i]) == i);
}

TEST_CASE("A schema of another name is read by the release whose renamed methods it has, other APIs by none") {
    const auto& map = builtin_release_map();
    const auto newer = schema::Schema::from_descriptor_set("custom", embedded_beta2());
    REQUIRE(newer);
    CHECK(map.column_of(**newer) == 1);
    Folder folder;
    folder.write("greeter.proto",
                 "syntax = \"proto3\"; package hello; message Words {} service Greeter { rpc Greet (Words) returns (Words); }");
    const auto other = schema::Schema::from_directory("custom", folder.path());
    REQUIRE(other);
    CHECK_FALSE(map.column_of(**other));
}

TEST_CASE("Every method that the built-in map names is in the built-in schema of its column") {
    for (const auto& row : builtin_release_map().rows()) {
        if (row.kind != MapKind::method) continue;
        for (std::size_t i = 0; i < row.names.size(); ++i)
            CHECK_MESSAGE(method_named(*builtin_schemas()[i], row.names[i]) != nullptr, row.names[i]);
    }
    CHECK(method_named(*builtin_schemas()[0], "") == nullptr);
}

}  // namespace octane::livelink::tests
