#include "wire/nearest.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace octane::wire {
namespace {

using Names = std::vector<std::string_view>;

TEST_CASE("the nearest names contain the wanted one or are a few edits away, the likeliest first") {
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

TEST_CASE("an endless name costs no more than a long one") {
    CHECK(nearest_names(std::string(1000000, 'x'), {"abc", "def"}, 3).empty());
}

TEST_CASE("joined names are counted beyond the limit") {
    CHECK(join_names({}, 3) == "");
    CHECK(join_names({"a", "b"}, 3) == "a, b");
    CHECK(join_names({"a", "b", "c", "d"}, 2) == "a, b and 2 more");
}

TEST_CASE("letter case does not count in names") {
    CHECK(equals_ignoring_case("Color_Blue", "COLOR_BLUE"));
    CHECK_FALSE(equals_ignoring_case("a", "ab"));
    CHECK_FALSE(equals_ignoring_case("a[", "a{"));
}

}  // namespace
}  // namespace octane::wire
