#include "endpoints/content_type.hpp"

#include <doctest/doctest.h>

#include <string_view>
#include <utility>

namespace octane::endpoints {
namespace {

using namespace std::string_view_literals;

TEST_CASE("the files that a page is made of have the types that browsers insist on") {
    constexpr std::pair<const char*, const char*> kTypes[] = {{"/index.html", "text/html; charset=utf-8"},
                                                              {"/app.js", "text/javascript; charset=utf-8"},
                                                              {"/deep/er/app.mjs", "text/javascript; charset=utf-8"},
                                                              {"/style.css", "text/css; charset=utf-8"},
                                                              {"/data.json", "application/json"},
                                                              {"/app.js.map", "application/json"},
                                                              {"/favicon.svg", "image/svg+xml"},
                                                              {"/a.png", "image/png"},
                                                              {"/a.jpg", "image/jpeg"},
                                                              {"/a.jpeg", "image/jpeg"},
                                                              {"/a.webp", "image/webp"},
                                                              {"/favicon.ico", "image/x-icon"},
                                                              {"/f.woff2", "font/woff2"},
                                                              {"/m.wasm", "application/wasm"},
                                                              {"/robots.txt", "text/plain; charset=utf-8"}};
    for (const auto& [name, type] : kTypes) CHECK(content_type_of(name) == type);
}

TEST_CASE("a name that says nothing is served as bytes") {
    for (const char* name : {"", "/", "/file", "/html", "/a.exe", "/a.html.bak", "/png"})
        CHECK(content_type_of(name) == "application/octet-stream");
}

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

}  // namespace
}  // namespace octane::endpoints
