// Room: app. What the options say of one upstream: --upstream NAME=HOST:PORT and the section [upstream.NAME] of the configuration
// file. docs/options.md.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/option_values.hpp"
#include "rpc/method_limits.hpp"
#include "upstream/channel.hpp"

namespace octane::app {

enum class UpstreamKind : std::uint8_t { grpc, octane };

// What is not given is as for the program as a whole.
struct UpstreamSpec {
    std::string name;
    UpstreamKind kind = UpstreamKind::grpc;
    std::string host;
    std::uint16_t port = 0;  // 0: none given
    Api api = Api::automatic;
    std::vector<std::filesystem::path> proto_paths;
    std::vector<std::filesystem::path> import_paths;     // files there are found by those that import them, and offer nothing
    std::vector<std::filesystem::path> descriptor_sets;  // neither these nor proto_paths: the server is asked (reflection)
    std::optional<unsigned> concurrency;                 // calls in flight at once; 0: no limit
    std::optional<std::chrono::milliseconds> timeout;
    std::optional<std::size_t> max_message;
    std::optional<std::chrono::milliseconds> keepalive;
    std::optional<std::chrono::milliseconds> keepalive_timeout;
    std::optional<std::chrono::milliseconds> probe_after;
    std::optional<std::chrono::milliseconds> probe_timeout;
    std::optional<upstream::ChannelTls> tls;
    bool refuses_tls = false;  // tls = false, with which no other of these options goes
    upstream::Metadata metadata;
    std::vector<std::string> deny;             // besides those of the program
    std::vector<std::string> allow;            // besides those of the program
    std::optional<bool> refuses_unknown;       // members that a message lacks; nothing: an Octane takes them, others do not
    std::vector<std::string> allow_get;        // besides those of the program
    std::vector<std::string> forward_headers;  // besides those of the program; in lower case
    std::vector<rpc::MethodRule<std::chrono::milliseconds>> method_timeouts;
    std::vector<rpc::MethodRule<std::size_t>> method_max_messages;
    std::vector<rpc::MethodRule<unsigned>> method_concurrencies;
};

struct UpstreamOption {
    std::string_view name;      // "descriptor-set"
    std::string_view argument;  // "FILE"
    std::string_view meaning;
    std::string_view default_text;
    bool is_list;                                                 // may hold several values
    void (*apply)(UpstreamSpec& spec, const std::string& value);  // throws std::invalid_argument
};

std::span<const UpstreamOption> upstream_option_table();

// "nurec=10.0.0.7:46435"; nothing but name, host and port is set. Throws std::invalid_argument.
UpstreamSpec parse_upstream(const std::string& text);

// Throws std::invalid_argument where a name cannot be one: it stands in addresses, so it is of lower-case letters, digits and
// hyphens, and none of the proxy's own first segments.
void check_upstream_name(std::string_view name);

// What no single option can know. Throws std::invalid_argument with a sentence that names the upstream.
void check_upstream(const UpstreamSpec& spec);

}  // namespace octane::app
