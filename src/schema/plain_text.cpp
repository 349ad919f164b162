#include "schema/plain_text.hpp"

namespace octane::schema {

std::string plain_text(std::string_view text) {
    constexpr std::size_t kLongest = 200;
    std::string out;
    for (const char c : text.substr(0, kLongest)) {
        const bool is_space = c == '\n' || c == '\r' || c == '\t';
        const bool is_printable = c >= ' ' && c <= '~';
        out += is_space ? ' ' : is_printable ? c : '?';
    }
    if (text.size() > kLongest) out += "...";
    return out;
}

}  // namespace octane::schema
