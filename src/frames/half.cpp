#include "frames/half.hpp"

#include <half.h>

#include <cstring>

// Clang 14 does not know how to ask for f16c.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define OCTANE_HALF_X86 1
#include <immintrin.h>
#endif

namespace octane::frames {
namespace {

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
        Imath::half half;
        std::memcpy(static_cast<void*>(&half), halves + 2 * i, sizeof half);
        floats[i] = half;
    }
}

void halves_to_floats(const char* halves, float* floats, std::size_t count) {
    static const Converter kConvert = fastest_converter();
    kConvert(halves, floats, count);
}

}  // namespace octane::frames
