#include "frames/raw_facts.hpp"

#include <doctest/doctest.h>

#include <map>
#include <string>

#include "pictures.hpp"

namespace octane::frames {
namespace {

using tests::kKinds;
using tests::picture;
using tests::Rows;

TEST_CASE("the facts suffice to find every pixel of a buffer, whatever unit its pitch has") {
    for (const auto& kind : kKinds) {
        for (const Rows rows : tests::kEveryRows) {
            CAPTURE(kind.name);
            const RenderImage image = picture(kind, 9, 5, rows);
            const auto facts = raw_facts(image);
            REQUIRE(facts);
            std::map<std::string, std::string> by_name(facts->begin(), facts->end());
            CHECK(by_name["X-Width"] == "9");
            CHECK(by_name["X-Height"] == "5");
            CHECK(by_name["X-Image-Type-Name"] == kind.name);
            CHECK(std::stoul(by_name["X-Pixel-Bytes"]) == tests::pixel_bytes(kind));
            CHECK(std::stoul(by_name["X-Row-Bytes"]) == (rows == Rows::tight ? 9 : 12) * tests::pixel_bytes(kind));
        }
    }
}

TEST_CASE("a buffer that does not fit its size has no facts") {
    RenderImage image = picture(kKinds[0], 9, 5);
    image.height = 6;
    CHECK_FALSE(raw_facts(image));
}

}  // namespace
}  // namespace octane::frames
