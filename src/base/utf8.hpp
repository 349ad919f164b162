// Room: base. What is UTF-8 and what is not. Pure.
#pragma once

#include <cstddef>
#include <string_view>

namespace octane::base {

struct Utf8Sequence {
    std::size_t size = 1;  // bytes to step over
    bool is_valid = false;
};

// The UTF-8 sequence at the front of `text`, which is not empty and begins above ASCII. Of an invalid one, as many bytes as
// could have begun a valid one, so that one replacement stands for each broken character (Unicode 15 §3.9, table 3-7).
inline Utf8Sequence utf8_sequence(std::string_view text) {
    const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char lead = byte(0);
    std::size_t size = 0;
    unsigned char least = 0x80;
    unsigned char most = 0xBF;
    if (lead >= 0xC2 && lead <= 0xDF) {
        size = 2;
    } else if (lead >= 0xE0 && lead <= 0xEF) {
        size = 3;
        if (lead == 0xE0) least = 0xA0;
        if (lead == 0xED) most = 0x9F;
    } else if (lead >= 0xF0 && lead <= 0xF4) {
        size = 4;
        if (lead == 0xF0) least = 0x90;
        if (lead == 0xF4) most = 0x8F;
    } else {
        return {1, false};
    }
    for (std::size_t i = 1; i < size; ++i) {
        if (i == text.size() || byte(i) < least || byte(i) > most) return {i, false};
        least = 0x80;
        most = 0xBF;
    }
    return {size, true};
}

inline bool is_utf8(std::string_view text) {
    while (!text.empty()) {
        if (static_cast<unsigned char>(text.front()) < 0x80U) {
            text.remove_prefix(1);
            continue;
        }
        const Utf8Sequence sequence = utf8_sequence(text);
        if (!sequence.is_valid) return false;
        text.remove_prefix(sequence.size);
    }
    return true;
}

// At most so many bytes of the front, cut between characters.
inline std::string_view cut_utf8(std::string_view text, std::size_t most) {
    if (text.size() <= most) return text;
    while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0U) == 0x80U) --most;
    return text.substr(0, most);
}

}  // namespace octane::base
