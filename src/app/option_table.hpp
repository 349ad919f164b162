// Room: app. Every option once: its name, what --help says of it, and how its text becomes a member of Options. docs/api.md §1.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "app/options.hpp"

namespace octane::app {

struct OptionEntry {
    std::string_view name;      // "octane-port": --octane-port, OCTANE_PROXY_OCTANE_PORT, octane-port in a file
    std::string_view argument;  // "PORT"
    std::string_view group;
    std::string_view meaning;
    std::string_view default_text;
    std::string_view short_variable;  // a second name in the environment ("OCTANE_PORT"), asked after the long one
    bool is_list;                     // may stand several times and hold several values
    void (*apply)(Options& options, const std::string& value);  // throws std::invalid_argument
    bool is_live = false;                                       // a new value counts without a restart (SIGHUP)
    std::string_view choices = {};                              // the words it takes, with spaces between; empty: any
};

// Read where nobody names another.
inline constexpr std::string_view kDefaultConfigFile = "/etc/octane-proxy/config.toml";

// In the order --help shows them; entries of one group stand together.
std::span<const OptionEntry> option_table();

// "OCTANE_PROXY_OCTANE_PORT"
std::string variable_name(const OptionEntry& entry);

// What --help prints.
std::string help_text();

}  // namespace octane::app
