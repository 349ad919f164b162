// Room: app. Where Octane is to be looked for when nobody said: the rules of both earlier proxies, joined. docs/api.md §1.
//
// Pure functions over a view of the surroundings, so that every rule can be tested on any machine.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace octane::app {

struct Surroundings {
    std::function<std::optional<std::string>(const std::string& name)> variable;  // of the environment
    std::function<bool(const std::filesystem::path& path)> exists;
    std::filesystem::path working_directory;
};

// Those of this process.
Surroundings process_surroundings();

// A variable that is set and not empty; an empty one counts as absent everywhere in the proxy.
std::optional<std::string> find_variable(const Surroundings& surroundings, const std::string& name);

struct OctaneHost {
    std::string host;
    std::string reason;  // "OCTANE_HOST", "container recognised by /.dockerenv", "default"
};

OctaneHost detect_octane_host(const Surroundings& surroundings);

// $XDG_STATE_HOME/octane-proxy or ~/.local/state/octane-proxy; empty where neither variable is set.
std::filesystem::path default_state_dir(const Surroundings& surroundings);

}  // namespace octane::app
