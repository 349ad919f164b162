#include "endpoints/content_type.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
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
    {"\0\0\0\x0CjP  \r\n\x87\n"sv, "image/jp2"},
    {"\xFF\x4F\xFF\x51"sv, "image/jp2"},  // JPEG 2000 without its box
    {"\x76\x2F\x31\x01"sv, "image/x-exr"},
    {"#?RADIANCE"sv, "image/vnd.radiance"},
    {"ply\n"sv, "model/ply"},
    {"ply\r\n"sv, "model/ply"},
    {"glTF"sv, "model/gltf-binary"},
    {"PK\x03\x04"sv, "application/zip"},
};

std::uint8_t byte_at(std::string_view bytes, std::size_t place) {
    return place < bytes.size() ? static_cast<std::uint8_t>(bytes[place]) : 0;
}

// A file of boxes, by the brand in its first one.
bool has_brand(std::string_view bytes, std::string_view brand) {
    return bytes.size() >= 12 && bytes.substr(4, 4) == "ftyp" && bytes.substr(8, 4) == brand;
}

bool skip_start_code(std::string_view& bytes) {
    for (const auto code : {"\0\0\0\1"sv, "\0\0\1"sv}) {
        if (!bytes.starts_with(code)) continue;
        bytes.remove_prefix(code.size());
        return true;
    }
    return false;
}

// H.264 as a stream of its own (Annex B). Its start code is that of H.265 and MPEG, too; so it takes the parameters that a
// decoder needs first: a sequence parameter set with one of the profiles, perhaps behind an access unit delimiter.
bool is_h264(std::string_view bytes) {
    static constexpr std::array<std::uint8_t, 11> kProfiles = {44, 66, 77, 83, 86, 88, 100, 110, 118, 122, 244};
    constexpr std::uint8_t kDelimiter = 9;
    constexpr std::uint8_t kParameters = 7;
    if (!skip_start_code(bytes)) return false;
    if (byte_at(bytes, 0) == kDelimiter && (byte_at(bytes, 1) & 0x1FU) == 0x10) {
        bytes.remove_prefix(2);
        if (!skip_start_code(bytes)) return false;
    }
    const bool is_parameters = (byte_at(bytes, 0) & 0x9FU) == kParameters && (byte_at(bytes, 0) & 0x60U) != 0;
    const bool has_profile = std::ranges::find(kProfiles, byte_at(bytes, 1)) != kProfiles.end();
    const bool has_level = bytes.size() >= 4 && (byte_at(bytes, 2) & 0x03U) == 0 && byte_at(bytes, 3) != 0;
    return is_parameters && has_profile && has_level;
}

// AV1 as a stream of its own: a temporal delimiter, and behind it a sequence header of a known profile.
bool is_av1(std::string_view bytes) {
    const auto size = byte_at(bytes, 3);
    return bytes.size() >= 5 && bytes.starts_with("\x12\0\x0A"sv) && size >= 4 && size < 0x80 && byte_at(bytes, 4) >> 5U <= 2;
}

}  // namespace

std::string recognise_content(std::string_view first_bytes) {
    for (const auto& [signature, type] : kSignatures) {
        if (first_bytes.starts_with(signature)) return std::string(type);
    }
    if (first_bytes.size() >= 12 && first_bytes.starts_with("RIFF") && first_bytes.substr(8, 4) == "WEBP") return "image/webp";
    if (has_brand(first_bytes, "avif") || has_brand(first_bytes, "avis")) return "image/avif";
    if (is_h264(first_bytes)) return "video/h264";
    if (is_av1(first_bytes)) return "video/av1";
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
