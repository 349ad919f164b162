// Room: app. What this machine is called, for the host and origin check of docs/api.md §6.
#pragma once

#include <string>
#include <vector>

namespace octane::app {

// The host name, and that name's first label. Empty if the system does not say.
std::vector<std::string> own_names();

// Whether a server that listens at this host can be reached from other machines.
bool is_open_to_others(const std::string& host);

}  // namespace octane::app
