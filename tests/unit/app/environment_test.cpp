#include "app/environment.hpp"

#include <doctest/doctest.h>

#include <map>
#include <set>

using namespace octane::app;

namespace {

Surroundings surroundings_of(const std::map<std::string, std::string>& variables, const std::set<std::string>& files,
                             const std::string& directory) {
    Surroundings surroundings;
    surroundings.variable = [variables](const std::string& name) -> std::optional<std::string> {
        const auto found = variables.find(name);
        if (found == variables.end()) return std::nullopt;
        return found->second;
    };
    surroundings.exists = [files](const std::filesystem::path& path) { return files.contains(path.generic_string()); };
    surroundings.working_directory = directory;
    return surroundings;
}

OctaneHost detect(const std::map<std::string, std::string>& variables, const std::set<std::string>& files = {},
                  const std::string& directory = "/home/artist") {
    return detect_octane_host(surroundings_of(variables, files, directory));
}

std::filesystem::path state_dir(const std::map<std::string, std::string>& variables) {
    return default_state_dir(surroundings_of(variables, {}, "/"));
}

void check_container(const OctaneHost& found, const std::string& mark) {
    CHECK(found.host == "host.docker.internal");
    CHECK(found.reason == "container recognised by " + mark);
}

}  // namespace

TEST_CASE("on an ordinary machine Octane is expected on the same machine, by IPv4 address") {
    const auto found = detect({{"USER", "artist"}, {"HOME", "/home/artist"}});
    CHECK(found.host == "127.0.0.1");
    CHECK(found.reason == "default");
}

TEST_CASE("OCTANE_HOST wins over every mark of a container") {
    const auto found = detect({{"OCTANE_HOST", "render-box"}, {"CONTAINER", "1"}}, {"/.dockerenv"});
    CHECK(found.host == "render-box");
    CHECK(found.reason == "OCTANE_HOST");
}

TEST_CASE("each mark of either earlier proxy is enough to recognise a container") {
    check_container(detect({}, {"/.dockerenv"}), "/.dockerenv");
    check_container(detect({}, {"/workspace"}), "/workspace");
    check_container(detect({{"KUBERNETES_SERVICE_HOST", "10.0.0.1"}}), "KUBERNETES_SERVICE_HOST");
    check_container(detect({{"CONTAINER", "podman"}}), "CONTAINER");
    check_container(detect({{"OPENHANDS_WORKSPACE_BASE", "/w"}}), "OPENHANDS_WORKSPACE_BASE");
    check_container(detect({{"SANDBOX_USE_HOST_NETWORK", "true"}}), "SANDBOX_USE_HOST_NETWORK=true");
    check_container(detect({{"USER", "my-sandbox-user"}}), "USER containing \"sandbox\"");
    check_container(detect({}, {}, "/home/x/openhands/run"), "a working directory below /openhands");
}

TEST_CASE("an empty variable counts as absent") {
    CHECK(detect({{"OCTANE_HOST", ""}}).host == "127.0.0.1");
    CHECK(detect({{"CONTAINER", ""}, {"KUBERNETES_SERVICE_HOST", ""}}).reason == "default");
}

TEST_CASE("SANDBOX_USE_HOST_NETWORK counts only with the value true") {
    CHECK(detect({{"SANDBOX_USE_HOST_NETWORK", "false"}}).reason == "default");
}

TEST_CASE("state is kept where the XDG specification says, and nowhere if there is no home") {
    CHECK(state_dir({{"XDG_STATE_HOME", "/var/state"}, {"HOME", "/home/artist"}}) == "/var/state/octane-proxy");
    CHECK(state_dir({{"HOME", "/home/artist"}}) == "/home/artist/.local/state/octane-proxy");
    CHECK(state_dir({{"XDG_STATE_HOME", "relative"}, {"HOME", "/home/artist"}}) == "/home/artist/.local/state/octane-proxy");
    CHECK(state_dir({{"XDG_STATE_HOME", ""}}).empty());
}
