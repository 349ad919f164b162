#include "endpoints/json_lines.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace octane::endpoints {
namespace {

struct Read {
    std::vector<std::string> lines;
    std::vector<std::uint64_t> numbers;
    std::string error;
    bool operator==(const Read&) const = default;
};

Read read_in_pieces(const std::string& body, std::size_t size, std::size_t longest = 100) {
    JsonLines lines(longest);
    Read read;
    const auto take = [&] {
        for (;;) {
            const auto line = lines.next();
            if (!line) {
                read.error = line.error().message;
                return false;
            }
            if (!*line) return true;
            read.lines.emplace_back(**line);
            read.numbers.push_back(lines.number());
        }
    };
    for (std::size_t at = 0; at < body.size(); at += size) {
        const std::string piece = body.substr(at, size);
        lines.add(piece);
        if (!take()) return read;
    }
    lines.end();
    take();
    return read;
}

TEST_CASE("lines are the same however the body is cut") {
    const std::string body = "{\"a\":1}\n\r\n  \n{\"b\":2}\r\n{\"c\":\"\\n\"}\n\n{\"d\":4}";
    const Read whole = read_in_pieces(body, body.size());
    CHECK(whole.lines == std::vector<std::string>{"{\"a\":1}", "{\"b\":2}", "{\"c\":\"\\n\"}", "{\"d\":4}"});
    CHECK(whole.numbers == std::vector<std::uint64_t>{1, 4, 5, 7});
    for (std::size_t size = 1; size < body.size(); ++size) CHECK(read_in_pieces(body, size) == whole);
}

TEST_CASE("a body without lines has none") {
    CHECK(read_in_pieces("", 1).lines.empty());
    CHECK(read_in_pieces("\n\r\n \n", 1).lines.empty());
    CHECK(read_in_pieces("  ", 1).lines.empty());
}

TEST_CASE("a line that is too long is refused, however it comes, before it is kept") {
    const std::string body = "{}\n" + std::string(101, 'x') + "\n{}\n";
    for (const std::size_t size : {1U, 7U, 64U, 200U}) {
        const Read read = read_in_pieces(body, size);
        CHECK(read.lines.size() == 1);
        CHECK(read.error == "line 2 is longer than 100 bytes, which one message may have");
    }
    CHECK(read_in_pieces(std::string(100, 'x'), 9).lines.size() == 1);
}

}  // namespace
}  // namespace octane::endpoints
