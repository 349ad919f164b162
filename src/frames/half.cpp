#include "frames/half.hpp"

#include <bit>
#include <cstring>

#if defined(__x86_64__) && defined(__GNUC__)
#define OCTANE_HALF_X86 1
#include <immintrin.h>
#endif

namespace octane::frames {
namespace {

// The bits shifted to where a float has them are the value over 2^112; infinities and what is no number need the largest
// exponent.
float float_of(std::uint16_t half) {
    constexpr float kScale = std::bit_cast<float>(0x77800000U);  // 2^112
    constexpr float kBeyond = 65536.0F;
    const float magnitude = std::bit_cast<float>((half & 0x7FFFU) << 13U) * kScale;
    const std::uint32_t bits = std::bit_cast<std::uint32_t>(magnitude) | (magnitude >= kBeyond ? 0x7F800000U : 0U);
    return std::bit_cast<float>(bits | (half & 0x8000U) << 16U);
}

#ifdef OCTANE_HALF_X86
__attribute__((target("avx,f16c"))) void halves_to_floats_f16c(const char* halves, float* floats, std::size_t count) {
    std::size_t i = 0;
    for (; i + 8 <= count; i += 8) {
        const __m128i eight = _mm_loadu_si128(reinterpret_cast<const __m128i*>(halves + 2 * i));
        _mm256_storeu_ps(floats + i, _mm256_cvtph_ps(eight));
    }
    if (i < count) halves_to_floats_portable(halves + 2 * i, floats + i, count - i);
}
#endif

using Converter = void (*)(const char*, float*, std::size_t);

Converter fastest_converter() {
#ifdef OCTANE_HALF_X86
    if (__builtin_cpu_supports("f16c") != 0) return halves_to_floats_f16c;
#endif
    return halves_to_floats_portable;
}

}  // namespace

void halves_to_floats_portable(const char* halves, float* floats, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        std::uint16_t half = 0;
        std::memcpy(&half, halves + 2 * i, sizeof half);
        floats[i] = float_of(half);
    }
}

void halves_to_floats(const char* halves, float* floats, std::size_t count) {
    static const Converter kConvert = fastest_converter();
    kConvert(halves, floats, count);
}

}  // namespace octane::frames
