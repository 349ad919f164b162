// Room: schema. Path templates of google.api.http: "/v1/{name=shelves/*}/books/{book}:publish". What they mean is published in
// the comments of google.api.HttpRule; docs/api.md says what the proxy makes of them.
//
// Pure. A template never changes and is read by all threads.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace octane::schema {

// What stands in a path where its template has a variable.
struct PathCapture {
    std::string field;  // "book" or "book.name"
    std::string value;  // decoded: any bytes but NUL, not always UTF-8
    bool operator==(const PathCapture&) const = default;
};

class PathTemplate {
  public:
    static constexpr std::size_t kMostSegments = 32;
    static constexpr std::size_t kLongestText = 4096;  // bytes

    // Error 40001 bad_path: a sentence that says what is wrong and, because the caller knows it, not with which template.
    static base::Result<PathTemplate> parse(std::string_view text);

    [[nodiscard]] const std::string& text() const { return text_; }
    // The fields that a match gives, in their order; views live as long as the template.
    [[nodiscard]] std::vector<std::string_view> fields() const;

    // `path` is as it was sent, percent-encoded, without its query. One capture for each variable, in their order; nothing if the
    // path does not fit, or has a broken escape or an encoded NUL where it would.
    //   *, {x} and {x=*} stand for one segment that is not empty; ** for the rest, which may be empty or not be there.
    //   A variable of one segment is decoded whole; in a longer one %2F stays, so that it can be told from the slashes.
    //   A verb follows the last colon of the path, which must not be encoded.
    // Cost: one walk along the path. Memory is taken for captures, and to decode what a literal is compared with.
    [[nodiscard]] std::optional<std::vector<PathCapture>> match(std::string_view path) const;

    // By how closely they fit: of a sorted list, the first that matches a path is the one to take, however the list was made.
    // With a verb before without; then, from the left, a literal before *, that before the template's end, that before **, so
    // that the longer comes first unless all that it has more is **. Last by their texts, which makes the order total.
    std::strong_ordering operator<=>(const PathTemplate& other) const;
    bool operator==(const PathTemplate& other) const { return text_ == other.text_; }

    // A path that it matches, with `segment` for each variable and *, and for **.
    [[nodiscard]] std::string sample(std::string_view segment) const;

    // Whether both fit the same paths and equally well, as /a/{x} and /a/{y=*} do: only their texts order them.
    [[nodiscard]] bool is_rival_of(const PathTemplate& other) const;

  private:
    enum class Kind : std::uint8_t { literal, one, end, rest };  // the closest first; `end` is only what comes after the last
    struct Piece {
        Kind kind = Kind::literal;
        std::string literal;  // decoded
    };
    struct Variable {
        std::string field;
        std::size_t first = 0;  // of its pieces
        std::size_t count = 0;
        bool is_one_segment = false;
    };

    PathTemplate() = default;
    [[nodiscard]] Kind kind_at(std::size_t index) const { return index < pieces_.size() ? pieces_[index].kind : Kind::end; }

    // Each says what is wrong; nothing, if all is well.
    std::optional<std::string> add_pieces(std::string_view list, bool is_in_variable);
    std::optional<std::string> add_variable(std::string_view inside);
    std::optional<std::string> add_piece(std::string_view segment);

    std::string text_;
    std::vector<Piece> pieces_;
    std::vector<Variable> variables_;  // in their order
    std::string verb_;                 // decoded; empty if there is none
};

}  // namespace octane::schema
