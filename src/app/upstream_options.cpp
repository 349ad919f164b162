#include "app/upstream_options.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <fstream>
#include <iterator>
#include <limits>
#include <stdexcept>
#include <utility>

#include "app/option_values.hpp"

namespace octane::app {
namespace {

constexpr std::size_t kLongestName = 63;
constexpr std::size_t kLargestPem = 1UL << 20U;

// First segments of the proxy's own paths.
constexpr std::array<std::string_view, 12> kOwnSegments = {"api",    "debug",           "debug-logs", "health",
                                                           "livez",  "metrics",         "openapi",    "readyz",
                                                           "render", "save-debug-logs", "services",   "upstreams"};

std::string read_pem(const std::string& file) {
    std::ifstream in(parse_file(file), std::ios::binary);
    std::string text(kLargestPem + 1, '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(in.gcount()));
    if (text.size() > kLargestPem || text.find("-----BEGIN ") == std::string::npos)
        throw std::invalid_argument(show_value(file) + " is no PEM file: it has no line that begins with -----BEGIN");
    return text;
}

upstream::ChannelTls& tls_of(UpstreamSpec& spec) {
    if (!spec.tls) spec.tls.emplace();
    return *spec.tls;
}

bool is_refusal(const std::string& text) {
    if (text != "refuse" && text != "ignore") throw std::invalid_argument(show_value(text) + " is neither refuse nor ignore");
    return text == "refuse";
}

bool parse_switch(const std::string& text) {
    if (text == "true" || text == "on" || text == "1") return true;
    if (text == "false" || text == "off" || text == "0") return false;
    throw std::invalid_argument(show_value(text) + " is neither true nor false");
}

void set_address(UpstreamSpec& spec, const std::string& value) {
    const auto colon = value.rfind(':');
    const auto digits = colon == std::string::npos ? std::string() : value.substr(colon + 1);
    const bool is_number = !digits.empty() && std::ranges::all_of(digits, [](unsigned char c) { return std::isdigit(c) != 0; });
    if (!is_number) throw std::invalid_argument(show_value(value) + " is not of the form HOST:PORT, such as 10.0.0.7:46435");
    spec.host = parse_host(value.substr(0, colon));
    spec.port = static_cast<std::uint16_t>(parse_number(digits, 1, 65535));
}

void set_kind(UpstreamSpec& spec, const std::string& value) {
    if (value != "grpc" && value != "octane") throw std::invalid_argument(show_value(value) + " is none of grpc, octane");
    spec.kind = value == "octane" ? UpstreamKind::octane : UpstreamKind::grpc;
}

bool is_metadata_name(std::string_view name) {
    return !name.empty() && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
    });
}

void add_metadata(UpstreamSpec& spec, const std::string& value) {
    const auto colon = value.find(':');
    const auto name = value.substr(0, colon);
    if (colon == std::string::npos || !is_metadata_name(name))
        throw std::invalid_argument("metadata is name: value, and the name is of lower-case letters, digits and - _ ., unlike " +
                                    show_value(name));
    if (name.starts_with("grpc-") || name.ends_with("-bin"))
        throw std::invalid_argument(show_value(name) + " cannot be set: grpc-… is gRPC's own, and …-bin holds bytes");
    auto text = value.substr(colon + 1);
    text.erase(0, text.find_first_not_of(' '));
    const bool is_plain = std::ranges::all_of(text, [](char c) { return c >= ' ' && c < 0x7F; });
    if (!is_plain)
        throw std::invalid_argument("the value of metadata " + show_value(name) + " is not of printable ASCII characters");
    spec.metadata.emplace_back(name, std::move(text));
}

// "Service/method=VALUE".
template <typename Value>
rpc::MethodRule<Value> parse_method_rule(const std::string& text, std::string_view form, Value (*parse)(const std::string&)) {
    const auto mark = text.rfind('=');
    if (mark == std::string::npos)
        throw std::invalid_argument(show_value(text) + " is not of the form Service/method=" + std::string(form));
    return {parse_method_pattern(text.substr(0, mark)), parse(text.substr(mark + 1))};
}

std::size_t parse_message_size(const std::string& text) {
    return parse_size(text, std::numeric_limits<int>::max());
}

unsigned parse_call_count(const std::string& text) {
    return static_cast<unsigned>(parse_number(text, 1, 100000));
}

constexpr std::array<UpstreamOption, 27> kUpstreamTable = {{
    {"address", "HOST:PORT", "where it is", "none; needed unless --upstream says it", false, set_address},
    {"kind", "KIND", "octane for an OctaneRender, whose frames are shown; grpc for any other service", "grpc", false, set_kind},
    {"api", "RELEASE", "of an Octane: which of its schemas to speak: auto, alpha5 or beta2", "auto", false,
     [](UpstreamSpec& spec, const std::string& value) { spec.api = parse_api(value); }},
    {"proto-path", "DIR", "its schema: the .proto files of this directory", "none", true,
     [](UpstreamSpec& spec, const std::string& value) { spec.proto_paths.push_back(parse_directory(value)); }},
    {"import-path", "DIR", "where the files of proto-path find what they import besides; its own services are not offered",
     "none", true, [](UpstreamSpec& spec, const std::string& value) { spec.import_paths.push_back(parse_directory(value)); }},
    {"descriptor-set", "FILE", "its schema: a compiled descriptor set (protoc --descriptor_set_out)",
     "none; without proto-path the server is asked (gRPC reflection)", true,
     [](UpstreamSpec& spec, const std::string& value) { spec.descriptor_sets.push_back(parse_file(value)); }},
    {"concurrency", "N", "calls in flight to it at once, further ones queue; 0 = no limit",
     "0; of an Octane --upstream-concurrency", false,
     [](UpstreamSpec& spec, const std::string& value) {
         spec.concurrency = static_cast<unsigned>(parse_number(value, 0, 100000));
     }},
    {"timeout", "DURATION", "deadline of a call that sets none; 0 = none", "--timeout", false,
     [](UpstreamSpec& spec, const std::string& value) { spec.timeout = parse_duration(value); }},
    {"method-timeout", "PATTERN=DURATION",
     "the same for the methods of a pattern, as Service/method with * wildcards; the first that fits counts", "none", true,
     [](UpstreamSpec& spec, const std::string& value) {
         spec.method_timeouts.push_back(
             parse_method_rule(value, "DURATION, such as SensorsimService/render_*=180s", parse_duration));
     }},
    {"max-message", "SIZE", "largest gRPC message, both ways", "--max-message", false,
     [](UpstreamSpec& spec, const std::string& value) { spec.max_message = parse_message_size(value); }},
    {"method-max-message", "PATTERN=SIZE",
     "the same for the methods of a pattern, of at most max-message; the first that fits counts", "none", true,
     [](UpstreamSpec& spec, const std::string& value) {
         spec.method_max_messages.push_back(parse_method_rule(value, "SIZE, such as Store/put_*=4MiB", parse_message_size));
     }},
    {"method-concurrency", "PATTERN=N",
     "calls in flight at once of all methods of a pattern together; further ones queue, streams are refused; the first that fits "
     "counts",
     "none", true,
     [](UpstreamSpec& spec, const std::string& value) {
         spec.method_concurrencies.push_back(parse_method_rule(value, "N, such as RenderServer/Render=2", parse_call_count));
     }},
    {"keepalive", "DURATION", "as --keepalive", "--keepalive", false,
     [](UpstreamSpec& spec, const std::string& value) { spec.keepalive = parse_duration(value); }},
    {"keepalive-timeout", "DURATION", "as --keepalive-timeout", "--keepalive-timeout", false,
     [](UpstreamSpec& spec, const std::string& value) { spec.keepalive_timeout = parse_positive_duration(value); }},
    {"probe-after", "DURATION", "as --probe-after", "--probe-after", false,
     [](UpstreamSpec& spec, const std::string& value) { spec.probe_after = parse_duration(value); }},
    {"probe-timeout", "DURATION", "as --probe-timeout", "--probe-timeout", false,
     [](UpstreamSpec& spec, const std::string& value) { spec.probe_timeout = parse_positive_duration(value); }},
    {"tls", "true", "speak TLS to it, with the system's certificate authorities", "false", false,
     [](UpstreamSpec& spec, const std::string& value) {
         spec.refuses_tls = !parse_switch(value);
         if (!spec.refuses_tls) tls_of(spec);
     }},
    {"tls-ca", "FILE", "the authorities (PEM) that count instead of the system's; means tls", "the system's", false,
     [](UpstreamSpec& spec, const std::string& value) { tls_of(spec).roots = read_pem(value); }},
    {"tls-cert", "FILE", "certificate chain (PEM) that the proxy shows; with tls-key; means tls", "none", false,
     [](UpstreamSpec& spec, const std::string& value) { tls_of(spec).certificate = read_pem(value); }},
    {"tls-key", "FILE", "private key of that certificate (PEM)", "none", false,
     [](UpstreamSpec& spec, const std::string& value) { tls_of(spec).key = read_pem(value); }},
    {"tls-name", "NAME", "the name that the server's certificate must have; means tls", "the host", false,
     [](UpstreamSpec& spec, const std::string& value) { tls_of(spec).server_name = parse_host(value); }},
    {"metadata", "NAME: VALUE", "sent with every call", "none", true, add_metadata},
    {"deny", "PATTERN", "methods to refuse besides those of --deny, as Service/method with * wildcards",
     "none; of an Octane the built-in list", true,
     [](UpstreamSpec& spec, const std::string& value) { spec.deny.push_back(parse_method_pattern(value)); }},
    {"allow", "PATTERN", "methods to let through although a list refuses them, besides those of --allow", "none", true,
     [](UpstreamSpec& spec, const std::string& value) { spec.allow.push_back(parse_method_pattern(value)); }},
    {"unknown-members", "WORD", "members of a JSON request that its message lacks: refuse or ignore",
     "refuse; of an Octane ignore", false,
     [](UpstreamSpec& spec, const std::string& value) { spec.refuses_unknown = is_refusal(value); }},
    {"allow-get", "PATTERN", "methods that may be called with GET, besides those of --allow-get", "none", true,
     [](UpstreamSpec& spec, const std::string& value) { spec.allow_get.push_back(parse_method_pattern(value)); }},
    {"forward-header", "NAME", "header of a request that is sent on as metadata, besides those of --forward-header", "none", true,
     [](UpstreamSpec& spec, const std::string& value) { spec.forward_headers.push_back(parse_header_name(value)); }},
}};

// The option by which a section asks for TLS although it also says tls = false.
std::string_view option_that_means(const upstream::ChannelTls& tls) {
    if (!tls.roots.empty()) return "tls-ca";
    if (!tls.certificate.empty()) return "tls-cert";
    return tls.key.empty() ? "tls-name" : "tls-key";
}

}  // namespace

std::span<const UpstreamOption> upstream_option_table() {
    return kUpstreamTable;
}

UpstreamSpec parse_upstream(const std::string& text) {
    const auto mark = text.find('=');
    if (mark == std::string::npos)
        throw std::invalid_argument(show_value(text) + " is not of the form NAME=HOST:PORT, such as nurec=10.0.0.7:46435");
    UpstreamSpec spec;
    spec.name = text.substr(0, mark);
    check_upstream_name(spec.name);
    set_address(spec, text.substr(mark + 1));
    return spec;
}

void check_upstream_name(std::string_view name) {
    const auto is_fit = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
    if (name.empty() || name.size() > kLongestName || name.front() == '-' || !std::ranges::all_of(name, is_fit))
        throw std::invalid_argument(show_value(name) + " is no name of an upstream: it takes 1 to " +
                                    std::to_string(kLongestName) +
                                    " lower-case letters, digits and hyphens, the first no hyphen");
    if (std::ranges::find(kOwnSegments, name) != kOwnSegments.end())
        throw std::invalid_argument(show_value(name) +
                                    " is no name of an upstream: the proxy has paths of its own that begin so");
}

void check_upstream(const UpstreamSpec& spec) {
    const auto fail = [&spec](const std::string& what) {
        throw std::invalid_argument("upstream " + show_value(spec.name) + " " + what);
    };
    if (spec.port == 0) fail("has no address: give it in its section, or with --upstream " + spec.name + "=HOST:PORT");
    if (!spec.proto_paths.empty() && !spec.descriptor_sets.empty())
        fail("has proto-path and descriptor-set, which exclude each other");
    if (!spec.import_paths.empty() && spec.proto_paths.empty())
        fail("has import-path without proto-path, whose files would import from it");
    if (spec.tls && spec.refuses_tls) {
        const std::string option(option_that_means(*spec.tls));
        fail("has tls = false and " + option + ", which means TLS: leave out the one that is wrong");
    }
    if (spec.tls && spec.tls->certificate.empty() != spec.tls->key.empty())
        fail("has only one of tls-cert and tls-key: they belong together");
    if (spec.kind == UpstreamKind::octane && !spec.method_concurrencies.empty())
        fail(
            "has method-concurrency, which is for kind = grpc only: the calls of one client reach an Octane in their order, and "
            "concurrency says how many at once");
    for (const auto& [pattern, size] : spec.method_max_messages) {
        if (spec.max_message && size > *spec.max_message)
            fail("allows " + pattern + " messages of " + std::to_string(size) +
                 " bytes (method-max-message), but max-message is " + std::to_string(*spec.max_message));
    }
    if (spec.kind != UpstreamKind::octane && spec.api != Api::automatic) fail("has api, which is for kind = octane only");
}

}  // namespace octane::app
