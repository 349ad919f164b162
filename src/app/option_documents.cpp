#include "app/option_documents.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <stdexcept>
#include <vector>

#include "app/option_table.hpp"
#include "app/option_values.hpp"

namespace octane::app {
namespace {

// The options that stand in no file.
struct OtherOption {
    std::string_view name;
    std::string_view argument;
    std::string_view meaning;
    std::string_view choices;
};

constexpr std::array<OtherOption, 6> kOtherOptions = {{
    {"config", "FILE", "read options from this file", ""},
    {"print-config", "", "print the options that count as a configuration file and end", ""},
    {"print-completion", "SHELL", "print completions for that shell and end", "bash zsh"},
    {"print-man", "", "print the page of the manual and end", ""},
    {"version", "", "print the version and end", ""},
    {"help", "", "print what each option means and end", ""},
}};

// In double quotes, with the escapes that the reader of the file knows.
std::string in_quotes(std::string_view value) {
    std::string text = "\"";
    for (const char c : value) {
        if (c == '"' || c == '\\') text += '\\';
        if (c == '\n' || c == '\t' || c == '\r')
            text += c == '\n' ? "\\n" : c == '\t' ? "\\t" : "\\r";
        else
            text += c;
    }
    return text + '"';
}

std::vector<std::string> lines_of(std::string_view text) {
    std::vector<std::string> lines;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        lines.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

void append_setting(std::string& out, std::string_view name, const std::string& given, bool is_list) {
    const auto values = lines_of(given);
    out += std::string(name) + " = ";
    if (!is_list) {
        out += in_quotes(values.empty() ? "" : values.back()) + '\n';
        return;
    }
    out += '[';
    for (std::size_t i = 0; i < values.size(); ++i) out += (i > 0 ? ", " : "") + in_quotes(values[i]);
    out += "]\n";
}

// Whether an option of a section may hold several values.
bool is_list_in_section(std::string_view section, std::string_view name) {
    const auto is_list = [name](const auto& table) {
        const auto found = std::ranges::find_if(table, [name](const auto& entry) { return entry.name == name; });
        return found != table.end() && found->is_list;
    };
    return section.starts_with("upstream.") ? is_list(upstream_option_table()) : is_list(route_option_table());
}

std::string with_escapes(std::string_view text, std::string_view special, std::string_view before) {
    std::string out;
    for (const char c : text) {
        if (special.find(c) != std::string_view::npos) out += before;
        out += c;
    }
    return out;
}

// Text of a manual: roff takes a hyphen for a dash, and a line that begins with a dot or a quote for a request.
std::string roff(std::string_view text) {
    std::string out;
    if (text.starts_with('.') || text.starts_with('\'')) out += "\\&";
    for (const char c : text) {
        if (c == '\\')
            out += "\\e";
        else if (c == '-')
            out += "\\-";
        else
            out += c;
    }
    return out;
}

// "api)" and what completes its value, for a case of bash; empty where nothing is known of it.
std::string bash_values(std::string_view argument, std::string_view choices) {
    if (argument == "FILE") return "_octane_proxy_files -f \"$word\"";
    if (argument == "DIR") return "_octane_proxy_files -d \"$word\"";
    if (!choices.empty()) return "mapfile -t COMPREPLY < <(compgen -W \"" + std::string(choices) + "\" -- \"$word\")";
    return ":";
}

std::string bash_completion() {
    std::string names;
    std::string cases;
    const auto add = [&](std::string_view name, std::string_view argument, std::string_view choices) {
        names += (names.empty() ? "--" : " --") + std::string(name);
        if (!argument.empty()) cases += "    --" + std::string(name) + ") " + bash_values(argument, choices) + "; return ;;\n";
    };
    for (const OptionEntry& entry : option_table()) add(entry.name, entry.argument, entry.choices);
    for (const OtherOption& entry : kOtherOptions) add(entry.name, entry.argument, entry.choices);
    return "# octane-proxy " OCTANE_VERSION
           ": completions for bash\n"
           "_octane_proxy_files() {\n"
           "  compopt -o filenames 2>/dev/null\n"
           "  mapfile -t COMPREPLY < <(compgen \"$1\" -- \"$2\")\n"
           "}\n"
           "_octane_proxy() {\n"
           "  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}\n"
           "  # An = is a word of its own.\n"
           "  if [[ $word == '=' ]]; then word=; elif [[ $before == '=' ]]; then before=${COMP_WORDS[COMP_CWORD - 2]}; fi\n"
           "  COMPREPLY=()\n"
           "  case $before in\n" +
           cases +
           "  esac\n"
           "  mapfile -t COMPREPLY < <(compgen -W \"" +
           names +
           "\" -- \"$word\")\n"
           "}\n"
           "complete -F _octane_proxy octane-proxy\n";
}

std::string zsh_completion() {
    std::string out = "#compdef octane-proxy\n# octane-proxy " OCTANE_VERSION ": completions for zsh\n_arguments \\\n";
    const auto add = [&out](std::string_view name, std::string_view argument, std::string_view meaning, std::string_view choices,
                            bool is_list) {
        out += std::string("  ") + (is_list ? "'*--" : "'--") + std::string(name) + (argument.empty() ? "[" : "=[");
        std::string text = with_escapes(meaning, "[]:\\", "\\");
        for (auto at = text.find('\''); at != std::string::npos; at = text.find('\'', at + 4)) text.replace(at, 1, "'\\''");
        out += text + ']';
        if (!argument.empty()) {
            out += ':' + with_escapes(argument, ":\\", "\\") + ':';
            if (argument == "FILE") out += "_files";
            if (argument == "DIR") out += "_files -/";
            if (!choices.empty()) out += '(' + std::string(choices) + ')';
        }
        out += "' \\\n";
    };
    for (const OptionEntry& entry : option_table()) add(entry.name, entry.argument, entry.meaning, entry.choices, entry.is_list);
    for (const OtherOption& entry : kOtherOptions) add(entry.name, entry.argument, entry.meaning, entry.choices, false);
    out.resize(out.size() - 3);
    return out + '\n';
}

}  // namespace

std::string config_text(const std::map<std::string, std::string>& given) {
    std::string out = "# octane-proxy " OCTANE_VERSION ": the options that count. A line with # is a default.\n";
    std::string_view group;
    for (const OptionEntry& entry : option_table()) {
        if (entry.group != group) {
            group = entry.group;
            out += "\n# " + std::string(group) + "\n";
        }
        const auto found = given.find(std::string(entry.name));
        if (found != given.end())
            append_setting(out, entry.name, found->second, entry.is_list);
        else
            out += "# " + std::string(entry.name) + " = " + std::string(entry.default_text) + '\n';
    }
    std::string section;
    for (const auto& [name, value] : given) {
        const auto dot = name.rfind('.');
        if (dot == std::string::npos) continue;
        if (name.substr(0, dot) != section) {
            section = name.substr(0, dot);
            out += "\n[" + section + "]\n";
        }
        append_setting(out, name.substr(dot + 1), value, is_list_in_section(section, name.substr(dot + 1)));
    }
    out.pop_back();
    return out;
}

std::string completion_text(std::string_view shell) {
    if (shell != "bash" && shell != "zsh") throw std::invalid_argument(show_value(shell) + " is none of bash, zsh");
    std::string text = shell == "bash" ? bash_completion() : zsh_completion();
    text.pop_back();
    return text;
}

std::string man_text() {
    std::string out =
        ".TH OCTANE\\-PROXY 1 " OCTANE_VERSION_DATE " \"octane\\-proxy " OCTANE_VERSION
        "\" \"User Commands\"\n"
        ".SH NAME\n"
        "octane\\-proxy \\- gRPC renderers and simulators on the web\n"
        ".SH SYNOPSIS\n"
        ".B octane\\-proxy\n"
        "[\\fIoption\\fR ...]\n"
        ".SH DESCRIPTION\n"
        "Serves any method of OctaneRender's gRPC API, and of other gRPC services, as HTTP with JSON, and Octane's\n"
        "frames to every browser.\n"
        ".PP\n"
        "Each option may also stand in the environment or in a file. What counts is the command line first, then\n"
        "the environment, then the file, then the default. An option marked with + may be repeated, and a value may\n"
        "also list several, separated by commas.\n"
        ".SH OPTIONS\n";
    std::string_view group;
    for (const OptionEntry& entry : option_table()) {
        if (entry.group != group) {
            group = entry.group;
            out += ".SS " + roff(group) + '\n';
        }
        out += ".TP\n\\fB\\-\\-" + roff(entry.name) + "\\fR \\fI" + roff(entry.argument) + "\\fR" + (entry.is_list ? " +" : "") +
               '\n' + roff(entry.meaning) + ".\n.br\nDefault: " + roff(entry.default_text) +
               ".\n.br\nEnvironment: " + variable_name(entry);
        if (!entry.short_variable.empty()) out += " or " + std::string(entry.short_variable);
        out += ".\n";
    }
    out += ".SS Other\n";
    for (const OtherOption& entry : kOtherOptions) {
        out += ".TP\n\\fB\\-\\-" + roff(entry.name) + "\\fR";
        if (!entry.argument.empty()) out += " \\fI" + roff(entry.argument) + "\\fR";
        out += '\n' + roff(entry.meaning);
        if (!entry.choices.empty()) out += " (" + roff(entry.choices) + ")";
        out += ".\n";
    }
    out +=
        ".SH SIGNALS\n"
        "SIGHUP reads certificate, token and options anew. SIGTERM and SIGINT end the program once what is under way\n"
        "has ended, after 5 seconds at most; a second one ends it at once.\n"
        ".SH FILES\n"
        ".TP\n" +
        roff(kDefaultConfigFile) +
        "\nRead where neither \\-\\-config nor OCTANE_PROXY_CONFIG names another file.\n"
        ".SH EXIT STATUS\n"
        "0 after a signal to end; 2 for an unknown option, a bad value, a file that cannot be read or an address that is\n"
        "taken.\n"
        ".SH EXAMPLES\n"
        ".nf\n"
        "octane\\-proxy \\-\\-octane\\-host 192.168.1.20\n"
        "octane\\-proxy \\-\\-upstream nurec=10.0.0.7:46435 \\-\\-host 127.0.0.1\n"
        ".fi";
    return out;
}

}  // namespace octane::app
