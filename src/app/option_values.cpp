#include "app/option_values.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <fstream>
#include <limits>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "base/nearest.hpp"
#include "endpoints/forwarded_headers.hpp"
#include "http/host_rules.hpp"

namespace octane::app {
namespace {

constexpr std::size_t kShownCharacters = 200;
constexpr std::size_t kLongestToken = 4096;

struct NumberWithUnit {
    std::uint64_t number = 0;
    std::string unit;  // lower case
};

std::string_view trimmed(std::string_view text) {
    static constexpr std::string_view kBlank = " \t\r\n";
    const auto first = text.find_first_not_of(kBlank);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

std::optional<NumberWithUnit> split_unit(std::string_view text) {
    text = trimmed(text);
    NumberWithUnit result;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), result.number);
    if (error != std::errc{}) return std::nullopt;
    result.unit = trimmed(text.substr(static_cast<std::size_t>(end - text.data())));
    std::ranges::transform(result.unit, result.unit.begin(),
                           [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
    return result;
}

template <std::size_t Count>
std::optional<std::uint64_t> factor_of(const std::array<std::pair<std::string_view, std::uint64_t>, Count>& units,
                                       std::string_view unit) {
    for (const auto& [name, factor] : units) {
        if (name == unit) return factor;
    }
    return std::nullopt;
}

bool is_origin(std::string_view text) {
    const auto origin = http::parse_origin(text);
    const auto is_scheme_character = [](unsigned char c) { return std::isalnum(c) != 0 || c == '+' || c == '-' || c == '.'; };
    return origin && std::isalpha(static_cast<unsigned char>(text.front())) != 0 &&
           std::ranges::all_of(origin->scheme, is_scheme_character);
}

}  // namespace

std::size_t parse_size(const std::string& text, std::size_t limit) {
    static constexpr std::array<std::pair<std::string_view, std::uint64_t>, 8> kUnits = {{{"", 1},
                                                                                          {"b", 1},
                                                                                          {"kb", 1000},
                                                                                          {"mb", 1000000},
                                                                                          {"gb", 1000000000},
                                                                                          {"kib", 1ULL << 10U},
                                                                                          {"mib", 1ULL << 20U},
                                                                                          {"gib", 1ULL << 30U}}};
    const auto parts = split_unit(text);
    const auto factor = parts ? factor_of(kUnits, parts->unit) : std::nullopt;
    if (!factor) throw std::invalid_argument(show_value(text) + " is not a size; write it like 64MiB, 500kB or 1000000");
    if (parts->number == 0 || parts->number > limit / *factor) {
        throw std::invalid_argument(show_value(text) + " is out of range; from 1 to " + std::to_string(limit) +
                                    " bytes are possible");
    }
    return parts->number * *factor;
}

std::chrono::milliseconds parse_duration(const std::string& text) {
    static constexpr std::array<std::pair<std::string_view, std::uint64_t>, 4> kUnits = {
        {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}}};
    static constexpr std::uint64_t kLongest = 366ULL * 24 * 3600 * 1000;  // a year; 0 says "none"
    const auto parts = split_unit(text);
    if (parts && parts->number == 0 && parts->unit.empty()) return std::chrono::milliseconds{0};
    const auto factor = parts ? factor_of(kUnits, parts->unit) : std::nullopt;
    if (!factor)
        throw std::invalid_argument(show_value(text) + " is not a duration; write it like 500ms, 30s, 2m or 1h, or 0 for none");
    if (parts->number > kLongest / *factor) throw std::invalid_argument(show_value(text) + " is too long; write 0 for none");
    return std::chrono::milliseconds{static_cast<std::int64_t>(parts->number * *factor)};
}

std::chrono::milliseconds parse_positive_duration(const std::string& text) {
    const auto duration = parse_duration(text);
    if (duration.count() == 0)
        throw std::invalid_argument(show_value(text) + " is no time to wait; it takes 1ms or more, such as 5s");
    return duration;
}

std::uint64_t parse_number(const std::string& text, std::uint64_t lowest, std::uint64_t highest) {
    const auto parts = split_unit(text);
    if (!parts || !parts->unit.empty() || parts->number < lowest || parts->number > highest) {
        throw std::invalid_argument(show_value(text) + " is not a whole number from " + std::to_string(lowest) + " to " +
                                    std::to_string(highest));
    }
    return parts->number;
}

std::string parse_host(const std::string& text) {
    std::string_view host = trimmed(text);
    if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
    const bool is_plain =
        std::ranges::none_of(host, [](unsigned char letter) { return letter <= ' ' || letter == '/' || letter == 0x7FU; });
    if (host.empty() || !is_plain || std::ranges::count(host, ':') == 1) {
        throw std::invalid_argument(show_value(text) +
                                    " is not a host; give a name or an address, the port has an option of its own");
    }
    return std::string(host);
}

std::filesystem::path parse_file(const std::string& text) {
    std::error_code ignored;
    if (std::filesystem::is_directory(text, ignored))
        throw std::invalid_argument(show_value(text) + " is a directory, not a file");
    if (!std::filesystem::exists(text, ignored)) throw std::invalid_argument("there is no file " + show_value(text));
    if (!std::ifstream(text).good()) throw std::invalid_argument("the file " + show_value(text) + " cannot be read");
    return text;
}

std::filesystem::path parse_directory(const std::string& text) {
    std::error_code ignored;
    if (!std::filesystem::exists(text, ignored)) throw std::invalid_argument("there is no directory " + show_value(text));
    if (!std::filesystem::is_directory(text, ignored)) throw std::invalid_argument(show_value(text) + " is not a directory");
    std::error_code error;
    const std::filesystem::directory_iterator entries(text, error);
    if (error) throw std::invalid_argument("the directory " + show_value(text) + " cannot be read");
    return text;
}

std::string parse_allowed_origin(const std::string& text) {
    std::string_view origin = text;
    while (origin.ends_with('/')) origin.remove_suffix(1);
    const bool is_host = text.find("://") == std::string::npos && http::parse_host_port(origin);
    if (origin == "*" || origin == "null" || is_origin(origin) || is_host) return std::string(origin);
    throw std::invalid_argument(show_value(text) +
                                " is not an origin; write it like https://example.org or example.org:8443, without a path");
}

std::string parse_web_origin(const std::string& text) {
    std::string_view origin = text;
    while (origin.ends_with('/')) origin.remove_suffix(1);
    if (origin == "*" || (is_origin(origin) && (origin.starts_with("http://") || origin.starts_with("https://"))))
        return std::string(origin);
    throw std::invalid_argument(show_value(text) + " is not the origin of web pages; write it like https://example.org, or *");
}

http::Network parse_network(const std::string& text) {
    if (const auto network = http::Network::parse(text)) return *network;
    throw std::invalid_argument(show_value(text) + " is neither an address nor a network; write it like 10.0.0.7 or 10.0.0.0/8");
}

Api parse_api(const std::string& text) {
    if (text == "auto") return Api::automatic;
    if (text == "alpha5") return Api::alpha5;
    if (text == "beta2") return Api::beta2;
    throw std::invalid_argument(show_value(text) + " is none of auto, alpha5, beta2");
}

std::string parse_method_pattern(const std::string& text) {
    const auto slash = text.find('/');
    if (slash == 0 || slash == std::string::npos || slash + 1 == text.size() || text.find('/', slash + 1) != std::string::npos) {
        throw std::invalid_argument(show_value(text) + " is not of the form Service/method, where * stands for any characters");
    }
    return text;
}

std::string parse_header_name(const std::string& text) {
    const std::string name = base::lowered(text);
    if (endpoints::may_be_forwarded(name)) return name;
    throw std::invalid_argument(
        show_value(text) +
        " is no header that can be sent on: it takes a name of letters, digits and - _ ., not one of the connection's "
        "(host, connection, te, …), of the body's, or grpc-…");
}

std::vector<std::string> split_list(std::string_view text) {
    std::vector<std::string> items;
    while (true) {
        const auto comma = text.find(',');
        const auto item = trimmed(text.substr(0, comma));
        if (!item.empty()) items.emplace_back(item);
        if (comma == std::string_view::npos) return items;
        text.remove_prefix(comma + 1);
    }
}

std::string read_token(const std::string& file) {
    std::ifstream input(parse_file(file), std::ios::binary);
    std::string content(kLongestToken + 1, '\0');
    input.read(content.data(), static_cast<std::streamsize>(content.size()));
    content.resize(static_cast<std::size_t>(input.gcount()));
    if (content.size() > kLongestToken)
        throw std::invalid_argument("the token in " + show_value(file) + " is longer than 4096 bytes");
    const std::string_view token = trimmed(content);
    if (token.empty()) throw std::invalid_argument("the file " + show_value(file) + " holds no token");
    if (std::ranges::any_of(token, [](unsigned char letter) { return letter <= ' ' || letter >= 0x7FU; })) {
        throw std::invalid_argument("the token in " + show_value(file) + " must be one word of printable ASCII characters");
    }
    return std::string(token);
}

std::string show_value(std::string_view value) {
    std::string text = "\"";
    for (const char letter : value.substr(0, kShownCharacters)) {
        const auto byte = static_cast<unsigned char>(letter);
        text += byte < ' ' || byte == 0x7FU ? '?' : letter;
    }
    if (value.size() > kShownCharacters) text += "…";
    text += '"';
    return text;
}

}  // namespace octane::app
