#include "http/header_list.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace octane::http;

namespace {

std::vector<std::string> items_of(std::string_view list, char separator = ',') {
    std::vector<std::string> items;
    while (!list.empty()) items.emplace_back(take_item(list, separator));
    return items;
}

using Items = std::vector<std::string>;

}  // namespace

TEST_CASE("spaces and tabs at both ends are taken off") {
    CHECK(trim(" \t a b\t ") == "a b");
    CHECK(trim("a") == "a");
    CHECK(trim(" \t ").empty());
    CHECK(trim("").empty());
}

TEST_CASE("a list is taken apart item by item") {
    CHECK(items_of("gzip, deflate ,br") == Items{"gzip", "deflate", "br"});
    CHECK(items_of("one") == Items{"one"});
    CHECK(items_of("a,,b,") == Items{"a", "", "b"});
    CHECK(items_of(" , ") == Items{"", ""});
    CHECK(items_of("").empty());
    CHECK(items_of("br ; q=0.5", ';') == Items{"br", "q=0.5"});
}
