#include "endpoints/content_type.hpp"

#include <utility>

namespace octane::endpoints {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kUnknown = "application/octet-stream";

constexpr std::pair<std::string_view, std::string_view> kSignatures[] = {
    {"\xFF\xD8\xFF"sv, "image/jpeg"},
    {"\x89PNG\r\n\x1A\n"sv, "image/png"},
    {"GIF8"sv, "image/gif"},
    {"II*\0"sv, "image/tiff"},
    {"MM\0*"sv, "image/tiff"},
    {"\x76\x2F\x31\x01"sv, "image/x-exr"},
    {"#?RADIANCE"sv, "image/vnd.radiance"},
    {"PK\x03\x04"sv, "application/zip"},
};

}  // namespace

std::string recognise_content(std::string_view first_bytes) {
    for (const auto& [signature, type] : kSignatures) {
        if (first_bytes.starts_with(signature)) return std::string(type);
    }
    if (first_bytes.size() >= 12 && first_bytes.starts_with("RIFF") && first_bytes.substr(8, 4) == "WEBP") return "image/webp";
    return std::string(kUnknown);
}

std::string recognise_content(const base::ByteChain& content) {
    constexpr std::size_t kEnough = 16;
    std::string begin;
    for (const auto piece : content.segments()) {
        begin += piece.substr(0, kEnough - begin.size());
        if (begin.size() == kEnough) break;
    }
    return recognise_content(std::string_view(begin));
}

}  // namespace octane::endpoints
