#include "http/host_rules.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/ip/address.hpp>
#include <charconv>
#include <cstdint>
#include <string>
#include <system_error>
#include <utility>

#include "base/nearest.hpp"
#include "http/network.hpp"

namespace octane::http {
namespace {

namespace ip = boost::asio::ip;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_letter(char c) {
    return c >= 'a' && c <= 'z';
}
bool is_hex(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f');
}

bool is_port(std::string_view text) {
    if (text.empty()) return true;
    std::uint16_t port = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), port);
    return text.size() <= 5 && failed == std::errc() && end == text.data() + text.size();
}

bool is_name(std::string_view host) {
    if (host.empty() || host.front() == '.' || host.back() == '.' || host.find("..") != std::string_view::npos) return false;
    return std::all_of(host.begin(), host.end(),
                       [](char c) { return is_letter(c) || is_digit(c) || c == '-' || c == '.' || c == '_'; });
}

// Browsers read "2130706433" and "0x7f000001" as IPv4 addresses, so these are not names.
bool is_number(std::string_view host) {
    if (std::all_of(host.begin(), host.end(), is_digit)) return true;
    return host.starts_with("0x") && std::all_of(host.begin() + 2, host.end(), is_hex);
}

struct AddressRange {
    std::uint32_t network;
    unsigned bits;
};

constexpr std::array kPrivateRanges = {
    AddressRange{0x0A000000U, 8},   // 10/8
    AddressRange{0xAC100000U, 12},  // 172.16/12
    AddressRange{0xC0A80000U, 16},  // 192.168/16
    AddressRange{0xA9FE0000U, 16},  // 169.254/16
    AddressRange{0x64400000U, 10},  // 100.64/10
};

bool is_private(const ip::address& address) {
    if (address.is_v4()) {
        const std::uint32_t bits = address.to_v4().to_uint();
        return std::any_of(kPrivateRanges.begin(), kPrivateRanges.end(),
                           [bits](AddressRange range) { return (bits ^ range.network) >> (32U - range.bits) == 0; });
    }
    const auto bytes = address.to_v6().to_bytes();
    const bool is_unique_local = (bytes[0] & 0xFEU) == 0xFCU;
    const bool is_link_local = bytes[0] == 0xFE && (bytes[1] & 0xC0U) == 0x80U;
    return is_unique_local || is_link_local;
}

}  // namespace

std::optional<HostPort> parse_host_port(std::string_view text) {
    HostPort result;
    std::string_view rest;
    if (text.starts_with('[')) {
        const auto end = text.find(']');
        if (end == std::string_view::npos) return std::nullopt;
        result.host = base::lowered(text.substr(1, end - 1));
        const auto address = parse_ip(result.host);
        if (!address || result.host.find(':') == std::string::npos) return std::nullopt;
        rest = text.substr(end + 1);
    } else {
        const auto colon = text.find(':');
        result.host = base::lowered(text.substr(0, colon));
        rest = colon == std::string_view::npos ? std::string_view() : text.substr(colon);
        if (result.host.ends_with('.')) result.host.pop_back();
        if (!is_name(result.host)) return std::nullopt;
    }
    if (!rest.empty()) {
        if (rest.front() != ':' || !is_port(rest.substr(1))) return std::nullopt;
        result.port = rest.substr(1);
    }
    return result;
}

std::optional<Origin> parse_origin(std::string_view text) {
    const auto mark = text.find("://");
    if (mark == std::string_view::npos || mark == 0) return std::nullopt;
    auto at = parse_host_port(text.substr(mark + 3));
    if (!at) return std::nullopt;
    return Origin{base::lowered(text.substr(0, mark)), std::move(*at)};
}

bool is_loopback_host(std::string_view host) {
    if (host == "localhost" || host.ends_with(".localhost")) return true;
    const auto address = parse_ip(host);
    return address && (address->is_loopback() || address->is_unspecified());
}

bool is_plain_loopback(std::string_view host) {
    const auto colon = host.find(':');
    const auto name = host.substr(0, colon);
    return (name == "127.0.0.1" || name == "localhost") && (colon == std::string_view::npos || is_port(host.substr(colon + 1)));
}

bool is_private_address(std::string_view host) {
    const auto address = parse_ip(host);
    return address && is_private(*address);
}

bool is_local_name(std::string_view host) {
    static constexpr std::array<std::string_view, 4> kEndings = {".local", ".lan", ".internal", ".home.arpa"};
    if (!is_name(host)) return false;
    if (host.find('.') == std::string_view::npos) return !is_number(host);
    return std::any_of(kEndings.begin(), kEndings.end(), [host](std::string_view ending) { return host.ends_with(ending); });
}

bool is_same_host(std::string_view one, std::string_view other) {
    if (one == other) return true;
    const auto first = parse_ip(one);
    if (!first) return false;
    const auto second = parse_ip(other);
    return second && *first == *second;
}

}  // namespace octane::http
