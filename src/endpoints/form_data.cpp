#include "endpoints/form_data.hpp"

#include <algorithm>
#include <array>

#include "base/nearest.hpp"
#include "base/utf8.hpp"
#include "http/header_list.hpp"
#include "http/percent.hpp"

namespace octane::endpoints {
namespace {

using base::ErrorCode;

constexpr std::string_view kMultipart = "multipart/form-data";
constexpr std::string_view kUrlEncoded = "application/x-www-form-urlencoded";
constexpr std::size_t kLongestBoundary = 70;  // RFC 2046 §5.1.1

// "form-data; name="a"; filename="b"" taken apart.
struct ParameterList {
    std::string_view first;
    std::vector<std::pair<std::string_view, std::string>> parameters;

    [[nodiscard]] const std::string* find(std::string_view name) const {
        const auto found = std::ranges::find_if(
            parameters, [name](const auto& parameter) { return base::equals_ignoring_case(parameter.first, name); });
        return found == parameters.end() ? nullptr : &found->second;
    }
};

// Takes a quoted string off the text; nothing if it does not end. A backslash escapes a quote and itself. Before anything else it
// stands for itself, for browsers send the backslashes of a file's name as they are.
std::optional<std::string> take_quoted(std::string_view& text) {
    std::string value;
    for (std::size_t i = 1; i < text.size(); ++i) {
        if (text[i] == '"') {
            text.remove_prefix(i + 1);
            return value;
        }
        const bool is_escape = text[i] == '\\' && i + 1 < text.size() && (text[i + 1] == '"' || text[i + 1] == '\\');
        if (is_escape) ++i;
        value += text[i];
    }
    return std::nullopt;
}

// Nothing if it is not "first; name=value; …", or has a name twice.
std::optional<ParameterList> read_parameters(std::string_view value) {
    ParameterList list;
    list.first = http::take_item(value, ';');
    while (!value.empty()) {
        const auto semicolon = value.find(';');
        const auto equals = value.find('=');
        if (equals == std::string_view::npos || semicolon < equals) {
            if (!http::take_item(value, ';').empty()) return std::nullopt;
            continue;
        }
        const auto name = http::trim(value.substr(0, equals));
        value = http::trim(value.substr(equals + 1));
        if (name.empty() || list.find(name) != nullptr) return std::nullopt;
        if (!value.starts_with('"')) {
            list.parameters.emplace_back(name, http::take_item(value, ';'));
            continue;
        }
        auto text = take_quoted(value);
        if (!text) return std::nullopt;
        if (!http::take_item(value, ';').empty()) return std::nullopt;
        list.parameters.emplace_back(name, *std::move(text));
    }
    return list;
}

bool is_boundary(std::string_view text) {
    const auto may_stand = [](char c) { return c >= ' ' && c <= '~'; };
    return !text.empty() && text.size() <= kLongestBoundary && !text.ends_with(' ') && std::ranges::all_of(text, may_stand);
}

// One line of UTF-8 without control characters.
bool is_utf8_line(std::string_view text) {
    const bool has_control = std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7F; });
    return !has_control && base::is_utf8(text);
}

// Browsers write a quote in a name as %22, and leave other percent signs alone.
std::string with_quotes(std::string text) {
    for (auto at = text.find("%22"); at != std::string::npos; at = text.find("%22", at + 1)) text.replace(at, 3, 1, '"');
    return text;
}

// "UTF-8'en'na%C3%AFve.txt" of RFC 8187; nothing if it is not in UTF-8.
std::optional<std::string> read_extended_value(std::string_view text) {
    const auto charset_end = text.find('\'');
    if (charset_end == std::string_view::npos || !base::equals_ignoring_case(text.substr(0, charset_end), "UTF-8"))
        return std::nullopt;
    const auto language_end = text.find('\'', charset_end + 1);
    if (language_end == std::string_view::npos) return std::nullopt;
    return http::percent_decode(text.substr(language_end + 1), http::PlusSign::literal);
}

}  // namespace

FormKind form_kind(std::string_view content_type) {
    const auto type = http::take_item(content_type, ';');
    if (base::equals_ignoring_case(type, kMultipart)) return FormKind::multipart;
    return base::equals_ignoring_case(type, kUrlEncoded) ? FormKind::url_encoded : FormKind::none;
}

base::Result<FormReader> FormReader::for_content_type(std::string_view content_type) {
    const auto refuse = [](std::string message) { return base::make_error(ErrorCode::bad_header, std::move(message)); };
    if (form_kind(content_type) != FormKind::multipart) return refuse("the Content-Type of the body is not multipart/form-data");
    const auto list = read_parameters(content_type);
    if (!list) return refuse("the parameters of the Content-Type multipart/form-data cannot be read");
    const auto* boundary = list->find("boundary");
    if (boundary == nullptr)
        return refuse("the Content-Type multipart/form-data names no boundary, so its parts cannot be told apart");
    if (!is_boundary(*boundary))
        return refuse("the boundary of the Content-Type has to be 1 to " + std::to_string(kLongestBoundary) +
                      " visible characters; it may have spaces, but not at its end");
    return FormReader(*boundary);
}

// The first boundary needs no line end before it, as if one stood before the body.
FormReader::FormReader(std::string_view boundary) : delimiter_("\r\n--"), matched_(2), borrowed_(2) {
    delimiter_ += boundary;
}

base::Result<FormReader::Step> FormReader::next() {
    while (!error_ && !rest_.empty()) {
        Step step;
        switch (place_) {
            case Place::preamble:
            case Place::content: step = read_to_boundary(); break;
            case Place::after_boundary: step = read_after_boundary(); break;
            case Place::head: step = read_head(); break;
            case Place::epilogue: rest_ = {}; break;
        }
        if (step) return step;
    }
    if (!error_ && is_ended_ && place_ != Place::epilogue) fail_at_end();
    if (error_) return *error_;
    return Step();
}

void FormReader::fail_at_end() {
    if (place_ == Place::preamble)
        return fail("the form has no part: the line " + boundary() + ", which its Content-Type announces, never came");
    const std::string where =
        parts_ == 0 ? "after its first boundary" : (place_ == Place::after_boundary ? "after " : "in ") + part_words();
    fail("the form was cut short " + where + ": its last line, " + boundary() + "--, never came");
}

// Where in the piece a delimiter stands, or as much of one as the piece has; its end if nowhere.
std::size_t FormReader::possible_delimiter() const {
    for (auto at = rest_.find('\r'); at != std::string_view::npos; at = rest_.find('\r', at + 1)) {
        if (delimiter_.starts_with(rest_.substr(at, delimiter_.size()))) return at;
    }
    return rest_.size();
}

FormReader::Step FormReader::read_to_boundary() {
    const auto give = [this](std::string_view data) {
        return place_ == Place::content ? Step(FormEvent{FormStep::part_data, data}) : Step();
    };
    if (matched_ == 0) {
        const auto data = rest_.substr(0, possible_delimiter());
        rest_.remove_prefix(data.size());
        if (!data.empty()) return give(data);
    }
    const auto wanted = std::string_view(delimiter_).substr(matched_);
    const auto differs = std::ranges::mismatch(rest_, wanted).in2;
    const auto size = static_cast<std::size_t>(differs - wanted.begin());
    rest_.remove_prefix(size);
    matched_ += size;
    if (matched_ == delimiter_.size()) {
        const bool is_part = place_ == Place::content;
        place_ = Place::after_boundary;
        tail_ = Tail::nothing;
        return is_part ? Step(FormEvent{FormStep::part_end, {}}) : Step();
    }
    if (rest_.empty()) return Step();
    // What looked like a delimiter is data. Nothing of it can begin one: a delimiter has its only carriage return in front.
    const auto data = std::string_view(delimiter_).substr(borrowed_, matched_ - borrowed_);
    matched_ = 0;
    borrowed_ = 0;
    return data.empty() ? Step() : give(data);
}

FormReader::Step FormReader::read_after_boundary() {
    while (!rest_.empty()) {
        const char c = rest_.front();
        rest_.remove_prefix(1);
        const bool may_pad = tail_ == Tail::nothing || tail_ == Tail::spaces;
        if (c == '-' && tail_ == Tail::nothing) {
            tail_ = Tail::hyphen;
        } else if (c == '-' && tail_ == Tail::hyphen) {
            place_ = Place::epilogue;
            return FormEvent{FormStep::end, {}};
        } else if ((c == ' ' || c == '\t') && may_pad) {
            tail_ = Tail::spaces;
        } else if (c == '\r' && may_pad) {
            tail_ = Tail::carriage_return;
        } else if (c == '\n' && tail_ == Tail::carriage_return) {
            if (parts_ == kMostParts) {
                fail(ErrorCode::body_too_large, "the form has more than " + std::to_string(kMostParts) + " parts");
                return Step();
            }
            ++parts_;
            part_ = {};
            has_disposition_ = false;
            head_ = "\r\n";
            place_ = Place::head;
            return Step();
        } else if (c == '\n') {
            fail("a line of the form ends with a line feed alone; before it a carriage return has to stand");
            return Step();
        } else {
            fail("something else follows the boundary " + boundary() + " of the form than the end of its line");
            return Step();
        }
    }
    return Step();
}

FormReader::Step FormReader::read_head() {
    constexpr std::string_view kEnd = "\r\n\r\n";
    constexpr std::size_t kMost = kLongestHeader + 2;  // with the line end that head_ has in front
    const std::size_t before = head_.size();
    head_.append(rest_.substr(0, kMost - before));
    const auto end = head_.find(kEnd, before - std::min(before, kEnd.size() - 1));
    rest_.remove_prefix((end == std::string::npos ? head_.size() : end + kEnd.size()) - before);
    if (end == std::string::npos) {
        if (head_.size() == kMost)
            fail(ErrorCode::body_too_large,
                 "the header of " + part_words() + " is longer than " + std::to_string(kLongestHeader) + " bytes");
        return Step();
    }
    if (!understand_head(std::string_view(head_).substr(0, end))) return Step();
    place_ = Place::content;
    matched_ = 2;  // the header's last line end may be that of a boundary: a part may have no content
    borrowed_ = 2;
    return FormEvent{FormStep::part_begin, {}};
}

// `lines`: each with a line end before it.
bool FormReader::understand_head(std::string_view lines) {
    while (!lines.empty()) {
        lines.remove_prefix(2);
        auto end = lines.find("\r\n");
        // A line that begins with a space goes on with the one before it.
        while (end != std::string_view::npos && end + 2 < lines.size() && (lines[end + 2] == ' ' || lines[end + 2] == '\t'))
            end = lines.find("\r\n", end + 2);
        std::string line(lines.substr(0, end));
        lines.remove_prefix(line.size());
        for (auto fold = line.find("\r\n"); fold != std::string::npos; fold = line.find("\r\n", fold)) line.replace(fold, 2, " ");
        const auto colon = line.find(':');
        const auto name = http::trim(std::string_view(line).substr(0, colon));
        if (colon == std::string::npos || name.empty()) {
            fail("the header of " + part_words() + " has a line that is not \"name: value\"");
            return false;
        }
        if (!understand_field(name, http::trim(std::string_view(line).substr(colon + 1)))) return false;
    }
    if (!has_disposition_) fail(part_words() + " has no name: its header lacks Content-Disposition: form-data; name=\"…\"");
    return has_disposition_;
}

bool FormReader::understand_field(std::string_view name, std::string_view value) {
    if (base::equals_ignoring_case(name, "Content-Disposition")) return understand_disposition(value);
    if (base::equals_ignoring_case(name, "Content-Type")) {
        if (!is_utf8_line(value)) {
            fail("the Content-Type of " + part_words() + " is not UTF-8, or has control characters");
            return false;
        }
        part_.content_type = value;
    }
    if (base::equals_ignoring_case(name, "Content-Transfer-Encoding")) {
        constexpr std::array<std::string_view, 3> kPlain = {"binary", "8bit", "7bit"};
        const bool is_plain =
            std::ranges::any_of(kPlain, [value](std::string_view known) { return base::equals_ignoring_case(value, known); });
        if (!is_plain) fail(part_words() + " has a Content-Transfer-Encoding other than binary, 8bit or 7bit");
        return is_plain;
    }
    return true;
}

bool FormReader::understand_disposition(std::string_view value) {
    const auto list = read_parameters(value);
    if (!list || has_disposition_ || !base::equals_ignoring_case(list->first, "form-data")) {
        fail("the Content-Disposition of " + part_words() + " is not one form-data; name=\"…\"");
        return false;
    }
    has_disposition_ = true;
    if (const auto* name = list->find("name")) part_.name = with_quotes(*name);
    if (part_.name.empty()) {
        fail(part_words() + " has no name: its Content-Disposition lacks name=\"…\"");
        return false;
    }
    if (const auto* file_name = list->find("filename")) part_.file_name = with_quotes(*file_name);
    if (const auto* extended = list->find("filename*")) {
        auto decoded = read_extended_value(*extended);
        if (decoded) part_.file_name = std::move(decoded);
        if (!part_.file_name) {
            fail("the filename* of " + part_words() + " is not UTF-8''… with percent escapes");
            return false;
        }
    }
    // Browsers write it in the encoding of their page, and it means nothing here.
    if (part_.file_name && !is_utf8_line(*part_.file_name)) part_.file_name->clear();
    const bool is_text = is_utf8_line(part_.name);
    if (!is_text) fail("the name of " + part_words() + " is not UTF-8, or has control characters");
    return is_text;
}

base::Result<std::vector<std::pair<std::string, std::string>>> read_url_encoded(std::string_view body) {
    std::vector<std::pair<std::string, std::string>> pairs;
    while (!body.empty()) {
        const auto pair = body.substr(0, body.find('&'));
        body.remove_prefix(std::min(pair.size() + 1, body.size()));
        if (pair.empty()) continue;
        if (pairs.size() == FormReader::kMostParts) {
            return base::make_error(ErrorCode::body_too_large,
                                    "the form has more than " + std::to_string(FormReader::kMostParts) + " fields");
        }
        const auto equals = pair.find('=');
        auto name = http::percent_decode(pair.substr(0, equals), http::PlusSign::space);
        auto value = http::percent_decode(equals == std::string_view::npos ? "" : pair.substr(equals + 1), http::PlusSign::space);
        if (!name || !value) {
            return base::make_error(ErrorCode::bad_value, "field " + std::to_string(pairs.size() + 1) +
                                                              " of the form has a broken percent escape or a NUL byte");
        }
        pairs.emplace_back(*std::move(name), *std::move(value));
    }
    return pairs;
}

}  // namespace octane::endpoints
