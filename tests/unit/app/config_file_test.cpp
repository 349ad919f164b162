#include "app/config_file.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace octane::app {
namespace {

// "name=value|value;…" as it was read, or the sentence of the refusal.
std::string read(std::string_view text) {
    try {
        std::string all;
        for (const auto& setting : parse_config(text, "p.toml")) {
            if (!setting.section.empty()) all += setting.section + ':';
            all += setting.name + '=';
            for (std::size_t i = 0; i < setting.values.size(); ++i) all += (i > 0 ? "|" : "") + setting.values[i];
            all += ';';
        }
        return all;
    } catch (const std::invalid_argument& error) { return error.what(); }
}

TEST_CASE("settings are words, strings and arrays, with comments and blanks around them") {
    CHECK(read("port = 51023\nhost=10.0.0.1 # mine\n; all\n\n  token = '/a b#c'\n")
              .starts_with("port=51023;host=10.0.0.1;token=/a b#c;"));
    CHECK(read("deny = [\"A/*\", 'B/c', C/d]\n") == "deny=A/*|B/c|C/d;");
    CHECK(read("deny = [ # those\n  \"A/*\",\n\n  \"B/c\", ; and\n]\nport = 1") == "deny=A/*|B/c;port=1;");
    CHECK(read("deny = []") == "deny=;");
    CHECK(read("a = \"q\\\"\\\\\\t\"\r\nb = 2\r\n") == "a=q\"\\\t;b=2;");
    CHECK(read("[default]\nport = 1\n") == "port=1;");
    CHECK(read("port = 1\n[upstream.a]\nport = 2\n[upstream.b]\nport = 3\n[default]\nhost = h\n") ==
          "port=1;upstream.a:port=2;upstream.b:port=3;host=h;");
    CHECK(read("deny = A/b, C/d\n") == "deny=A/b, C/d;");
    CHECK(read("web-root = /a b/c\n") == "web-root=/a b/c;");
    CHECK(read("\xEF\xBB\xBFport = 1\n") == "port=1;");
    CHECK(read("").empty());
}

TEST_CASE("whatever else stands there is refused with its line and what would be right") {
    const std::pair<const char*, const char*> cases[] = {
        {"port = 1\nallow-origin = [\"https://a.example\"\n", "line 2: the array that begins here has no end; close it with ]"},
        {"allow-origin = [\"https://a.example\",\nport = 1\n", "line 1: the array that begins here has no end"},
        {"allow-origin = [\"a\"\nport = 1\n",
         "line 2: a comma or ] is missing before \"port = 1\" in the array that begins in line 1"},
        {"allow-origin = [\"a\" \"b\"]", "line 1: a comma or ] is missing"},
        {"allow-origin = [,]", "line 1: a comma stands here without a value"},
        {"allow-origin = [\"a\"] b", "line 1: nothing may follow an array, but there is \"b\""},
        {"\nport\n", "line 2: \"port\" has no = behind it"},
        {"port =\n", "line 1: \"port\" has no value"},
        {"port = # 1\n", "line 1: \"port\" has no value"},
        {"= 1", "line 1: a line is name = value"},
        {"host = \"a", "line 1: a value in quotes has no end; close it with \""},
        {"host = 'a\nport = 1", "line 1: a value in quotes has no end; close it with '"},
        {"host = \"a\" b", "line 1: nothing may follow a value in quotes"},
        {"host = \"\"\"a\"\"\"", "line 1: strings over several lines"},
        {"host = \"\\q\"", "line 1: in a string in double quotes"},
        {"host = {a = 1}", "line 1: \"{a = 1}\" is no value"},
        {"host = a\"b\"", "is no value"},
        {"port = 1\nhost = a\nport = 2\n", "line 3: \"port\" stands here a second time; the first is in line 1"},
        {"[octane]\nport = 1\n", "line 1: section [octane] is unknown"},
        {"[octane\n", "line 1: the section's name has no ]"},
        {"[upstream.a]\nx = 1\n[upstream.a]\n", "line 3: section [upstream.a] stands here a second time"},
        {"[upstream.a]\nx = 1\nx = 2\n", "line 3: \"x\" stands here a second time"},
        {"a.b = 1\n", "line 1: \"a\" has no = behind it"},
        {"port = 1\nhost = \x01\n", "line 2: a control character"},
        {"\xFF\xFEp\0", "is UTF-16; save it as UTF-8"}};
    for (const auto& [text, sentence] : cases) {
        CAPTURE(text);
        const auto said = read(text);
        CAPTURE(said);
        CHECK(said.starts_with("\"p.toml\""));
        CHECK(said.find(sentence) != std::string::npos);
    }
}

}  // namespace
}  // namespace octane::app
