// Stand-in renderer: IEEE half floats.
#pragma once

#include <bit>
#include <cstdint>

namespace octane::standin {

// Nearest half; values beyond its range become infinite, those below its smallest normal number zero.
inline std::uint16_t half_from_float(float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    const auto sign = static_cast<std::uint16_t>(bits >> 16 & 0x8000U);
    const std::uint32_t magnitude = bits & 0x7fffffffU;
    if (magnitude > 0x7f800000U) return static_cast<std::uint16_t>(sign | 0x7e00U);
    if (magnitude >= 0x477ff000U) return static_cast<std::uint16_t>(sign | 0x7c00U);
    if (magnitude < 0x38800000U) return sign;
    return static_cast<std::uint16_t>(sign | ((magnitude - 0x38000000U + 0x00001000U) >> 13));
}

}  // namespace octane::standin
