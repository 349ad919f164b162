#include "wire/json_text.hpp"

#include <array>
#include <charconv>
#include <cmath>

#include "base/utf8.hpp"

namespace octane::wire {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

// 0 for characters that stand for themselves, 'u' for control characters, 'n' for bytes above ASCII, 'L' for line feed, else the
// letter of the escape.
constexpr std::array<char, 256> make_escapes() {
    std::array<char, 256> escapes{};
    for (std::size_t c = 0; c < 0x20; ++c) escapes[c] = 'u';
    for (std::size_t c = 0x80; c < 0x100; ++c) escapes[c] = 'n';
    escapes['"'] = '"';
    escapes['\\'] = '\\';
    escapes['\b'] = 'b';
    escapes['\f'] = 'f';
    escapes['\n'] = 'L';
    escapes['\r'] = 'r';
    escapes['\t'] = 't';
    return escapes;
}

constexpr std::array<char, 256> kEscapes = make_escapes();

template <typename Number>
void append_integer(std::string& out, Number value) {
    char buffer[24];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
    out.append(buffer, end);
}

// Plain notation while every digit of it counts, so that people read 100000 and not 1e+05.
template <typename Number>
void append_real(std::string& out, Number value, Number exact_below) {
    if (std::isnan(value)) {
        out += "\"NaN\"";
        return;
    }
    if (std::isinf(value)) {
        out += value > 0 ? "\"Infinity\"" : "\"-Infinity\"";
        return;
    }
    if (value == 0) {  // "-0" would be read as an integer, which has no sign there
        out += std::signbit(value) ? "-0.0" : "0";
        return;
    }
    char buffer[64];
    const Number size = std::fabs(value);
    const bool is_plain = size >= Number(1e-4) && size < exact_below;
    const auto end = is_plain ? std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::fixed).ptr
                              : std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
    out.append(buffer, end);
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
    static constexpr char kHex[] = "0123456789abcdef";
    out += '"';
    std::size_t copied = 0;
    std::size_t i = 0;
    while (i < text.size()) {
        const auto c = static_cast<unsigned char>(text[i]);
        const char escape = kEscapes[c];
        if (escape == 0) {
            ++i;
            continue;
        }
        if (escape == 'n') {
            const auto sequence = base::utf8_sequence(text.substr(i));
            if (!sequence.is_valid) {
                out.append(text, copied, i - copied).append(kReplacement);
                copied = i + sequence.size;
            }
            i += sequence.size;
            continue;
        }
        out.append(text, copied, i - copied) += '\\';
        if (escape == 'u') {
            out.append("u00") += kHex[c >> 4U];
            out += kHex[c & 15U];
        } else {
            out += escape == 'L' ? 'n' : escape;
        }
        copied = ++i;
    }
    out.append(text, copied) += '"';
}

void append_json_number(std::string& out, float value) {
    append_real(out, value, 16777216.0F);
}

void append_json_number(std::string& out, double value) {
    append_real(out, value, 9007199254740992.0);
}

void append_json_number(std::string& out, std::int64_t value) {
    append_integer(out, value);
}

void append_json_number(std::string& out, std::uint64_t value) {
    append_integer(out, value);
}

}  // namespace octane::wire
