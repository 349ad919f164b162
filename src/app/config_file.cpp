#include "app/config_file.hpp"

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <set>
#include <stdexcept>

#include "app/option_values.hpp"

namespace octane::app {
namespace {

constexpr std::size_t kLongestFile = 1UL << 20U;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kBlank = " \t\r";

bool is_name_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

class ConfigReader {
  public:
    ConfigReader(std::string_view text, const std::string& file) : rest_(text), file_(file) {}

    std::vector<ConfigSetting> read() {
        std::vector<ConfigSetting> settings;
        while (!is_at_end()) {
            skip_blanks();
            if (at_line_end()) {
                next_line();
            } else if (peek() == '[') {
                read_section();
            } else {
                settings.push_back(read_setting(settings));
            }
        }
        return settings;
    }

  private:
    [[noreturn]] void fail(const std::string& what) const { fail_at(line_, what); }
    [[noreturn]] void fail_at(std::size_t line, const std::string& what) const {
        throw std::invalid_argument(show_value(file_) + ", line " + std::to_string(line) + ": " + what);
    }

    [[nodiscard]] bool is_at_end() const { return rest_.empty(); }
    [[nodiscard]] char peek() const { return rest_.empty() ? '\0' : rest_.front(); }
    [[nodiscard]] bool at_comment() const { return peek() == '#' || peek() == ';'; }
    [[nodiscard]] bool at_line_end() const { return is_at_end() || peek() == '\n' || at_comment(); }

    void skip_blanks() { rest_.remove_prefix(std::min(rest_.find_first_not_of(kBlank), rest_.size())); }
    // Past the comment, if one stands here, and the end of the line.
    void next_line() {
        const auto end = rest_.find('\n');
        rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
        ++line_;
    }
    void end_line(const char* after) {
        skip_blanks();
        if (!at_line_end()) fail("nothing may follow " + std::string(after) + ", but there is " + show_value(line_rest()));
        next_line();
    }
    [[nodiscard]] std::string_view line_rest() const {
        auto text = rest_.substr(0, rest_.find('\n'));
        while (!text.empty() && kBlank.find(text.back()) != std::string_view::npos) text.remove_suffix(1);
        return text;
    }

    void read_section() {
        const auto line = line_rest();
        const auto end = line.find(']');
        if (end == std::string_view::npos) fail("the section's name has no ]");
        const auto name = line.substr(1, end - 1);
        const bool is_known =
            name == "default" || name.starts_with("upstream.") || name.starts_with("route.") || name.starts_with("form.");
        if (!is_known)
            fail(
                "section [" + std::string(name.substr(0, 100)) +
                "] is unknown; options stand without a section, those of one upstream in [upstream.NAME], a path of one's own in "
                "[route.NAME] or [form.NAME]");
        section_ = name == "default" ? std::string_view() : name;
        if (!section_.empty() && !seen_.insert(std::string(section_)).second)
            fail("section [" + std::string(section_.substr(0, 100)) + "] stands here a second time");
        rest_.remove_prefix(end + 1);
        end_line("a section's name");
    }

    ConfigSetting read_setting(const std::vector<ConfigSetting>& before) {
        ConfigSetting setting;
        setting.line = line_;
        setting.section = section_;
        const auto end = std::ranges::find_if_not(rest_, is_name_character) - rest_.begin();
        setting.name = rest_.substr(0, static_cast<std::size_t>(end));
        if (setting.name.empty()) fail("a line is name = value, a comment or empty; this one is " + show_value(line_rest()));
        rest_.remove_prefix(setting.name.size());
        skip_blanks();
        if (peek() != '=') fail(show_value(setting.name) + " has no = behind it; a line is name = value");
        rest_.remove_prefix(1);
        const auto same = std::ranges::find_if(before, [&setting](const ConfigSetting& other) {
            return other.section == setting.section && other.name == setting.name;
        });
        if (same != before.end())
            fail(show_value(setting.name) + " stands here a second time; the first is in line " + std::to_string(same->line));
        skip_blanks();
        if (peek() == '[') {
            setting.values = read_array();
            end_line("an array");
        } else if (peek() == '"' || peek() == '\'') {
            setting.values.push_back(read_string());
            end_line("a value in quotes");
        } else {
            setting.values.push_back(read_bare("\n"));
            if (setting.values.back().empty()) fail(show_value(setting.name) + " has no value");
            next_line();
        }
        return setting;
    }

    std::vector<std::string> read_array() {
        const std::size_t begin = line_;
        std::vector<std::string> values;
        bool may_have_item = true;
        rest_.remove_prefix(1);
        for (;;) {
            skip_blanks();
            if (is_at_end()) fail_at(begin, "the array that begins here has no end; close it with ]");
            if (at_line_end()) {
                next_line();
            } else if (peek() == ']') {
                rest_.remove_prefix(1);
                return values;
            } else if (peek() == ',') {
                if (may_have_item) fail("a comma stands here without a value before it");
                may_have_item = true;
                rest_.remove_prefix(1);
            } else if (!may_have_item) {
                fail_at(line_, "a comma or ] is missing before " + show_value(line_rest()) +
                                   " in the array that begins in line " + std::to_string(begin));
            } else {
                const bool is_quoted = peek() == '"' || peek() == '\'';
                values.push_back(is_quoted ? read_string() : read_bare(",]\n"));
                if (!is_quoted && values.back().find('=') != std::string::npos)
                    fail_at(begin, "the array that begins here has no end; close it with ]");
                may_have_item = false;
            }
        }
    }

    std::string read_bare(std::string_view ends) {
        std::string value;
        while (!is_at_end() && ends.find(peek()) == std::string_view::npos) {
            const bool is_after_blank = value.empty() || kBlank.find(value.back()) != std::string_view::npos;
            if (at_comment() && is_after_blank) break;
            if (peek() == '"' || peek() == '{')
                fail(show_value(line_rest()) + " is no value: it is a word, a string in quotes or an array");
            value += peek();
            rest_.remove_prefix(1);
        }
        value.resize(value.find_last_not_of(kBlank) + 1);
        return value;
    }

    std::string read_string() {
        const char quote = peek();
        if (rest_.starts_with(R"(""")") || rest_.starts_with("'''")) fail("strings over several lines are not understood here");
        rest_.remove_prefix(1);
        std::string value;
        while (peek() != quote) {
            if (is_at_end() || peek() == '\n') fail("a value in quotes has no end; close it with " + std::string(1, quote));
            if (quote == '"' && peek() == '\\') {
                value += read_escape();
            } else {
                value += peek();
                rest_.remove_prefix(1);
            }
        }
        rest_.remove_prefix(1);
        return value;
    }

    char read_escape() {
        static constexpr std::string_view kLetters = "\"\\tnr";
        static constexpr std::string_view kMeanings = "\"\\\t\n\r";
        rest_.remove_prefix(1);
        const auto place = is_at_end() ? std::string_view::npos : kLetters.find(peek());
        if (place == std::string_view::npos)
            fail("in a string in double quotes \\ stands before one of \" \\ t n r; a string in single quotes takes it as it is");
        rest_.remove_prefix(1);
        return kMeanings[place];
    }

    std::string_view rest_;
    const std::string& file_;
    std::size_t line_ = 1;
    std::string_view section_;
    std::set<std::string> seen_;  // sections
};

}  // namespace

std::vector<ConfigSetting> parse_config(std::string_view text, const std::string& file) {
    if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
    if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF"))
        throw std::invalid_argument(show_value(file) + " is UTF-16; save it as UTF-8");
    const auto bad = std::ranges::find_if(text, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return (byte < 0x20 && c != '\t' && c != '\n' && c != '\r') || byte == 0x7F;
    });
    if (bad != text.end()) {
        throw std::invalid_argument(show_value(file) + ", line " + std::to_string(1 + std::count(text.begin(), bad, '\n')) +
                                    ": a control character; the file has to be text");
    }
    return ConfigReader(text, file).read();
}

std::vector<ConfigSetting> read_config_file(const std::string& file) {
    std::ifstream input(parse_file(file), std::ios::binary);
    std::string text(kLongestFile + 1, '\0');
    input.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(input.gcount()));
    if (text.size() > kLongestFile) throw std::invalid_argument(show_value(file) + " is larger than 1 MiB");
    return parse_config(text, file);
}

}  // namespace octane::app
