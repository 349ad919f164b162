// Fuzz target: any bytes as a body of JSON lines. However they are cut, the lines must be those that a plain split at line feeds
// gives, with their numbers, up to the first that is too long; and no more is kept than a line.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "endpoints/json_lines.hpp"

namespace {

using octane::endpoints::JsonLines;

void require(bool is_true) {
    if (!is_true) std::abort();
}

struct Lines {
    std::vector<std::pair<std::uint64_t, std::string>> given;  // each with its number
    bool is_refused = false;
    bool operator==(const Lines&) const = default;
};

// Each piece in memory of its own, so that a step beyond its end is seen.
Lines read(std::string_view body, std::size_t size, std::size_t longest) {
    JsonLines reader(longest);
    Lines lines;
    while (true) {
        const std::string piece(body.substr(0, size));
        body.remove_prefix(piece.size());
        if (piece.empty())
            reader.end();
        else
            reader.add(piece);
        while (true) {
            const auto line = reader.next();
            require(reader.kept() <= 2 * longest + 32);
            if (!line) {
                require(line.error().code == octane::base::ErrorCode::body_too_large);
                lines.is_refused = true;
                return lines;
            }
            if (!*line) break;
            lines.given.emplace_back(reader.number(), **line);
        }
        if (piece.empty()) return lines;
    }
}

Lines split_plainly(std::string_view body, std::size_t longest) {
    Lines lines;
    for (std::uint64_t number = 1; !body.empty(); ++number) {
        auto line = body.substr(0, body.find('\n'));
        body.remove_prefix(line.size() < body.size() ? line.size() + 1 : line.size());
        if (line.size() > longest) {
            lines.is_refused = true;
            return lines;
        }
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (line.find_first_not_of(" \t") != std::string_view::npos) lines.given.emplace_back(number, line);
    }
    return lines;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    const std::size_t longest = 1 + data[0] % 64;
    const std::string_view body(reinterpret_cast<const char*>(data) + 2, size - 2);
    const Lines expected = split_plainly(body, longest);
    for (const std::size_t piece : {body.size() + 1, std::size_t{1}, std::size_t{1} + data[1] % 32})
        require(read(body, piece, longest) == expected);
    return 0;
}
