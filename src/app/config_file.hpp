// Room: app. The configuration file: TOML as far as options need it, and INI. docs/options.md.
//
// A line is `name = value`: a string in quotes, an array of such, or a bare word up to the end of the line. `#` and `;` begin a
// comment. [upstream.NAME] begins what is said of that upstream, [route.NAME] and [form.NAME] what is said of a path. Whatever
// else stands there is refused with its line, so that a slip never changes what counts.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace octane::app {

struct ConfigSetting {
    std::string section;  // "upstream.nurec"; empty for what stands before any section, or in [default]
    std::string name;     // as it is written
    std::vector<std::string> values;
    std::size_t line = 0;
};

// Throws std::invalid_argument with a sentence that names the file and the line.
std::vector<ConfigSetting> read_config_file(const std::string& file);

// The same of a text; `file` is only for the sentence.
std::vector<ConfigSetting> parse_config(std::string_view text, const std::string& file);

}  // namespace octane::app
