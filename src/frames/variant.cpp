#include "frames/variant.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace octane::frames {

Variant drop_unused_options(const Variant& variant) {
    if (variant.format != Format::raw) return variant;
    Variant raw;
    raw.format = variant.format;
    raw.render_pass = variant.render_pass;
    raw.container = variant.container;
    return raw;
}

std::optional<Format> parse_format(std::string_view word) {
    if (word == "jpg") return Format::jpeg;
    const auto* const found = std::ranges::find(kFormatNames, word);
    if (found == kFormatNames.end()) return std::nullopt;
    return static_cast<Format>(found - kFormatNames.begin());
}

}  // namespace octane::frames
