#include "http/media_type.hpp"

#include <algorithm>
#include <boost/beast/core/string.hpp>
#include <utility>

namespace octane::http {
namespace {

constexpr std::pair<std::string_view, std::string_view> kExtensions[] = {
    {".html", "text/html; charset=utf-8"},
    {".htm", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".mjs", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".json", "application/json"},
    {".map", "application/json"},
    {".webmanifest", "application/manifest+json"},
    {".xml", "application/xml"},
    {".txt", "text/plain; charset=utf-8"},
    {".md", "text/markdown; charset=utf-8"},
    {".csv", "text/csv; charset=utf-8"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".jpg", "image/jpeg"},
    {".jpeg", "image/jpeg"},
    {".gif", "image/gif"},
    {".webp", "image/webp"},
    {".avif", "image/avif"},
    {".ico", "image/x-icon"},
    {".woff2", "font/woff2"},
    {".woff", "font/woff"},
    {".ttf", "font/ttf"},
    {".otf", "font/otf"},
    {".wasm", "application/wasm"},
    {".glb", "model/gltf-binary"},
    {".gltf", "model/gltf+json"},
    {".mp4", "video/mp4"},
    {".webm", "video/webm"},
    {".pdf", "application/pdf"},
};

constexpr std::string_view kCompressible[] = {
    "application/json", "application/xml", "application/manifest+json", "application/wasm", "image/svg+xml", "image/x-icon",
    "font/ttf",         "font/otf",        "model/gltf+json",           "model/gltf-binary"};

}  // namespace

std::string media_type_of(std::string_view file_name) {
    const auto dot = file_name.rfind('.');
    if (dot != std::string_view::npos) {
        for (const auto& [extension, type] : kExtensions) {
            if (boost::beast::iequals(file_name.substr(dot), extension)) return std::string(type);
        }
    }
    return "application/octet-stream";
}

bool is_compressible(std::string_view media_type) {
    const auto bare = media_type.substr(0, media_type.find(';'));
    return bare.starts_with("text/") || std::ranges::find(kCompressible, bare) != std::end(kCompressible);
}

}  // namespace octane::http
