// Room: app. What the command line, the environment and a configuration file say. docs/api.md §1.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/environment.hpp"
#include "app/route_options.hpp"
#include "app/upstream_options.hpp"
#include "http/network.hpp"
#include "telemetry/log.hpp"

namespace octane::app {

// By which the Octane is called that the options without a section describe.
inline constexpr std::string_view kOctaneName = "octane";

struct Options {
    std::string host = "0.0.0.0";
    std::uint16_t port = 51023;
    std::string octane_host;         // as given, else detected
    std::string octane_host_reason;  // how it was found, for the log: "--octane-host", "OCTANE_HOST", "container recognised by
                                     // /.dockerenv", "default"
    std::uint16_t octane_port = 51022;
    Api api = Api::automatic;
    std::vector<std::filesystem::path> proto_paths;      // empty: built-in schemas
    std::vector<std::filesystem::path> descriptor_sets;  // empty: built-in schemas
    unsigned upstream_concurrency = 4;                   // 0: no limit
    std::chrono::milliseconds timeout{30000};            // 0: none
    std::optional<std::chrono::milliseconds> keepalive;  // nothing: a safe one, none to this machine; 0: none
    std::chrono::milliseconds keepalive_timeout{20000};
    std::chrono::milliseconds probe_after{5000};  // 0: never
    std::chrono::milliseconds probe_timeout{5000};
    std::size_t max_body = 64UL << 20U;      // bytes
    std::size_t body_memory = 512UL << 20U;  // bytes of all bodies together
    std::size_t max_message = 256UL << 20U;
    std::size_t max_connections = 4096;
    std::optional<std::size_t>
        max_connections_per_client;  // nothing: a share of max_connections, and this machine is not bounded
    std::vector<std::string> allow_origins;
    std::vector<std::string> frame_ancestors;    // origins whose pages may show this site in a frame
    std::vector<http::Network> trusted_proxies;  // whose word counts on who calls
    std::string token;                           // content of --token FILE, trimmed; never logged
    std::vector<std::string> deny;  // "Service/method" with * wildcards, of all upstreams; of an Octane besides the built-in list
    std::vector<std::string> allow;            // let through although a list denies
    std::vector<std::string> allow_get;        // may be called with GET, on any upstream
    std::vector<std::string> forward_headers;  // names in lower case, sent to every upstream as metadata
    std::filesystem::path web_root;            // empty: built-in page
    std::filesystem::path state_dir;           // for the logs that pages write; empty: none
    std::filesystem::path tls_cert;
    std::filesystem::path tls_key;
    unsigned threads = 0;  // 0: as many as cores
    // As they were named: --upstream first, then sections. Empty: the one upstream is Octane, as the members above say.
    std::vector<UpstreamSpec> upstreams;
    std::vector<RouteSpec> routes;  // as they stand in the file
    bool wants_octane = true;       // false: other upstreams are named, and nothing is said of Octane
    telemetry::LogOptions log;
    std::string config_file;  // that was read; empty: none
    std::map<std::string, std::string>
        given;  // by option: its values as they were written, a line each; of the place that counts
};

struct ParsedOptions {
    std::optional<Options> options;  // empty: end now
    std::string message;  // without its last line end: for stdout if exit_status is 0 (--help, --version, --print-…), else one
                          // line for stderr
    int exit_status = 0;  // 2 for an unknown option, a bad value or an unreadable file
};

// Reads flags, then environment (OCTANE_PROXY_<OPTION>, OCTANE_HOST, OCTANE_PORT), then --config FILE or else
// /etc/octane-proxy/config.toml, then defaults.
ParsedOptions parse_options(int argc, const char* const* argv);

// The same in surroundings that the caller describes instead of the process's own.
ParsedOptions parse_options(int argc, const char* const* argv, const Surroundings& surroundings);

}  // namespace octane::app
