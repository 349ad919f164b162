#include "app/environment.hpp"

#include <cstdlib>
#include <system_error>

namespace octane::app {
namespace {

// What a container or sandbox was recognised by; nothing on an ordinary machine. The marks that say most come first.
std::optional<std::string> container_mark(const Surroundings& surroundings) {
    for (const char* file : {"/.dockerenv", "/workspace"}) {
        if (surroundings.exists(file)) return file;
    }
    for (const char* name : {"KUBERNETES_SERVICE_HOST", "CONTAINER", "OPENHANDS_WORKSPACE_BASE"}) {
        if (find_variable(surroundings, name)) return name;
    }
    if (find_variable(surroundings, "SANDBOX_USE_HOST_NETWORK") == "true") return "SANDBOX_USE_HOST_NETWORK=true";
    if (find_variable(surroundings, "USER").value_or("").find("sandbox") != std::string::npos)
        return "USER containing \"sandbox\"";
    if (surroundings.working_directory.generic_string().find("/openhands") != std::string::npos) {
        return "a working directory below /openhands";
    }
    return std::nullopt;
}

}  // namespace

Surroundings process_surroundings() {
    Surroundings surroundings;
    surroundings.variable = [](const std::string& name) -> std::optional<std::string> {
        const char* value = std::getenv(name.c_str());
        if (value == nullptr) return std::nullopt;
        return value;
    };
    surroundings.exists = [](const std::filesystem::path& path) {
        std::error_code ignored;
        return std::filesystem::exists(path, ignored);
    };
    std::error_code ignored;
    surroundings.working_directory = std::filesystem::current_path(ignored);
    return surroundings;
}

std::optional<std::string> find_variable(const Surroundings& surroundings, const std::string& name) {
    auto value = surroundings.variable(name);
    if (value && value->empty()) value.reset();
    return value;
}

OctaneHost detect_octane_host(const Surroundings& surroundings) {
    if (auto host = find_variable(surroundings, "OCTANE_HOST")) return {*std::move(host), "OCTANE_HOST"};
    if (auto mark = container_mark(surroundings)) return {"host.docker.internal", "container recognised by " + *mark};
    // Not "localhost": that may resolve to ::1 first, where Octane does not listen.
    return {"127.0.0.1", "default"};
}

std::filesystem::path default_state_dir(const Surroundings& surroundings) {
    // A relative path counts as none: XDG Base Directory Specification.
    const auto state = find_variable(surroundings, "XDG_STATE_HOME");
    if (state && std::filesystem::path(*state).is_absolute()) return std::filesystem::path(*state) / "octane-proxy";
    const auto home = find_variable(surroundings, "HOME");
    if (home) return std::filesystem::path(*home) / ".local" / "state" / "octane-proxy";
    return {};
}

}  // namespace octane::app
