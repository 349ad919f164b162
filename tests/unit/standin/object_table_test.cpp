#include "standin/object_table.hpp"

#include <doctest/doctest.h>

namespace octane::standin {
namespace {

TEST_CASE("handles count up from one million and freed ones are given out again, lowest first") {
    ObjectTable table;
    const Handle a = table.add<Item>().handle;
    const Handle b = table.add<Item>().handle;
    const Handle c = table.add<Item>().handle;
    CHECK(a == 1000000);
    CHECK(b == a + 1);
    CHECK(c == b + 1);
    table.free(b);
    table.free(a);
    CHECK(table.find(a) == nullptr);
    CHECK(table.add<Array>().handle == a);
    CHECK(table.add<Array>().handle == b);
    CHECK(table.add<Array>().handle == c + 1);
}

TEST_CASE("an object is found only as what it is") {
    ObjectTable table;
    const Handle array = table.add<Array>().handle;
    CHECK(table.find_as<Array>(array) != nullptr);
    CHECK(table.find_as<Item>(array) == nullptr);
    CHECK(table.find(0) == nullptr);
}

TEST_CASE("arrays that nobody frees do not pile up beyond the bound, and items stay") {
    ObjectTable table;
    const Handle item = table.add<Item>().handle;
    for (std::size_t i = 0; i < ObjectTable::kMostTemporary + 500; ++i) table.add_temporary<Array>();
    CHECK(table.size() == ObjectTable::kMostTemporary + 1);
    CHECK(table.find_as<Item>(item) != nullptr);
}

}  // namespace
}  // namespace octane::standin
