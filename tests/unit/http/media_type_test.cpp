#include "http/media_type.hpp"

#include <doctest/doctest.h>

#include <utility>

using namespace octane::http;

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
    for (const auto& [name, type] : kTypes) CHECK(media_type_of(name) == type);
}

TEST_CASE("a name that says nothing is served as bytes") {
    for (const char* name : {"", "/", "/file", "/html", "/a.exe", "/a.html.bak", "/png", "/a.b/c"})
        CHECK(media_type_of(name) == "application/octet-stream");
}

TEST_CASE("an extension counts in any case") {
    CHECK(media_type_of("/PHOTO.JPG") == "image/jpeg");
}

TEST_CASE("text is worth compressing, what is compressed already is not") {
    for (const char* type : {"text/html; charset=utf-8", "text/csv", "application/json", "image/svg+xml", "application/wasm"})
        CHECK(is_compressible(type));
    for (const char* type : {"image/png", "font/woff2", "application/zip", "application/octet-stream", "video/mp4", ""})
        CHECK_FALSE(is_compressible(type));
}
