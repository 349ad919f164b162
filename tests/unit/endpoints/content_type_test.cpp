#include "endpoints/content_type.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

namespace octane::endpoints {
namespace {

using namespace std::string_view_literals;

TEST_CASE("bytes are recognised by their signature") {
    CHECK(recognise_content("\xFF\xD8\xFF\xE0 JFIF"sv) == "image/jpeg");
    CHECK(recognise_content("\x89PNG\r\n\x1A\n rest"sv) == "image/png");
    CHECK(recognise_content("RIFF\x10\0\0\0WEBPVP8 "sv) == "image/webp");
    CHECK(recognise_content("GIF89a"sv) == "image/gif");
    CHECK(recognise_content("GIF87a"sv) == "image/gif");
    CHECK(recognise_content("II*\0rest"sv) == "image/tiff");
    CHECK(recognise_content("MM\0*rest"sv) == "image/tiff");
    CHECK(recognise_content("\x76\x2F\x31\x01\x02"sv) == "image/x-exr");
    CHECK(recognise_content("#?RADIANCE\nFORMAT"sv) == "image/vnd.radiance");
    CHECK(recognise_content("PK\x03\x04"sv) == "application/zip");
}

TEST_CASE("bytes that only begin like a signature, or are none, are bytes") {
    for (const std::string_view bytes : {""sv, "\xFF\xD8"sv, "\x89PNG"sv, "RIFF"sv, "RIFF\x10\0\0\0WAVEfmt "sv,
                                         "RIFF\x10\0\0\0WEB"sv, "II*"sv, "PK"sv, "<html>"sv, "plain text"sv}) {
        CHECK(recognise_content(bytes) == "application/octet-stream");
    }
}

TEST_CASE("bytes are recognised however they are cut") {
    const std::string png = "\x89PNG\r\n\x1A\n and more than enough";
    for (std::size_t size = 1; size < png.size(); ++size) {
        std::vector<std::string_view> pieces{std::string_view()};
        for (std::string_view rest = png; !rest.empty(); rest.remove_prefix(pieces.back().size()))
            pieces.push_back(rest.substr(0, size));
        CHECK(recognise_content(base::ByteChain(pieces, nullptr)) == "image/png");
    }
    CHECK(recognise_content(base::ByteChain()) == "application/octet-stream");
}

}  // namespace
}  // namespace octane::endpoints
