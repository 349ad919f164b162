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
    CHECK(recognise_content("\0\0\0\x1C"
                            "ftypavif\0\0\0\0"sv) == "image/avif");
    CHECK(recognise_content("\0\0\0\x2C"
                            "ftypavis\0\0\0\0"sv) == "image/avif");
    CHECK(recognise_content("\0\0\0\x0CjP  \r\n\x87\n\0\0\0\x14"sv) == "image/jp2");
    CHECK(recognise_content("\xFF\x4F\xFF\x51\0\x2F"sv) == "image/jp2");
    CHECK(recognise_content("ply\nformat ascii 1.0\n"sv) == "model/ply");
    CHECK(recognise_content("ply\r\nformat ascii 1.0\r\n"sv) == "model/ply");
    CHECK(recognise_content("glTF\x02\0\0\0\x10\0\0\0"sv) == "model/gltf-binary");
}

TEST_CASE("bytes that only begin like a signature, or are none, are bytes") {
    for (const std::string_view bytes :
         {""sv, "\xFF\xD8"sv, "\x89PNG"sv, "RIFF"sv, "RIFF\x10\0\0\0WAVEfmt "sv, "RIFF\x10\0\0\0WEB"sv, "II*"sv, "PK"sv,
          "<html>"sv, "plain text"sv, "ply"sv, "ply format"sv, "ply\r"sv, "glT"sv, "\xFF\x4F\xFF"sv, "\0\0\0\x0CjP  "sv,
          "\0\0\0\x1C"
          "ftypavi"sv,
          "\0\0\0\x1C"
          "ftypisom"sv,
          "avif"sv}) {
        CHECK(recognise_content(bytes) == "application/octet-stream");
    }
}

TEST_CASE("a video stream is recognised where it begins with what a decoder needs first") {
    for (const std::string_view bytes :
         {"\0\0\0\1\x67\x64\x00\x28\xAC"sv, "\0\0\1\x67\x42\xC0\x1E\x8C"sv, "\0\0\0\1\x27\x4D\x40\x1F"sv,
          "\0\0\0\1\x09\xF0\0\0\0\1\x67\x64\x00\x28\xAC"sv, "\0\0\0\1\x09\x10\0\0\1\x67\x64\x00\x28\xAC"sv})
        CHECK(recognise_content(bytes) == "video/h264");
    CHECK(recognise_content("\x12\0\x0A\x0B\0\0\0\x24"sv) == "video/av1");
    for (const std::string_view bytes : {
             "\0\0\0\1"sv, "\0\0\0\1\x67"sv, "\0\0\0\1\x67\x64\x00"sv,
             "\0\0\0\1\x07\x64\x00\x28"sv,                  // parameters that nobody needs
             "\0\0\0\1\x67\x65\x00\x28"sv,                  // no profile
             "\0\0\0\1\x67\x64\x01\x28"sv,                  // reserved bits
             "\0\0\0\1\x65\x88\x84\x00"sv,                  // a picture without its parameters
             "\0\0\0\1\x09\xF0\x67\x64\x00\x28"sv,          // no start code behind the delimiter
             "\0\0\0\1\x40\x01\x0C\x01\xFF\xFF\x01\x60"sv,  // H.265
             "\0\0\1\xB3\x14\x00\xF0\x13"sv,                // MPEG-2
             "\0\0\1\xB0\x01\0\0\1\xB5"sv,                  // MPEG-4, part 2
             "\x12\0"sv, "\x12\0\x0A"sv, "\x12\0\x0A\x0B"sv,
             "\x12\0\x0A\x0B\x60"sv,  // no profile
             "\x12\0\x32\x0B\0"sv,    // a picture without its header
         })
        CHECK(recognise_content(bytes) == "application/octet-stream");
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
