// Tests of the frames room: variants by what matters in a test.
#pragma once

#include <cstdint>
#include <optional>

#include "frames/variant.hpp"

namespace octane::frames::tests {

inline Variant as(Format format, std::optional<std::int32_t> pass = std::nullopt) {
    Variant variant;
    variant.format = format;
    variant.render_pass = pass;
    return variant;
}

inline Variant as_jpeg(int quality) {
    Variant variant = as(Format::jpeg);
    variant.quality = quality;
    return variant;
}

}  // namespace octane::frames::tests
