#include "app/option_documents.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <stdexcept>

#include "app/config_file.hpp"
#include "app/option_table.hpp"

namespace octane::app {
namespace {

using Given = std::map<std::string, std::string>;

TEST_CASE("a printed configuration is read back as what was given, and nothing else") {
    const Given given = {{"port", "8080\n"},
                         {"allow-origin", "https://a.example\nhttps://b.example,https://c.example\n"},
                         {"log-file", "C:\\logs\\\"x\".log\n"},
                         {"upstream.nurec.address", "10.0.0.7:46435\n"},
                         {"upstream.nurec.metadata", "a: b, c\nd: # e\n"},
                         {"upstream.nurec.timeout", "3m\n"},
                         {"route.look.path", "/api/look\n"},
                         {"route.look.set", "scene_id=x y\n"},
                         {"form.render.path", "/render-it\n"}};
    Given read;
    for (const auto& setting : parse_config(config_text(given) + '\n', "printed")) {
        auto& values = read[(setting.section.empty() ? "" : setting.section + '.') + setting.name];
        for (const auto& value : setting.values) values += value + '\n';
    }
    CHECK(read == given);
}

TEST_CASE("a printed configuration names every option, by its default where none is given") {
    const std::string text = config_text({});
    CHECK(parse_config(text + '\n', "printed").empty());
    for (const OptionEntry& entry : option_table()) {
        CAPTURE(entry.name);
        const std::string line = "\n# " + std::string(entry.name) + " = " + std::string(entry.default_text);
        CHECK(text.find(line + '\n') + 1 + (text.ends_with(line) ? 1 : 0) > 0);
    }
}

TEST_CASE("completions and the manual have every option with its argument") {
    const std::string bash = completion_text("bash");
    const std::string zsh = completion_text("zsh");
    const std::string manual = man_text();
    for (const OptionEntry& entry : option_table()) {
        const std::string name = "--" + std::string(entry.name);
        CAPTURE(name);
        CHECK(bash.find("    " + name + ") ") != std::string::npos);
        CHECK((bash.find(' ' + name + ' ') != std::string::npos || bash.find('"' + name + ' ') != std::string::npos));
        CHECK(zsh.find('\'' + std::string(entry.is_list ? "*" : "") + name + "=[") != std::string::npos);
        std::string in_roff;
        for (const char c : name) in_roff += c == '-' ? "\\-" : std::string(1, c);
        CHECK(manual.find("\n\\fB" + in_roff + "\\fR ") != std::string::npos);
        CHECK(manual.find("Environment: " + variable_name(entry)) != std::string::npos);
    }
    CHECK_THROWS_WITH_AS(completion_text("fish"), "\"fish\" is none of bash, zsh", std::invalid_argument);
}

TEST_CASE("words that an option takes are what it takes") {
    for (const OptionEntry& entry : option_table()) {
        std::string_view rest = entry.choices;
        while (!rest.empty()) {
            const std::string word(rest.substr(0, rest.find(' ')));
            rest.remove_prefix(std::min(word.size() + 1, rest.size()));
            CAPTURE(entry.name);
            CAPTURE(word);
            Options options;
            CHECK_NOTHROW(entry.apply(options, word));
        }
    }
}

}  // namespace
}  // namespace octane::app
