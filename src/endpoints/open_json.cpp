#include "endpoints/open_json.hpp"

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>
#include <utility>

#include "wire/json_text.hpp"

namespace octane::endpoints {
namespace {

constexpr std::string_view kJsonSpace = " \t\r\n";

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(kJsonSpace);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kJsonSpace) - first + 1);
}

// Walks along a text that is JSON, and takes off its front what it gives.
class JsonCursor {
  public:
    explicit JsonCursor(std::string_view text) : left_(text) {}

    // Steps over white space, and over the mark if it comes next.
    bool skip(char mark) {
        left_.remove_prefix(std::min(left_.find_first_not_of(kJsonSpace), left_.size()));
        const bool is_there = left_.starts_with(mark);
        if (is_there) left_.remove_prefix(1);
        return is_there;
    }
    // With its quotes.
    std::string_view take_string() { return take(end_of_string(0)); }
    std::string_view take_value() {
        skip('\0');
        if (left_.starts_with('"')) return take_string();
        if (!left_.starts_with('{') && !left_.starts_with('['))
            return take(std::min(left_.find_first_of(",]} \t\r\n"), left_.size()));
        std::size_t depth = 0;
        std::size_t at = 0;
        do {
            const char c = left_[at];
            if (c == '"') {
                at = end_of_string(at);
                continue;
            }
            if (c == '{' || c == '[') ++depth;
            if (c == '}' || c == ']') --depth;
            ++at;
        } while (depth > 0 && at < left_.size());
        return take(at);
    }

  private:
    [[nodiscard]] std::size_t end_of_string(std::size_t begin) const {
        for (std::size_t at = begin + 1; at < left_.size(); ++at) {
            if (left_[at] == '"') return at + 1;
            if (left_[at] == '\\') ++at;
        }
        return left_.size();
    }
    std::string_view take(std::size_t size) {
        const auto taken = left_.substr(0, size);
        left_.remove_prefix(taken.size());
        return taken;
    }

    std::string_view left_;
};

std::string unquoted(std::string_view quoted) {
    if (quoted.find('\\') == std::string_view::npos) return std::string(quoted.substr(1, quoted.size() - 2));
    return nlohmann::json::parse(quoted).get<std::string>();
}

}  // namespace

std::optional<OpenJson> OpenJson::parse(std::string_view text) {
    // The parser takes a NUL for the end.
    if (text.find('\0') != std::string_view::npos || !nlohmann::json::accept(text)) return std::nullopt;
    return literal(std::string(trimmed(text)));
}

OpenJson OpenJson::string(std::string_view utf8) {
    std::string text;
    wire::append_json_string(text, utf8);
    return literal(std::move(text));
}

OpenJson OpenJson::literal(std::string text) {
    OpenJson made;
    made.text_ = std::move(text);
    return made;
}

bool OpenJson::open(Kind kind, Room& room) {
    if (kind_ == kind) return true;
    const bool is_new = is_null();
    if (!is_new && !(kind == Kind::object ? is_object() : is_list())) return false;
    std::vector<OpenJson> values;
    std::vector<std::string> names;
    JsonCursor cursor(text_);
    const char end = kind == Kind::object ? '}' : ']';
    cursor.skip(text_.front());
    while (!is_new && !cursor.skip(end)) {
        if (values.size() == room) return false;
        cursor.skip(',');
        if (kind == Kind::object) {
            cursor.skip('\0');
            names.push_back(unquoted(cursor.take_string()));
            cursor.skip(':');
        }
        values.push_back(literal(std::string(cursor.take_value())));
    }
    for (std::size_t i = 0; i < names.size(); ++i) places_.emplace(names[i], i);
    room -= values.size();
    values_ = std::move(values);
    names_ = std::move(names);
    text_ = {};
    kind_ = kind;
    return true;
}

OpenJson* OpenJson::member(std::string_view name, std::string_view other_name, Room& room) {
    if (!open(Kind::object, room)) return nullptr;
    for (const auto wanted : {name, other_name}) {
        if (const auto found = places_.find(wanted); found != places_.end()) return &values_[found->second];
    }
    if (room == 0) return nullptr;
    --room;
    places_.emplace(name, values_.size());
    names_.emplace_back(name);
    return &values_.emplace_back();
}

std::vector<OpenJson>* OpenJson::elements(Room& room) {
    return open(Kind::list, room) ? &values_ : nullptr;
}

std::size_t OpenJson::size() const {
    if (kind_ == Kind::text) return text_.size();
    std::size_t bytes = 2;
    for (const auto& name : names_) bytes += name.size() + 3;
    for (const auto& value : values_) bytes += value.size() + 1;
    return bytes;
}

void OpenJson::write(std::string& out) const {
    if (kind_ == Kind::text) {
        out += text_;
        return;
    }
    out += kind_ == Kind::object ? '{' : '[';
    for (std::size_t i = 0; i < values_.size(); ++i) {
        if (i > 0) out += ',';
        if (kind_ == Kind::object) {
            wire::append_json_string(out, names_[i]);
            out += ':';
        }
        values_[i].write(out);
    }
    out += kind_ == Kind::object ? '}' : ']';
}

}  // namespace octane::endpoints
