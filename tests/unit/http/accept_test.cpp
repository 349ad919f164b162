#include "http/accept.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string_view>

using namespace octane::http;

namespace {

constexpr std::array<std::string_view, 2> kPictures = {"image/jpeg", "image/png"};

}  // namespace

TEST_CASE("The best type is that of the greatest weight, the first of equals, and none where none is wanted") {
    CHECK(best_media_type("", kPictures) == 0);
    CHECK(best_media_type("image/png", kPictures) == 1);
    CHECK(best_media_type("image/*", kPictures) == 0);
    CHECK(best_media_type("image/*;q=0.5, image/png", kPictures) == 1);
    CHECK_FALSE(best_media_type("text/html", kPictures).has_value());
}

TEST_CASE("A weight that is no number between 0 and 1 does not win over one that is") {
    CHECK_FALSE(best_media_type("image/png;q=nan", kPictures).has_value());
    CHECK_FALSE(best_media_type("image/png;q=-1", kPictures).has_value());
    CHECK(best_media_type("image/jpeg;q=0.1, image/png;q=nan", kPictures) == 0);
    CHECK(best_media_type("image/jpeg, image/png;q=inf", kPictures) == 0);
}
