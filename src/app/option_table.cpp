#include "app/option_table.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <limits>
#include <stdexcept>

#include "app/option_values.hpp"

namespace octane::app {
namespace {

constexpr std::size_t kLargestBody = 16UL << 30U;
constexpr std::uint64_t kMostConnections = 1'000'000;
constexpr std::size_t kLargestMessage = std::numeric_limits<int>::max();  // gRPC counts in int

void set_level(Options& options, const std::string& value) {
    if (!telemetry::parse_level(value, options.log.level)) {
        throw std::invalid_argument(show_value(value) + " is none of trace, debug, info, warn, error, off");
    }
}

void set_format(Options& options, const std::string& value) {
    if (!telemetry::parse_format(value, options.log.format))
        throw std::invalid_argument(show_value(value) + " is none of text, json");
}

void set_log_file(Options& options, const std::string& value) {
    std::error_code ignored;
    if (value.empty() || std::filesystem::is_directory(value, ignored))
        throw std::invalid_argument(show_value(value) + " is not a file");
    options.log.file = value;
}

void set_state_dir(Options& options, const std::string& value) {
    std::error_code ignored;
    if (std::filesystem::exists(value, ignored) && !std::filesystem::is_directory(value, ignored))
        throw std::invalid_argument(show_value(value) + " is not a directory");
    options.state_dir = value;
}

constexpr std::array<OptionEntry, 35> kOptionTable = {{
    {"host", "ADDRESS", "Listening", "address to serve HTTP on; 127.0.0.1 for this machine only", "0.0.0.0", "", false,
     [](Options& options, const std::string& value) { options.host = parse_host(value); }},
    {"port", "PORT", "Listening", "port to serve HTTP on; 0 picks a free one", "51023", "", false,
     [](Options& options, const std::string& value) {
         options.port = static_cast<std::uint16_t>(parse_number(value, 0, 65535));
     }},
    {"tls-cert", "FILE", "Listening", "certificate chain (PEM); with --tls-key, HTTPS is served instead of HTTP", "none", "",
     false, [](Options& options, const std::string& value) { options.tls_cert = parse_file(value); }, true},
    {"tls-key", "FILE", "Listening", "private key of the certificate (PEM)", "none", "", false,
     [](Options& options, const std::string& value) { options.tls_key = parse_file(value); }, true},
    {"web-root", "DIR", "Listening", "serve this directory at / instead of the built-in page", "built-in page", "", false,
     [](Options& options, const std::string& value) { options.web_root = parse_directory(value); }},
    {"state-dir", "DIR", "Listening", "where logs that pages write are kept; made when needed",
     "$XDG_STATE_HOME/octane-proxy or ~/.local/state/octane-proxy", "", false, set_state_dir},
    {"threads", "N", "Listening", "threads that serve connections", "one per core", "", false,
     [](Options& options, const std::string& value) { options.threads = static_cast<unsigned>(parse_number(value, 0, 256)); }},

    {"octane-host", "HOST", "Octane", "machine that Octane runs on", "127.0.0.1, in a container host.docker.internal",
     "OCTANE_HOST", false, [](Options& options, const std::string& value) { options.octane_host = parse_host(value); }},
    {"octane-port", "PORT", "Octane", "port of Octane's gRPC server", "51022", "OCTANE_PORT", false,
     [](Options& options, const std::string& value) {
         options.octane_port = static_cast<std::uint16_t>(parse_number(value, 1, 65535));
     }},
    {"api", "RELEASE", "Octane", "which of Octane's schemas to speak: auto, alpha5 or beta2", "auto", "", false,
     [](Options& options, const std::string& value) { options.api = parse_api(value); }, false, "auto alpha5 beta2"},
    {"proto-path", "DIR", "Octane", "speak the .proto files of this directory instead of the built-in schemas", "none", "", true,
     [](Options& options, const std::string& value) { options.proto_paths.push_back(parse_directory(value)); }},
    {"descriptor-set", "FILE", "Octane", "speak a compiled descriptor set (protoc --descriptor_set_out) instead", "none", "",
     true, [](Options& options, const std::string& value) { options.descriptor_sets.push_back(parse_file(value)); }},
    {"upstream-concurrency", "N", "Octane", "calls in flight to Octane at once, further ones queue; 0 = no limit", "4", "", false,
     [](Options& options, const std::string& value) {
         options.upstream_concurrency = static_cast<unsigned>(parse_number(value, 0, 100000));
     }},
    {"probe-after", "DURATION", "Octane",
     "how long nothing may be heard from Octane before it is asked whether it is there; 0 = never", "5s", "", false,
     [](Options& options, const std::string& value) { options.probe_after = parse_duration(value); }},
    {"probe-timeout", "DURATION", "Octane", "how long that question may go unanswered before Octane counts as silent", "5s", "",
     false, [](Options& options, const std::string& value) { options.probe_timeout = parse_positive_duration(value); }},
    {"keepalive", "DURATION", "Octane",
     "pause after which a connection with a call under way, over which nothing comes, is pinged; 0 = never. Most servers end a "
     "connection that is pinged more often than every 5 minutes",
     "6m, none to this machine", "", false,
     [](Options& options, const std::string& value) { options.keepalive = parse_duration(value); }},
    {"keepalive-timeout", "DURATION", "Octane", "how long such a ping may go unanswered before the connection counts as lost",
     "20s", "", false,
     [](Options& options, const std::string& value) { options.keepalive_timeout = parse_positive_duration(value); }},

    {"upstream", "NAME=HOST:PORT", "Upstreams",
     "another gRPC server, called as /NAME/<service>/<method>; it is asked for its schema (reflection). [upstream.NAME] in a "
     "file "
     "says more. Octane is then served only if --octane-host or --octane-port names it",
     "none, Octane alone", "", true,
     [](Options& options, const std::string& value) { options.upstreams.push_back(parse_upstream(value)); }},

    {"timeout", "DURATION", "Limits", "deadline of a call that sets none, like 500ms, 30s or 2m; 0 = none", "30s", "", false,
     [](Options& options, const std::string& value) { options.timeout = parse_duration(value); }},
    {"max-body", "SIZE", "Limits", "largest HTTP request body", "64MiB", "", false,
     [](Options& options, const std::string& value) { options.max_body = parse_size(value, kLargestBody); }},
    {"body-memory", "SIZE", "Limits", "memory for the bodies of all requests under way together; beyond it they are answered 503",
     "512MiB", "", false,
     [](Options& options, const std::string& value) { options.body_memory = parse_size(value, kLargestBody); }},
    {"max-message", "SIZE", "Limits", "largest gRPC message, above all the largest frame", "256MiB", "", false,
     [](Options& options, const std::string& value) { options.max_message = parse_size(value, kLargestMessage); }},

    {"max-connections", "N", "Limits", "HTTP connections at once; beyond them the one that was idle for longest is closed",
     "4096", "", false,
     [](Options& options, const std::string& value) { options.max_connections = parse_number(value, 1, kMostConnections); }},
    {"max-connections-per-client", "N", "Limits",
     "of these, how many one address may have that is no trusted proxy; this machine's own is bounded only if this is given",
     "an eighth of --max-connections", "", false,
     [](Options& options,
        const std::string& value) { options.max_connections_per_client = parse_number(value, 1, kMostConnections); }},

    {"allow-origin", "ORIGIN", "Access",
     "browser origin that may call besides local ones, like https://example.org; * allows every one", "local origins only", "",
     true, [](Options& options, const std::string& value) { options.allow_origins.push_back(parse_allowed_origin(value)); },
     true},
    {"frame-ancestor", "ORIGIN", "Access",
     "origin whose pages may show this site in a frame, like https://example.org; * allows every one", "this site only", "", true,
     [](Options& options, const std::string& value) { options.frame_ancestors.push_back(parse_web_origin(value)); }, true},
    {"trusted-proxy", "ADDRESS", "Access",
     "reverse proxy, or network of such, whose X-Forwarded-For or Forwarded says who calls, like 10.0.0.0/8", "none", "", true,
     [](Options& options, const std::string& value) { options.trusted_proxies.push_back(parse_network(value)); }, true},
    {"token", "FILE", "Access", "file with a secret that every request must bring but /livez and /readyz", "none", "", false,
     [](Options& options, const std::string& value) { options.token = read_token(value); }, true},
    {"deny", "PATTERN", "Access",
     "methods of any upstream to refuse, as Service/method with * wildcards; of an Octane besides the built-in list",
     "built-in list", "", true,
     [](Options& options, const std::string& value) { options.deny.push_back(parse_method_pattern(value)); }},
    {"allow", "PATTERN", "Access", "methods to let through although a list refuses them", "none", "", true,
     [](Options& options, const std::string& value) { options.allow.push_back(parse_method_pattern(value)); }},
    {"allow-get", "PATTERN", "Access",
     "methods that may be called with GET, besides those whose schema says that they have no side effects", "none", "", true,
     [](Options& options, const std::string& value) { options.allow_get.push_back(parse_method_pattern(value)); }},
    {"forward-header", "NAME", "Access",
     "header of a request that is sent on to the upstream as metadata, besides traceparent, tracestate and x-request-id", "none",
     "", true, [](Options& options, const std::string& value) { options.forward_headers.push_back(parse_header_name(value)); }},

    {"log-level", "LEVEL", "Log", "trace, debug, info, warn, error or off", "info", "", false, set_level, true,
     "trace debug info warn error off"},
    {"log-format", "FORMAT", "Log", "text for people or json for machines", "text", "", false, set_format, false, "text json"},
    {"log-file", "FILE", "Log", "write a file besides stderr; it rotates at 10 MiB and 3 old ones are kept", "none", "", false,
     set_log_file},
}};

}  // namespace

std::span<const OptionEntry> option_table() {
    return kOptionTable;
}

std::string variable_name(const OptionEntry& entry) {
    std::string name = "OCTANE_PROXY_";
    for (const char letter : entry.name) {
        name += letter == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
    }
    return name;
}

namespace {

constexpr std::size_t kWidth = 80;   // of the narrowest terminal that people use
constexpr std::size_t kColumn = 28;  // where explanations begin

// The text's words in as many lines as they need, each beginning at that column; the first line continues `out`.
void append_wrapped(std::string& out, std::string_view text, std::size_t column) {
    std::size_t at = column;
    while (!text.empty()) {
        const std::string_view word = text.substr(0, text.find(' '));
        text.remove_prefix(std::min(word.size() + 1, text.size()));
        if (at > column && at + 1 + word.size() > kWidth) {
            out += '\n' + std::string(column, ' ');
            at = column;
        }
        if (at > column) {
            out += ' ';
            ++at;
        }
        out += word;
        at += word.size();
    }
    out += '\n';
}

void append_row(std::string& out, std::string left, std::string_view right) {
    if (left.size() + 2 > kColumn) {
        out += left + '\n';
        left.clear();
    }
    left.resize(kColumn, ' ');
    out += left;
    append_wrapped(out, right, kColumn);
}

}  // namespace

std::string help_text() {
    std::string text = "octane-proxy " OCTANE_VERSION "\n";
    append_wrapped(text, "Any gRPC method of OctaneRender as HTTP with JSON, every frame to the browser.", 0);
    text += "\nUsage: octane-proxy [options]\n\n";
    append_wrapped(text,
                   "Each option may also stand in the environment or in a file (--config). What counts is the command line "
                   "first, then the environment, then the file, then the default. Options marked with + may be repeated; a "
                   "value may also list several, separated by commas. In brackets: the default and the environment variable.",
                   0);
    std::string_view group;
    for (const OptionEntry& entry : kOptionTable) {
        if (entry.group != group) {
            group = entry.group;
            text += "\n" + std::string(group) + ":\n";
        }
        append_row(text, "  --" + std::string(entry.name) + ' ' + std::string(entry.argument) + (entry.is_list ? " +" : ""),
                   entry.meaning);
        std::string facts = "[" + std::string(entry.default_text) + "; " + variable_name(entry);
        if (!entry.short_variable.empty()) facts += " or " + std::string(entry.short_variable);
        append_row(text, "", facts + "]");
    }
    text += "\nOther:\n";
    append_row(text, "  --config FILE", "read options from a TOML or INI file: lines like octane-port = 51022");
    append_row(text, "", "[" + std::string(kDefaultConfigFile) + " if it is there; OCTANE_PROXY_CONFIG]");
    append_row(text, "  --print-config", "print the options that count as such a file and end");
    append_row(text, "  --print-completion SHELL", "print completions for bash or zsh and end");
    append_row(text, "  --print-man", "print the page of the manual and end");
    append_row(text, "  --version", "print the version and end");
    append_row(text, "  -h, --help", "print this and end");
    text.pop_back();
    return text;
}

}  // namespace octane::app
