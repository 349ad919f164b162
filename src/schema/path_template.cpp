#include "schema/path_template.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "schema/plain_text.hpp"

namespace octane::schema {
namespace {

using Fault = std::optional<std::string>;

enum class EncodedSlash : bool { decoded, kept };

std::optional<unsigned> hex_digit(char c) {
    if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
    if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10;
    if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A') + 10;
    return std::nullopt;
}

// Nothing if an escape is broken, or if the text would hold a NUL byte.
std::optional<std::string> decode_path(std::string_view text, EncodedSlash slash) {
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        if (c == '%') {
            if (i + 2 >= text.size()) return std::nullopt;
            const auto high = hex_digit(text[i + 1]);
            const auto low = hex_digit(text[i + 2]);
            if (!high || !low) return std::nullopt;
            c = static_cast<char>(*high << 4U | *low);
            if (c == '/' && slash == EncodedSlash::kept) {
                decoded.append(text.substr(i, 3));
                i += 2;
                continue;
            }
            i += 2;
        }
        if (c == '\0') return std::nullopt;
        decoded += c;
    }
    return decoded;
}

bool is_decodable(std::string_view text) {
    const bool is_plain = text.find('%') == std::string_view::npos && text.find('\0') == std::string_view::npos;
    return is_plain || decode_path(text, EncodedSlash::decoded).has_value();
}

bool is_same_decoded(std::string_view text, std::string_view literal) {
    if (text.find('%') == std::string_view::npos) return text == literal;
    return decode_path(text, EncodedSlash::decoded) == literal;
}

bool is_identifier(std::string_view name) {
    const auto may_begin = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
    const auto may_follow = [&](char c) { return may_begin(c) || (c >= '0' && c <= '9'); };
    return !name.empty() && may_begin(name.front()) && std::ranges::all_of(name, may_follow);
}

bool is_field_path(std::string_view path) {
    for (;;) {
        const auto dot = path.find('.');
        if (!is_identifier(path.substr(0, dot))) return false;
        if (dot == std::string_view::npos) return true;
        path.remove_prefix(dot + 1);
    }
}

std::string in_quotes(std::string_view text) {
    return "\"" + plain_text(text) + "\"";
}

// A literal, or what stands after the colon.
Fault decode_literal(std::string_view text, std::string& literal) {
    if (text.find_first_of("{}") != std::string_view::npos)
        return "has a brace inside the segment " + in_quotes(text) + "; a variable is a whole segment, or several";
    if (text.find('*') != std::string_view::npos)
        return "has a * inside the segment " + in_quotes(text) + "; it stands alone, and is written %2A where it means itself";
    const auto is_strange = [](unsigned char c) { return c <= ' ' || c == 0x7F || c == '?' || c == '#'; };
    if (std::ranges::any_of(text, is_strange)) return "has a character that no path has in " + in_quotes(text);
    auto decoded = decode_path(text, EncodedSlash::decoded);
    if (!decoded) return "has a broken percent escape in " + in_quotes(text);
    literal = *std::move(decoded);
    return std::nullopt;
}

}  // namespace

base::Result<PathTemplate> PathTemplate::parse(std::string_view text) {
    const auto refuse = [](const std::string& fault) {
        return base::make_error(base::ErrorCode::bad_path, "the path template " + fault);
    };
    if (text.size() > kLongestText) return refuse("is longer than " + std::to_string(kLongestText) + " bytes");
    if (!text.starts_with('/')) return refuse("does not begin with a slash");
    PathTemplate made;
    made.text_ = text;
    if (text == "/") return made;

    std::string_view segments = text.substr(1);
    const auto colon = segments.rfind(':');
    const auto last = segments.find_last_of("/}");
    if (colon != std::string_view::npos && (last == std::string_view::npos || colon > last)) {
        const auto verb = segments.substr(colon + 1);
        if (verb.empty()) return refuse("ends with a colon, after which a verb should stand");
        if (auto fault = decode_literal(verb, made.verb_)) return refuse(*fault);
        segments = segments.substr(0, colon);
    }
    if (auto fault = made.add_pieces(segments, false)) return refuse(*fault);
    return made;
}

Fault PathTemplate::add_pieces(std::string_view list, bool is_in_variable) {
    for (;;) {
        std::string_view segment = list;
        if (list.starts_with('{')) {
            if (is_in_variable) return "has a variable inside a variable";
            const auto close = list.find('}');
            if (close == std::string_view::npos) return "has a brace that is not closed";
            if (auto fault = add_variable(list.substr(1, close - 1))) return fault;
            segment = list.substr(0, close + 1);
            if (close + 1 < list.size() && list[close + 1] != '/')
                return "has something else than a slash after " + in_quotes(segment) +
                       "; a variable is a whole segment, or several";
        } else {
            segment = list.substr(0, list.find('/'));
            if (auto fault = add_piece(segment)) return fault;
        }
        list.remove_prefix(segment.size());
        if (list.empty()) return std::nullopt;
        list.remove_prefix(1);
    }
}

Fault PathTemplate::add_variable(std::string_view inside) {
    const auto equals = inside.find('=');
    Variable variable;
    variable.field = inside.substr(0, equals);
    variable.first = pieces_.size();
    if (!is_field_path(variable.field)) return "has a variable " + in_quotes(variable.field) + ", which is no path of a field";
    if (std::ranges::find(variables_, variable.field, &Variable::field) != variables_.end())
        return "has the variable " + in_quotes(variable.field) + " twice";
    const auto segments = equals == std::string_view::npos ? std::string_view("*") : inside.substr(equals + 1);
    if (segments.empty()) return "says nothing after the = of " + in_quotes(variable.field);
    if (auto fault = add_pieces(segments, true)) return fault;
    variable.count = pieces_.size() - variable.first;
    variable.is_one_segment = variable.count == 1 && pieces_.back().kind != Kind::rest;
    variables_.push_back(std::move(variable));
    return std::nullopt;
}

Fault PathTemplate::add_piece(std::string_view segment) {
    if (segment.empty()) return "has an empty segment";
    if (!pieces_.empty() && pieces_.back().kind == Kind::rest) return "has something after **, which stands for all the rest";
    if (pieces_.size() == kMostSegments) return "has more than " + std::to_string(kMostSegments) + " segments";
    Piece piece;
    if (segment == "*") {
        piece.kind = Kind::one;
    } else if (segment == "**") {
        piece.kind = Kind::rest;
    } else if (auto fault = decode_literal(segment, piece.literal)) {
        return fault;
    }
    pieces_.push_back(std::move(piece));
    return std::nullopt;
}

std::vector<std::string_view> PathTemplate::fields() const {
    std::vector<std::string_view> fields;
    fields.reserve(variables_.size());
    for (const auto& variable : variables_) fields.emplace_back(variable.field);
    return fields;
}

std::optional<std::vector<PathCapture>> PathTemplate::match(std::string_view path) const {
    if (!path.starts_with('/')) return std::nullopt;
    std::string_view left = path.substr(1);
    if (!verb_.empty()) {
        const auto colon = left.find_last_of(":/");
        const bool has_verb = colon != std::string_view::npos && left[colon] == ':';
        if (!has_verb || !is_same_decoded(left.substr(colon + 1), verb_)) return std::nullopt;
        left = left.substr(0, colon);
    }
    std::array<std::string_view, kMostSegments> parts;  // what each piece stands for, all in one row
    bool has_more = !left.empty();                      // "/" has no segment, "/a/" has two
    for (std::size_t i = 0; i < pieces_.size(); ++i) {
        const Piece& piece = pieces_[i];
        if (piece.kind == Kind::rest) {
            if (!is_decodable(left)) return std::nullopt;
            parts[i] = left;
            has_more = false;
            break;
        }
        if (!has_more) return std::nullopt;
        const auto part = left.substr(0, left.find('/'));
        has_more = part.size() < left.size();
        left.remove_prefix(part.size() + (has_more ? 1 : 0));
        const bool fits =
            piece.kind == Kind::literal ? is_same_decoded(part, piece.literal) : !part.empty() && is_decodable(part);
        if (!fits) return std::nullopt;
        parts[i] = part;
    }
    if (has_more) return std::nullopt;

    std::vector<PathCapture> captures;
    captures.reserve(variables_.size());
    for (const auto& variable : variables_) {
        const auto first = parts[variable.first];
        const auto last = parts[variable.first + variable.count - 1];
        const std::string_view whole(first.data(), static_cast<std::size_t>(last.data() + last.size() - first.data()));
        auto value = decode_path(whole, variable.is_one_segment ? EncodedSlash::decoded : EncodedSlash::kept);
        if (!value) return std::nullopt;
        captures.push_back({variable.field, *std::move(value)});
    }
    return captures;
}

std::strong_ordering PathTemplate::operator<=>(const PathTemplate& other) const {
    if (const auto order = verb_.empty() <=> other.verb_.empty(); order != 0) return order;
    for (std::size_t i = 0; i < std::max(pieces_.size(), other.pieces_.size()); ++i) {
        if (const auto order = kind_at(i) <=> other.kind_at(i); order != 0) return order;
    }
    return text_.compare(other.text_) <=> 0;
}

std::string PathTemplate::sample(std::string_view segment) const {
    std::string path;
    for (const auto& piece : pieces_) {
        path += '/';
        path += piece.kind == Kind::literal ? std::string_view(piece.literal) : segment;
    }
    if (path.empty()) path = "/";
    return verb_.empty() ? path : path + ":" + verb_;
}

bool PathTemplate::is_rival_of(const PathTemplate& other) const {
    return verb_ == other.verb_ && std::ranges::equal(pieces_, other.pieces_, [](const Piece& one, const Piece& another) {
               return one.kind == another.kind && one.literal == another.literal;
           });
}

}  // namespace octane::schema
