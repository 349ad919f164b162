// Three sources are gathered as text, joined by precedence and only then understood, so that every message can name its source.
// CLI11 splits the command line. Its precedence puts the file above the environment, and its reader of files takes half an array
// for a whole one without a word, so neither is used.
#include "app/options.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "app/config_file.hpp"
#include "app/option_documents.hpp"
#include "app/option_table.hpp"
#include "app/option_values.hpp"

namespace octane::app {
namespace {

// What one source says of one option. `source` is how a message names it: "--port", "OCTANE_PROXY_PORT", "port in proxy.toml".
struct Given {
    std::string source;
    std::vector<std::string> values;
};
using GivenOptions = std::map<std::string_view, Given>;  // by OptionEntry::name

struct CommandLine {
    GivenOptions given;
    std::string config;
    std::string completion;  // for which shell
    bool wants_help = false;
    bool wants_version = false;
    bool wants_config = false;
    bool wants_man = false;
};

CommandLine read_command_line(int argc, const char* const* argv) {
    CommandLine result;
    CLI::App parser;
    parser.set_help_flag();
    parser.allow_extras();
    std::map<std::string_view, std::vector<std::string>> values;
    for (const OptionEntry& entry : option_table()) {
        parser.add_option("--" + std::string(entry.name), values[entry.name])->allow_extra_args(false);
    }
    std::vector<std::string> config;
    parser.add_option("--config", config)->allow_extra_args(false);
    parser.add_flag("-h,--help", result.wants_help);
    parser.add_flag("--version", result.wants_version);
    parser.add_flag("--print-config", result.wants_config);
    parser.add_flag("--print-man", result.wants_man);
    parser.add_option("--print-completion", result.completion);
    try {
        parser.parse(argc, argv);
    } catch (const CLI::ArgumentMismatch& error) {
        const std::string text = error.what();
        throw std::invalid_argument(text.substr(0, text.find(':')) + " needs a value");
    } catch (const CLI::ParseError& error) { throw std::invalid_argument(error.what()); }
    if (result.wants_help || result.wants_version || result.wants_man || !result.completion.empty()) return result;
    for (const std::string& extra : parser.remaining()) {
        if (extra != "--")
            throw std::invalid_argument((extra.starts_with('-') ? "unknown option " : "unexpected argument ") +
                                        show_value(extra));
    }
    for (const OptionEntry& entry : option_table()) {
        auto& given = values[entry.name];
        if (!given.empty()) result.given[entry.name] = {"--" + std::string(entry.name), std::move(given)};
    }
    if (!config.empty()) result.config = config.back();
    return result;
}

// Kubernetes gives every container, and Docker's links do too, the place of each Service in variables that begin with its name: a
// Service called octane-proxy or octane makes OCTANE_PROXY_PORT or OCTANE_PORT "tcp://10.0.0.5:51023". Nobody meant us by that.
bool is_service_link(const OptionEntry& entry, std::string_view value) {
    return (entry.name == "port" || entry.name == "octane-port") && (value.starts_with("tcp://") || value.starts_with("udp://"));
}

GivenOptions read_environment(const Surroundings& surroundings) {
    GivenOptions given;
    for (const OptionEntry& entry : option_table()) {
        for (const std::string& name : {variable_name(entry), std::string(entry.short_variable)}) {
            if (name.empty() || given.contains(entry.name)) continue;
            auto value = find_variable(surroundings, name);
            if (value && !is_service_link(entry, *value)) given[entry.name] = {name, {*std::move(value)}};
        }
    }
    return given;
}

// What a file says: of the program, and of its upstreams one by one.
struct GivenFile {
    GivenOptions given;
    struct OfUpstream {
        std::string upstream;
        std::string option;
        Given given;
    };
    std::vector<OfUpstream> of_upstreams;  // as they stand there
    std::vector<OfUpstream> of_routes;  // the same of sections [route.…] and [form.…], whose whole names stand for the upstream's
};

GivenFile read_file(const std::string& file) {
    constexpr std::string_view kUpstream = "upstream.";
    GivenFile result;
    GivenOptions& given = result.given;
    for (ConfigSetting& setting : read_config_file(file)) {
        std::string name = setting.name;
        std::ranges::replace(name, '_', '-');
        const std::string place = " in " + show_value(file) + ", line " + std::to_string(setting.line);
        if (setting.section.starts_with("route.") || setting.section.starts_with("form.")) {
            result.of_routes.push_back({setting.section, name, {name + place, std::move(setting.values)}});
            continue;
        }
        if (!setting.section.empty()) {
            const std::string upstream = setting.section.substr(kUpstream.size());
            result.of_upstreams.push_back({upstream, name, {name + place, std::move(setting.values)}});
            continue;
        }
        const auto entry = std::ranges::find(option_table(), std::string_view(name), &OptionEntry::name);
        if (entry == option_table().end()) throw std::invalid_argument(show_value(setting.name) + place + ", is not an option");
        if (!entry->is_list && setting.values.size() != 1)
            throw std::invalid_argument(name + place + ", takes one value and no array");
        given[entry->name] = {name + place, std::move(setting.values)};
    }
    return result;
}

// Of an option that is no list, the last value counts.
void apply(Options& options, const OptionEntry& entry, const Given& given) {
    try {
        if (!entry.is_list) return entry.apply(options, given.values.back());
        for (const std::string& value : given.values) {
            for (const std::string& item : split_list(value)) entry.apply(options, item);
        }
    } catch (const std::invalid_argument& error) { throw std::invalid_argument(given.source + ": " + error.what()); }
}

void apply_to_upstream(Options& options, const GivenFile::OfUpstream& setting) {
    try {
        check_upstream_name(setting.upstream);
    } catch (const std::invalid_argument& error) { throw std::invalid_argument(setting.given.source + ": " + error.what()); }
    auto spec = std::ranges::find(options.upstreams, setting.upstream, &UpstreamSpec::name);
    if (spec == options.upstreams.end()) {
        options.upstreams.emplace_back().name = setting.upstream;
        spec = std::prev(options.upstreams.end());
    }
    const auto entry = std::ranges::find(upstream_option_table(), std::string_view(setting.option), &UpstreamOption::name);
    if (entry == upstream_option_table().end())
        throw std::invalid_argument(setting.given.source + ", is not an option of an upstream");
    if (!entry->is_list && setting.given.values.size() != 1)
        throw std::invalid_argument(setting.given.source + ", takes one value and no array");
    try {
        for (const auto& value : setting.given.values) entry->apply(*spec, value);
    } catch (const std::invalid_argument& error) { throw std::invalid_argument(setting.given.source + ": " + error.what()); }
    for (const auto& value : setting.given.values)
        options.given["upstream." + setting.upstream + "." + setting.option] += value + '\n';
}

void apply_to_route(Options& options, const GivenFile::OfUpstream& setting) {
    const bool is_form = setting.upstream.starts_with("form.");
    const std::string name = setting.upstream.substr(setting.upstream.find('.') + 1);
    const auto is_same = [&](const RouteSpec& spec) { return spec.name == name && spec.is_form == is_form; };
    auto spec = std::ranges::find_if(options.routes, is_same);
    if (spec == options.routes.end()) {
        options.routes.push_back({name, is_form, {}, {}, {}, {}});
        spec = std::prev(options.routes.end());
    }
    const auto entry = std::ranges::find(route_option_table(), std::string_view(setting.option), &RouteOption::name);
    if (entry == route_option_table().end()) throw std::invalid_argument(setting.given.source + ", is not an option of a route");
    if (!entry->is_list && setting.given.values.size() != 1)
        throw std::invalid_argument(setting.given.source + ", takes one value and no array");
    try {
        for (const auto& value : setting.given.values) entry->apply(*spec, value);
    } catch (const std::invalid_argument& error) { throw std::invalid_argument(setting.given.source + ": " + error.what()); }
    for (const auto& value : setting.given.values) options.given[setting.upstream + "." + setting.option] += value + '\n';
}

// The file's sections add to what the command line has named; each upstream has a name of its own.
void read_upstreams(Options& options, const GivenFile& file, bool is_octane_given) {
    for (auto one = options.upstreams.begin(); one != options.upstreams.end(); ++one) {
        if (std::ranges::find(options.upstreams.begin(), one, one->name, &UpstreamSpec::name) != one)
            throw std::invalid_argument("--upstream names " + show_value(one->name) + " twice; each needs a name of its own");
    }
    for (const auto& setting : file.of_upstreams) apply_to_upstream(options, setting);
    for (const auto& spec : options.upstreams) check_upstream(spec);
    options.wants_octane = options.upstreams.empty() || is_octane_given;
    const bool is_name_taken = options.wants_octane && std::ranges::find(options.upstreams, std::string(kOctaneName),
                                                                         &UpstreamSpec::name) != options.upstreams.end();
    if (is_name_taken)
        throw std::invalid_argument("upstream " + show_value(kOctaneName) +
                                    " is described twice: by its own options, and by --octane-host or --octane-port");
}

// What no single option can know.
void check_together(const GivenOptions& given) {
    const bool has_certificate = given.contains("tls-cert");
    if (has_certificate != given.contains("tls-key")) {
        throw std::invalid_argument(std::string(has_certificate ? "--tls-cert needs --tls-key" : "--tls-key needs --tls-cert") +
                                    " beside it: HTTPS takes both");
    }
    if (given.contains("proto-path") && given.contains("descriptor-set")) {
        throw std::invalid_argument("--proto-path and --descriptor-set exclude each other");
    }
}

// Options of the one Octane that no section describes. Without it they would be dropped, whoever meant them for the upstreams.
void check_own_options(const GivenOptions& given, const std::vector<UpstreamSpec>& upstreams) {
    struct OwnOption {
        std::string_view name;
        std::string_view in_section;
        bool is_default;  // of every Octane whose section leaves it open
    };
    constexpr std::array<OwnOption, 4> kOwnOptions = {{{"api", "api", false},
                                                       {"proto-path", "proto-path", false},
                                                       {"descriptor-set", "descriptor-set", false},
                                                       {"upstream-concurrency", "concurrency", true}}};
    const bool has_octane = std::ranges::find(upstreams, UpstreamKind::octane, &UpstreamSpec::kind) != upstreams.end();
    for (const auto& [name, in_section, is_default] : kOwnOptions) {
        const auto found = given.find(name);
        if (found == given.end() || (is_default && has_octane)) continue;
        if (name == "api" && found->second.values.back() == "auto") continue;  // says nothing
        throw std::invalid_argument(found->second.source +
                                    ": is for the Octane that --octane-host or --octane-port names, and neither is given beside "
                                    "the upstreams; for one of them it is " +
                                    std::string(in_section) + " in its section of the configuration file, [upstream." +
                                    upstreams.front().name + "]");
    }
}

// The file of options, and how a message names the place that names it; no file where there is none.
std::pair<std::string, std::string> find_config_file(const CommandLine& command_line, const Surroundings& surroundings) {
    if (!command_line.config.empty()) return {command_line.config, "--config"};
    if (auto named = find_variable(surroundings, "OCTANE_PROXY_CONFIG")) return {*std::move(named), "OCTANE_PROXY_CONFIG"};
    if (surroundings.exists(kDefaultConfigFile)) return {std::string(kDefaultConfigFile), "found by default"};
    return {};
}

Options read_options(const CommandLine& command_line, const Surroundings& surroundings) {
    const GivenOptions environment = read_environment(surroundings);
    const auto [config, config_source] = find_config_file(command_line, surroundings);
    GivenFile file;
    try {
        if (!config.empty()) file = read_file(config);
    } catch (const std::invalid_argument& error) { throw std::invalid_argument(config_source + ": " + error.what()); }
    GivenOptions given = command_line.given;
    given.insert(environment.begin(), environment.end());  // insert keeps what is there: precedence
    given.insert(file.given.begin(), file.given.end());
    check_together(given);
    Options options;
    options.config_file = config;
    for (const OptionEntry& entry : option_table()) {
        const auto found = given.find(entry.name);
        if (found == given.end()) continue;
        apply(options, entry, found->second);
        for (const auto& value : found->second.values) options.given[std::string(entry.name)] += value + '\n';
    }
    for (const auto& setting : file.of_routes) apply_to_route(options, setting);
    static_cast<void>(make_own_routes(options.routes));  // says what is wrong with them
    read_upstreams(options, file, given.contains("octane-host") || given.contains("octane-port"));
    if (!options.wants_octane) check_own_options(given, options.upstreams);
    if (const auto host = given.find("octane-host"); host != given.end()) options.octane_host_reason = host->second.source;
    if (options.state_dir.empty()) options.state_dir = default_state_dir(surroundings);
    if (options.octane_host.empty()) {
        OctaneHost detected = detect_octane_host(surroundings);
        options.octane_host = std::move(detected.host);
        options.octane_host_reason = std::move(detected.reason);
    }
    return options;
}

}  // namespace

ParsedOptions parse_options(int argc, const char* const* argv) {
    return parse_options(argc, argv, process_surroundings());
}

ParsedOptions parse_options(int argc, const char* const* argv, const Surroundings& surroundings) {
    try {
        const CommandLine command_line = read_command_line(argc, argv);
        if (command_line.wants_help) return {std::nullopt, help_text(), 0};
        if (command_line.wants_version) return {std::nullopt, "octane-proxy " OCTANE_VERSION, 0};
        if (command_line.wants_man) return {std::nullopt, man_text(), 0};
        if (!command_line.completion.empty()) return {std::nullopt, completion_text(command_line.completion), 0};
        Options options = read_options(command_line, surroundings);
        if (command_line.wants_config) return {std::nullopt, config_text(options.given), 0};
        return {std::move(options), {}, 0};
    } catch (const std::invalid_argument& error) {
        return {std::nullopt, std::string("octane-proxy: ") + error.what() + "; octane-proxy --help lists the options", 2};
    }
}

}  // namespace octane::app
