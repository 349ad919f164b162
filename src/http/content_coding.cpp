#include "http/content_coding.hpp"

#include <libdeflate.h>

#include <boost/beast/core/string.hpp>
#include <memory>
#include <optional>

#include "http/header_list.hpp"

namespace octane::http {
namespace {

constexpr int kLevel = 6;

// "0", "0.0" and their like.
bool is_zero(std::string_view quality) {
    return !quality.empty() && quality.find_first_not_of("0.") == std::string_view::npos;
}

}  // namespace

bool accepts_coding(std::string_view accept_encoding, std::string_view coding) {
    std::optional<bool> by_star;
    while (!accept_encoding.empty()) {
        auto parameter = take_item(accept_encoding);
        const auto name = take_item(parameter, ';');
        parameter = trim(parameter);
        const bool is_quality = parameter.starts_with("q=") || parameter.starts_with("Q=");
        const bool is_wanted = !is_quality || !is_zero(trim(parameter.substr(2)));
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
