#include "frames/variant.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace octane::frames {

Variant drop_unused_options(const Variant& variant) {
    Variant used = variant;
    switch (variant.format) {
        case Format::raw:
        case Format::exr:  // data: in full size and with their own values
            used = Variant();
            used.format = variant.format;
            used.render_pass = variant.render_pass;
            used.container = variant.container;
            break;
        case Format::png:
            used.quality = Variant().quality;
            used.motion.reset();
            used.last.reset();
            break;
        case Format::both: used.last.reset(); break;
        case Format::jpeg:
        case Format::webp: break;
    }
    return used;
}

std::optional<Format> parse_format(std::string_view word) {
    if (word == "jpg") return Format::jpeg;
    const auto* const found = std::ranges::find(kFormatNames, word);
    if (found == kFormatNames.end()) return std::nullopt;
    return static_cast<Format>(found - kFormatNames.begin());
}

}  // namespace octane::frames
