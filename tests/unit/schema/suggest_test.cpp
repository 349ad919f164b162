#include "schema/suggest.hpp"

#include <doctest/doctest.h>

namespace octane::schema::tests {
namespace {

using Names = std::vector<std::string_view>;

}  // namespace

TEST_CASE("The nearest names come first, and at most three") {
    const Names known = {"name", "named", "names", "namesake", "unrelated"};
    CHECK(nearest_names("name", known) == Names{"name", "named", "names"});
    CHECK(nearest_names("nmae", known) == Names{"name"});
    CHECK(nearest_names("NAMED", {"unrelated", "named"}) == Names{"named"});
}

TEST_CASE("A letter too many, too few, changed or swapped is near; two changes in a short name are not") {
    const Names known = {"clear"};
    CHECK(nearest_names("clar", known) == known);
    CHECK(nearest_names("cllear", known) == known);
    CHECK(nearest_names("cleat", known) == known);
    CHECK(nearest_names("celar", known) == known);
    CHECK(nearest_names("clxxr", known).empty());
}

TEST_CASE("A name that holds the other is near when the common part is long enough to mean something") {
    CHECK(nearest_names("Item", {"ApiItem", "ApiNode"}) == Names{"ApiItem"});
    CHECK(nearest_names("MyApiItemThing", {"ApiItem", "ApiNode"}) == Names{"ApiItem"});
    CHECK(nearest_names("It", {"ApiItem"}).empty());
}

TEST_CASE("Nothing is suggested for nothing or for what is longer than any name") {
    CHECK(nearest_names("", {"a"}).empty());
    CHECK(nearest_names(std::string(100, 'a'), {std::string_view("a")}).empty());
    const std::string longest(100, 'a');
    CHECK(nearest_names(longest, {longest}).size() == 1);
    CHECK(nearest_names(longest + "a", {longest}).empty());
    CHECK(nearest_names("name", {}).empty());
}

TEST_CASE("Suggestions end a sentence with a question") {
    CHECK(did_you_mean({}) == "");
    CHECK(did_you_mean({"A"}) == "; did you mean A?");
    CHECK(did_you_mean({"A", "B"}) == "; did you mean A or B?");
    CHECK(did_you_mean({"A", "B", "C"}) == "; did you mean A, B or C?");
}

}  // namespace octane::schema::tests
