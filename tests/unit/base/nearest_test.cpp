#include "base/nearest.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace octane::base {
namespace {

using Names = std::vector<std::string_view>;

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

TEST_CASE("The nearest names contain the wanted one or are a few edits away, the likeliest first") {
    const Names names{"RENDER_PASS_BEAUTY", "RENDER_PASS_DEPTH", "NT_TEX_IMAGE", "NT_TEX_RGB", "camera"};
    CHECK(nearest_names("beauty", names, 3) == Names{"RENDER_PASS_BEAUTY"});
    CHECK(nearest_names("NT_TEX_RBG", names, 3) == Names{"NT_TEX_RGB"});
    CHECK(nearest_names("CAMRA", names, 3) == Names{"camera"});
    CHECK(nearest_names("NT_TEX", names, 3) == Names{"NT_TEX_RGB", "NT_TEX_IMAGE"});
    CHECK(nearest_names("NT_TEX", names, 1) == Names{"NT_TEX_RGB"});
    CHECK(nearest_names("zzzzzzzz", names, 3).empty());
    CHECK(nearest_names("", names, 3).empty());
    CHECK(nearest_names("camera", {}, 3).empty());
}

TEST_CASE("An endless name costs no more than a long one") {
    CHECK(nearest_names(std::string(1000000, 'x'), {"abc", "def"}, 3).empty());
}

TEST_CASE("Joined names are counted beyond the limit") {
    CHECK(join_names({}, 3) == "");
    CHECK(join_names({"a", "b"}, 3) == "a, b");
    CHECK(join_names({"a", "b", "c", "d"}, 2) == "a, b and 2 more");
}

TEST_CASE("Letter case does not count in names") {
    CHECK(equals_ignoring_case("Color_Blue", "COLOR_BLUE"));
    CHECK_FALSE(equals_ignoring_case("a", "ab"));
    CHECK_FALSE(equals_ignoring_case("a[", "a{"));
    CHECK(lowered("Color_BLUE [ÄZ@]") == "color_blue [Äz@]");
    CHECK(lowered("").empty());
}

}  // namespace
}  // namespace octane::base
