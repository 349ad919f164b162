#include "endpoints/frame_format.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>

namespace octane::endpoints {
namespace {

using frames::Format;

base::Result<FrameFormat> choose(std::string_view path, std::string_view query = {}, std::string_view accept = {}) {
    return choose_frame_format(path, http::Query(query), accept);
}

Format negotiated(std::string_view accept) {
    const auto format = choose("/render/frame", {}, accept);
    REQUIRE(format);
    CHECK(format->is_negotiated);
    return format->format;
}

TEST_CASE("a frame's format is that of its path, whatever else is said") {
    for (const auto& [path, format] : {std::pair("/render/frame.jpg", Format::jpeg), std::pair("/render/frame.png", Format::png),
                                       std::pair("/render/frame.webp", Format::webp), std::pair("/render/frame.exr", Format::exr),
                                       std::pair("/render/frame.raw", Format::raw)}) {
        const auto chosen = choose(path, "format=webp", "image/jpeg");
        REQUIRE(chosen);
        CHECK(chosen->format == format);
        CHECK_FALSE(chosen->is_description);
        CHECK_FALSE(chosen->is_negotiated);
    }
    CHECK(choose("/render/frame.json")->is_description);
}

TEST_CASE("without a suffix the query decides, and a word that is no format is refused with those that are") {
    CHECK(choose("/render/frame", "format=png", "image/jpeg")->format == Format::png);
    CHECK(choose("/render/frame", "format=json", "image/jpeg")->is_description);
    for (const char* word : {"both", "gif", ""}) {
        const auto refused = choose("/render/frame", std::string("format=") + word);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == base::ErrorCode::bad_query);
        CHECK(refused.error().message.find("jpeg, png, webp, exr, raw or json") != std::string::npos);
    }
}

TEST_CASE("who says nothing gets JPEG") {
    CHECK(choose("/render/frame")->format == Format::jpeg);
    CHECK_FALSE(choose("/render/frame")->is_negotiated);
    CHECK(negotiated("*/*") == Format::jpeg);
    CHECK(negotiated("image/*") == Format::jpeg);
}

TEST_CASE("Accept decides by its weights, and the most exact range counts") {
    CHECK(negotiated("image/png") == Format::png);
    CHECK(negotiated("IMAGE/PNG") == Format::png);
    CHECK(negotiated("image/jpeg;q=0.5, image/webp") == Format::webp);
    CHECK(negotiated("image/*;q=0.9, image/png;q=0.95") == Format::png);
    CHECK(negotiated("image/*, image/jpeg;q=0, image/png;q=0.1") == Format::webp);
    CHECK(negotiated("text/html, image/x-exr ; q=0.2 , */*;q=0.1") == Format::exr);
    CHECK(negotiated("application/octet-stream") == Format::raw);
    CHECK(choose("/render/frame", {}, "application/json")->is_description);
    // What a browser sends for <img>.
    CHECK(negotiated("image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8") == Format::jpeg);
}

TEST_CASE("an Accept that nothing fits is 406 and says what would") {
    for (const char* accept : {"text/html", "image/avif", "image/jpeg;q=0", "image/png;q=nonsense", ";;,,q=1"}) {
        CAPTURE(accept);
        const auto refused = choose("/render/frame", {}, accept);
        REQUIRE_FALSE(refused);
        CHECK(base::http_status(refused.error().code) == 406);
        CHECK(refused.error().message.find("image/jpeg") != std::string::npos);
    }
}

}  // namespace
}  // namespace octane::endpoints
