// Room: app. What is made from the option table besides --help: a configuration file, completions for shells and a page of the
// manual. docs/options.md. Pure.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace octane::app {

// A configuration file that says the same as these options: what was given as it was written, all else as comments with its
// default. `given` as Options has it.
std::string config_text(const std::map<std::string, std::string>& given);

// For bash or zsh; throws std::invalid_argument for any other shell.
std::string completion_text(std::string_view shell);

// octane-proxy(1), for man.
std::string man_text();

}  // namespace octane::app
