// Fuzz target: two lines as path templates, and a third as a path. What a match captures, put back into its template, must give
// the path; two templates must have one order; and rivals must match the same paths.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "schema/path_template.hpp"

namespace {

using octane::schema::PathCapture;
using octane::schema::PathTemplate;

void require(bool is_true) {
    if (!is_true) std::abort();
}

// Parts of templates, which a fuzzer that starts from nothing seldom finds: in half of the inputs one byte stands for each.
std::string spelled(std::string_view bytes) {
    static constexpr std::array<std::string_view, 16> kWords = {"/{a}", "/{b=*}", "/{c.d=x/*}", "/{e=**}", "/{f=x/**}", "/*",
                                                                "/**",  "/x",     ":v",         "%2F",     "\n",        "%25",
                                                                "/%78", "/{a=x}", "/",          "%C3%A9"};
    std::string text;
    for (const char c : bytes) {
        const auto word = static_cast<std::size_t>(static_cast<unsigned char>(c));
        word < kWords.size() ? text += kWords[word] : text += c;
    }
    return text;
}

std::string_view take_line(std::string_view& text) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(line.size() < text.size() ? line.size() + 1 : line.size());
    return line;
}

// As a client would send it. In several segments slashes stay, and what was sent as %2F has stayed.
std::string encoded(std::string_view value, bool is_one_segment) {
    static constexpr std::string_view kHex = "0123456789ABCDEF";
    std::string out;
    for (std::size_t i = 0; i < value.size(); ++i) {
        const auto byte = static_cast<unsigned char>(value[i]);
        const bool is_kept_slash = value.substr(i, 3) == "%2F" || value.substr(i, 3) == "%2f";
        const bool is_plain = (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
        if (is_plain || (!is_one_segment && (byte == '/' || is_kept_slash)))
            out += value[i];
        else
            out.append({'%', kHex[byte >> 4U], kHex[byte & 15U]});
    }
    return out;
}

// The template's own text, with values in the places of its variables.
std::string filled(const PathTemplate& pattern, const std::vector<PathCapture>& captures) {
    std::string out;
    std::string_view text = pattern.text();
    for (const auto& [field, value] : captures) {
        const auto open = text.find('{');
        const auto close = text.find('}');
        const auto inside = text.substr(open + 1, close - open - 1);
        require(inside.substr(0, inside.find('=')) == field);
        const auto segments = inside.size() == field.size() ? std::string_view("*") : inside.substr(field.size() + 1);
        const bool is_one_segment = segments != "**" && segments.find('/') == std::string_view::npos;
        out += std::string(text.substr(0, open)) + encoded(value, is_one_segment);
        text.remove_prefix(close + 1);
    }
    return out.append(text);
}

// Whether a wildcard stands outside of variables, so that nothing says what it stood for.
bool has_bare_wildcard(const PathTemplate& pattern) {
    bool is_inside = false;
    for (const char c : pattern.text()) {
        if (c == '{' || c == '}') is_inside = c == '{';
        if (c == '*' && !is_inside) return true;
    }
    return false;
}

// With all escapes decoded but %2F, which is no slash.
std::string normal(std::string_view path) {
    const auto digit = [](char c) { return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10; };
    std::string out;
    for (std::size_t i = 0; i < path.size(); ++i) {
        const bool is_escape = path[i] == '%' && i + 2 < path.size();
        const char c = is_escape ? static_cast<char>(digit(path[i + 1]) * 16 + digit(path[i + 2])) : path[i];
        is_escape&& c == '/' ? out += "%2F" : out += c;
        if (is_escape) i += 2;
    }
    return out;
}

void hold_against_path(const PathTemplate& pattern, std::string_view path) {
    const auto captures = pattern.match(path);
    if (!captures) return;
    require(captures->size() == pattern.fields().size());
    if (has_bare_wildcard(pattern)) return;
    const std::string back = filled(pattern, *captures);
    const auto again = pattern.match(back);
    require(again == captures);
    if (path.find("%25") != std::string_view::npos) return;  // %252F and %2F give the same capture
    const std::string one = normal(path);
    const std::string other = normal(back);
    // A ** that is empty was sent with a slash before it or without.
    const auto without_slash = [](std::string text, std::string_view verb) {
        const auto at = text.size() - verb.size();
        if (at > 0 && text[at - 1] == '/') text.erase(at - 1, 1);
        return text;
    };
    const auto colon = pattern.text().find_last_of(":/}");
    const bool has_verb = pattern.text()[colon] == ':';
    const std::string verb = has_verb ? normal(std::string_view(pattern.text()).substr(colon)) : "";
    require(one.ends_with(verb) && (one == other || without_slash(one, verb) == without_slash(other, verb)));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    const std::string input = (data[0] & 1U) != 0 ? spelled(bytes) : std::string(bytes);
    std::string_view text = input;
    const auto first = PathTemplate::parse(take_line(text));
    const auto second = PathTemplate::parse(take_line(text));
    for (const auto* made : {&first, &second}) {
        if (*made)
            hold_against_path(made->value(), text);
        else
            require(made->error().message.starts_with("the path template "));
    }
    if (!first || !second) return 0;
    const int orders =
        static_cast<int>(*first < *second) + static_cast<int>(*second < *first) + static_cast<int>(*first == *second);
    require(orders == 1);
    require(first->is_rival_of(*second) == second->is_rival_of(*first));
    if (first->is_rival_of(*second)) require(first->match(text).has_value() == second->match(text).has_value());
    return 0;
}
