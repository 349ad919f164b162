#include "frames/half.hpp"

#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

namespace octane::frames {
namespace {

// What an IEEE half means, by its definition.
double value_of(std::uint32_t bits) {
    const double sign = (bits & 0x8000U) != 0 ? -1 : 1;
    const int exponent = static_cast<int>((bits >> 10U) & 31U);
    const double mantissa = bits & 1023U;
    if (exponent == 31)
        return mantissa != 0 ? std::numeric_limits<double>::quiet_NaN() : sign * std::numeric_limits<double>::infinity();
    return exponent == 0 ? sign * std::ldexp(mantissa, -24) : sign * std::ldexp(1024 + mantissa, exponent - 25);
}

TEST_CASE("every half has its value, with the processor's instruction and without, wherever it lies") {
    constexpr std::size_t kCount = 65536;
    std::string bytes = "x";  // so that they lie at an odd address
    for (std::uint32_t i = 0; i < kCount; ++i) bytes.append({static_cast<char>(i & 0xFFU), static_cast<char>(i >> 8U)});
    for (const auto convert : {halves_to_floats, halves_to_floats_portable}) {
        std::vector<float> floats(kCount);
        convert(bytes.data() + 1, floats.data(), kCount);
        std::size_t wrong = 0;
        for (std::uint32_t i = 0; i < kCount; ++i) {
            const double should = value_of(i);
            const bool is_right = std::isnan(should) ? std::isnan(floats[i]) : floats[i] == should;
            wrong += is_right && (std::isnan(should) || std::signbit(floats[i]) == ((i & 0x8000U) != 0)) ? 0 : 1;
        }
        CHECK(wrong == 0);
    }
}

TEST_CASE("no float beyond the count is touched") {
    const std::string ones(2 * 40, '\0');
    for (std::size_t count = 0; count < 20; ++count) {
        std::vector<float> floats(count + 1, 7.0F);
        halves_to_floats(ones.data(), floats.data(), count);
        CHECK(floats[count] == 7.0F);
        for (std::size_t i = 0; i < count; ++i) CHECK(floats[i] == 0);
    }
}

}  // namespace
}  // namespace octane::frames
