// Room: endpoints. Bodies as HTML forms and `curl -F` send them: multipart/form-data (RFC 7578), taken apart as it comes, and
// application/x-www-form-urlencoded.
//
// Pure; one thread at a time. A multipart body may be of any size: of it are kept at most one boundary and the header of one
// part.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace octane::endpoints {

enum class FormKind : std::uint8_t { none, multipart, url_encoded };

// By the value of Content-Type.
FormKind form_kind(std::string_view content_type);

struct FormPart {
    std::string name;  // UTF-8, not empty
    std::optional<std::string>
        file_name;             // UTF-8, else empty; as the client calls its file, folders included: no path to use here
    std::string content_type;  // as it was sent; empty if it was not
};

enum class FormStep : std::uint8_t {
    part_begin,  // FormReader::part() is the new part
    part_data,   // some bytes of it, never none; an empty part has no such step
    part_end,
    end,  // the last: nothing that follows in the body means anything
};

struct FormEvent {
    FormStep step = FormStep::end;
    std::string_view data;  // of part_data; valid until the next call
};

class FormReader {
  public:
    static constexpr std::size_t kLongestHeader = 8UL << 10U;  // bytes of one part's header
    static constexpr std::size_t kMostParts = 1000;

    // Error 40005 bad_header: it is not multipart/form-data, or names no boundary, or one that cannot be one.
    static base::Result<FormReader> for_content_type(std::string_view content_type);

    // The next piece of the body, whose bytes must live until next() has given nothing. Cut wherever it may be.
    void add(std::string_view piece) { rest_ = piece; }
    // The body has ended: after this, next() gives what is left, then an error if the form had not ended.
    void end() { is_ended_ = true; }

    // The next step; nothing until more has been added, and after FormStep::end. Errors, which come again with every call:
    // 40003 bad_value where the body is no form, or was cut short; 41301 body_too_large for too many parts and too long a header.
    base::Result<std::optional<FormEvent>> next();

    // The part that began last; valid until the next one begins.
    [[nodiscard]] const FormPart& part() const { return part_; }
    [[nodiscard]] std::size_t parts() const { return parts_; }  // so many have begun
    // Bytes of memory for what has come and was not yet given.
    [[nodiscard]] std::size_t kept() const { return delimiter_.capacity() + head_.capacity(); }

  private:
    enum class Place : std::uint8_t { preamble, after_boundary, head, content, epilogue };
    enum class Tail : std::uint8_t { nothing, hyphen, spaces, carriage_return };  // what has come after a boundary
    using Step = std::optional<FormEvent>;

    explicit FormReader(std::string_view boundary);

    // Each takes bytes off rest_, and gives a step, or nothing if it needs more bytes or the place has changed.
    Step read_to_boundary();
    Step read_after_boundary();
    Step read_head();

    [[nodiscard]] std::size_t possible_delimiter() const;
    bool understand_head(std::string_view lines);
    bool understand_field(std::string_view name, std::string_view value);
    bool understand_disposition(std::string_view value);
    void fail(base::ErrorCode code, std::string message) { error_ = base::make_error(code, std::move(message)); }
    void fail(std::string message) { fail(base::ErrorCode::bad_value, std::move(message)); }
    [[nodiscard]] std::string part_words() const { return "part " + std::to_string(parts_) + " of the form"; }
    [[nodiscard]] std::string boundary() const { return delimiter_.substr(2); }  // as its line has it, with the hyphens
    void fail_at_end();

    std::string delimiter_;     // "\r\n--" and the boundary
    std::string_view rest_;     // of the piece
    std::size_t matched_ = 0;   // so much of a delimiter has come; needs no memory, for it is equal to the delimiter's front
    std::size_t borrowed_ = 0;  // so much of that came before the content: the line end of what stands before it
    std::string head_;          // "\r\n" and the part's header, as far as it has come
    FormPart part_;
    std::size_t parts_ = 0;
    std::optional<base::Error> error_;
    Place place_ = Place::preamble;
    Tail tail_ = Tail::nothing;
    bool has_disposition_ = false;
    bool is_ended_ = false;
};

// The names and values of an application/x-www-form-urlencoded body, decoded, in their order; at most FormReader::kMostParts.
// They may be any bytes but NUL. Errors 40003 bad_value: a broken escape; 41301 body_too_large: too many.
base::Result<std::vector<std::pair<std::string, std::string>>> read_url_encoded(std::string_view body);

}  // namespace octane::endpoints
