#include "wire/base64.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include "wire/base64_kernels.hpp"

namespace octane::wire {
namespace {

constexpr std::uint8_t kInvalid = 0xFF;
constexpr std::size_t kChunkBytes = 3072;  // encoded on the stack first: 4 kB stay in the first-level cache

constexpr std::array<std::uint8_t, 256> make_values() {
    std::array<std::uint8_t, 256> values{};
    for (auto& value : values) value = kInvalid;
    std::uint8_t number = 0;
    for (char c = 'A'; c <= 'Z'; ++c) values[static_cast<std::size_t>(c)] = number++;
    for (char c = 'a'; c <= 'z'; ++c) values[static_cast<std::size_t>(c)] = number++;
    for (char c = '0'; c <= '9'; ++c) values[static_cast<std::size_t>(c)] = number++;
    values[static_cast<std::size_t>('+')] = values[static_cast<std::size_t>('-')] = 62;
    values[static_cast<std::size_t>('/')] = values[static_cast<std::size_t>('_')] = 63;
    return values;
}

constexpr std::array<std::uint8_t, 256> kValues = make_values();

std::uint32_t value_of(char c) {
    return kValues[static_cast<std::uint8_t>(c)];
}

// Encodes all whole groups of three; gives the number of bytes taken.
std::size_t encode_groups(const char* in, std::size_t size, char* out) {
    static const Base64Kernel kFast = base64_kernels().front().encode;
    static const Base64Kernel kPortable = base64_kernels().back().encode;
    const std::size_t done = kFast(in, size, out);
    return done + kPortable(in + done, size - done, out + done / 3 * 4);
}

std::string_view without_padding(std::string_view text) {
    while (!text.empty() && text.back() == '=') text.remove_suffix(1);
    return text;
}

}  // namespace

void base64_encode(std::string_view bytes, char* out) {
    const std::size_t done = encode_groups(bytes.data(), bytes.size(), out);
    const std::size_t left = bytes.size() - done;
    if (left == 0) return;
    char group[3] = {};
    std::memcpy(group, bytes.data() + done, left);
    char* const last = out + done / 3 * 4;
    encode_groups(group, 3, last);
    last[3] = '=';
    if (left == 1) last[2] = '=';
}

void Base64Appender::add(std::string_view piece) {
    if (held_size_ > 0) {
        const std::size_t taken = std::min(3 - held_size_, piece.size());
        if (taken > 0) std::memcpy(held_ + held_size_, piece.data(), taken);
        held_size_ += taken;
        piece.remove_prefix(taken);
        if (held_size_ < 3) return;
        held_size_ = 0;
        char group[4];
        base64_encode(std::string_view(held_, 3), group);
        out_.append(group, 4);
    }
    char chunk[base64_size(kChunkBytes)];
    while (piece.size() >= 3) {
        const std::size_t done = encode_groups(piece.data(), std::min(piece.size(), kChunkBytes), chunk);
        out_.append(chunk, done / 3 * 4);
        piece.remove_prefix(done);
    }
    if (!piece.empty()) std::memcpy(held_, piece.data(), piece.size());
    held_size_ = piece.size();
}

void Base64Appender::finish() {
    if (held_size_ == 0) return;
    char group[4];
    base64_encode(std::string_view(held_, held_size_), group);
    out_.append(group, 4);
    held_size_ = 0;
}

void base64_append(std::string& out, std::string_view bytes) {
    out.reserve(out.size() + base64_size(bytes.size()));
    Base64Appender appender(out);
    appender.add(bytes);
    appender.finish();
}

void base64_append(std::string& out, const base::ByteChain& bytes) {
    out.reserve(out.size() + base64_size(bytes.size()));
    Base64Appender appender(out);
    for (const std::string_view segment : bytes.segments()) appender.add(segment);
    appender.finish();
}

std::optional<std::size_t> base64_decoded_size(std::string_view text) {
    const std::string_view digits = without_padding(text);
    const std::size_t padding = text.size() - digits.size();
    const std::size_t rest = digits.size() % 4;
    if (rest == 1 || padding > 2 || (padding > 0 && text.size() % 4 != 0)) return std::nullopt;
    return digits.size() / 4 * 3 + (rest == 0 ? 0 : rest - 1);
}

bool base64_decode_to(std::string_view text, char* out) {
    const std::string_view digits = without_padding(text);
    std::uint32_t seen = 0;  // all values or-ed together: an invalid one sets bits that no valid one has
    std::size_t i = 0;
    for (; i + 4 <= digits.size(); i += 4, out += 3) {
        const std::uint32_t a = value_of(digits[i]);
        const std::uint32_t b = value_of(digits[i + 1]);
        const std::uint32_t c = value_of(digits[i + 2]);
        const std::uint32_t d = value_of(digits[i + 3]);
        seen |= a | b | c | d;
        const std::uint32_t group = a << 18U | b << 12U | c << 6U | d;
        out[0] = static_cast<char>(group >> 16U);
        out[1] = static_cast<char>(group >> 8U);
        out[2] = static_cast<char>(group);
    }
    std::uint32_t group = 0;
    const std::size_t rest = digits.size() - i;
    for (std::size_t k = 0; k < rest; ++k) {
        const std::uint32_t value = value_of(digits[i + k]);
        seen |= value;
        group |= value << (18 - 6 * k);
    }
    if (rest >= 2) out[0] = static_cast<char>(group >> 16U);
    if (rest == 3) out[1] = static_cast<char>(group >> 8U);
    return seen < 64;
}

std::optional<std::string> base64_decode(std::string_view text) {
    const std::optional<std::size_t> size = base64_decoded_size(text);
    if (!size) return std::nullopt;
    std::string bytes(*size, '\0');
    if (!base64_decode_to(text, bytes.data())) return std::nullopt;
    return bytes;
}

}  // namespace octane::wire
