#include "http/percent.hpp"

namespace octane::http {
namespace {

int hex_value(char digit) {
    if (digit >= '0' && digit <= '9') return digit - '0';
    if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
    return -1;
}

}  // namespace

std::optional<std::string> percent_decode(std::string_view text, PlusSign plus) {
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        char byte = text[at];
        if (byte == '+' && plus == PlusSign::space) {
            byte = ' ';
        } else if (byte == '%') {
            if (at + 2 >= text.size()) return std::nullopt;
            const int high = hex_value(text[at + 1]);
            const int low = hex_value(text[at + 2]);
            if (high < 0 || low < 0) return std::nullopt;
            byte = static_cast<char>(high * 16 + low);
            at += 2;
        }
        if (byte == '\0') return std::nullopt;
        decoded += byte;
    }
    return decoded;
}

}  // namespace octane::http
