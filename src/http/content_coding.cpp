#include "http/content_coding.hpp"

#include <libdeflate.h>

#include <algorithm>
#include <boost/beast/core/string.hpp>
#include <memory>
#include <optional>

namespace octane::http {
namespace {

constexpr int kLevel = 6;

std::string_view trim(std::string_view text) {
    text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
    return text.substr(0, text.find_last_not_of(" \t") + 1);
}

// "0", "0.0" and their like.
bool is_zero(std::string_view quality) {
    return !quality.empty() && quality.find_first_not_of("0.") == std::string_view::npos;
}

}  // namespace

bool accepts_coding(std::string_view accept_encoding, std::string_view coding) {
    std::optional<bool> by_star;
    while (!accept_encoding.empty()) {
        const auto end = std::min(accept_encoding.find(','), accept_encoding.size());
        const auto entry = accept_encoding.substr(0, end);
        accept_encoding.remove_prefix(std::min(end + 1, accept_encoding.size()));
        const auto semicolon = entry.find(';');
        const auto name = trim(entry.substr(0, semicolon));
        bool is_wanted = true;
        if (semicolon != std::string_view::npos) {
            const auto parameter = trim(entry.substr(semicolon + 1));
            const bool is_quality = parameter.starts_with("q=") || parameter.starts_with("Q=");
            is_wanted = !is_quality || !is_zero(trim(parameter.substr(2)));
        }
        if (boost::beast::iequals(name, coding)) return is_wanted;
        if (name == "*") by_star = is_wanted;
    }
    return by_star.value_or(false);
}

std::string gzip(std::string_view bytes) {
    const std::unique_ptr<libdeflate_compressor, void (*)(libdeflate_compressor*)> compressor(libdeflate_alloc_compressor(kLevel),
                                                                                              libdeflate_free_compressor);
    if (!compressor || bytes.empty()) return {};
    std::string out(bytes.size() - 1, '\0');  // what does not become smaller is not wanted
    const auto size = libdeflate_gzip_compress(compressor.get(), bytes.data(), bytes.size(), out.data(), out.size());
    out.resize(size);
    out.shrink_to_fit();
    return out;
}

}  // namespace octane::http
