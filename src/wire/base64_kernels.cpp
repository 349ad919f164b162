#include "wire/base64_kernels.hpp"

#include <cstdint>

#if defined(__x86_64__) && defined(__GNUC__)
#define OCTANE_BASE64_X86 1
#include <immintrin.h>
#endif

namespace octane::wire {
namespace {

constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::size_t encode_portable(const char* in, std::size_t size, char* out) {
    const std::size_t whole = size - size % 3;
    for (std::size_t i = 0; i < whole; i += 3, out += 4) {
        const auto group = static_cast<std::uint32_t>(static_cast<std::uint8_t>(in[i])) << 16U |
                           static_cast<std::uint32_t>(static_cast<std::uint8_t>(in[i + 1])) << 8U |
                           static_cast<std::uint32_t>(static_cast<std::uint8_t>(in[i + 2]));
        out[0] = kAlphabet[group >> 18U];
        out[1] = kAlphabet[(group >> 12U) & 63U];
        out[2] = kAlphabet[(group >> 6U) & 63U];
        out[3] = kAlphabet[group & 63U];
    }
    return whole;
}

#ifdef OCTANE_BASE64_X86

// Both work alike: spread three bytes over four, cut out the four 6-bit numbers with two multiplications,
// then add to each number the distance to its character, looked up by the range the number lies in.

__attribute__((target("ssse3"))) __m128i characters_of(__m128i in) {
    in = _mm_shuffle_epi8(in, _mm_setr_epi8(1, 0, 2, 1, 4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11, 10));
    const __m128i high = _mm_mulhi_epu16(_mm_and_si128(in, _mm_set1_epi32(0x0FC0FC00)), _mm_set1_epi32(0x04000040));
    const __m128i low = _mm_mullo_epi16(_mm_and_si128(in, _mm_set1_epi32(0x003F03F0)), _mm_set1_epi32(0x01000010));
    const __m128i numbers = _mm_or_si128(high, low);
    const __m128i is_upper = _mm_cmpgt_epi8(_mm_set1_epi8(26), numbers);
    const __m128i range = _mm_or_si128(_mm_subs_epu8(numbers, _mm_set1_epi8(51)), _mm_and_si128(is_upper, _mm_set1_epi8(13)));
    const __m128i distance = _mm_setr_epi8(71, -4, -4, -4, -4, -4, -4, -4, -4, -4, -4, -19, -16, 65, 0, 0);
    return _mm_add_epi8(numbers, _mm_shuffle_epi8(distance, range));
}

__attribute__((target("ssse3"))) std::size_t encode_ssse3(const char* in, std::size_t size, char* out) {
    std::size_t done = 0;
    for (; done + 16 <= size; done += 12, out += 16) {
        const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(in + done));
        _mm_storeu_si128(reinterpret_cast<__m128i*>(out), characters_of(bytes));
    }
    return done;
}

__attribute__((target("avx2"))) std::size_t encode_avx2(const char* in, std::size_t size, char* out) {
    const __m256i spread = _mm256_setr_epi8(1, 0, 2, 1, 4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11, 10,  //
                                            1, 0, 2, 1, 4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11, 10);
    const __m256i distance = _mm256_setr_epi8(71, -4, -4, -4, -4, -4, -4, -4, -4, -4, -4, -19, -16, 65, 0, 0,  //
                                              71, -4, -4, -4, -4, -4, -4, -4, -4, -4, -4, -19, -16, 65, 0, 0);
    std::size_t done = 0;
    for (; done + 28 <= size; done += 24, out += 32) {
        const __m128i front = _mm_loadu_si128(reinterpret_cast<const __m128i*>(in + done));
        const __m128i back = _mm_loadu_si128(reinterpret_cast<const __m128i*>(in + done + 12));
        const __m256i bytes = _mm256_shuffle_epi8(_mm256_set_m128i(back, front), spread);
        const __m256i high =
            _mm256_mulhi_epu16(_mm256_and_si256(bytes, _mm256_set1_epi32(0x0FC0FC00)), _mm256_set1_epi32(0x04000040));
        const __m256i low =
            _mm256_mullo_epi16(_mm256_and_si256(bytes, _mm256_set1_epi32(0x003F03F0)), _mm256_set1_epi32(0x01000010));
        const __m256i numbers = _mm256_or_si256(high, low);
        const __m256i is_upper = _mm256_cmpgt_epi8(_mm256_set1_epi8(26), numbers);
        const __m256i range =
            _mm256_or_si256(_mm256_subs_epu8(numbers, _mm256_set1_epi8(51)), _mm256_and_si256(is_upper, _mm256_set1_epi8(13)));
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(out), _mm256_add_epi8(numbers, _mm256_shuffle_epi8(distance, range)));
    }
    return done;
}

#endif

}  // namespace

std::vector<NamedBase64Kernel> base64_kernels() {
    std::vector<NamedBase64Kernel> kernels;
#ifdef OCTANE_BASE64_X86
    if (__builtin_cpu_supports("avx2")) kernels.push_back({"avx2", encode_avx2});
    if (__builtin_cpu_supports("ssse3")) kernels.push_back({"ssse3", encode_ssse3});
#endif
    kernels.push_back({"portable", encode_portable});
    return kernels;
}

}  // namespace octane::wire
