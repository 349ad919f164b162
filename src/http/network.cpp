#include "http/network.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <span>

namespace octane::http {
namespace ip = boost::asio::ip;

namespace {

bool has_equal_bits(std::span<const unsigned char> one, std::span<const unsigned char> other, unsigned bits) {
    for (std::size_t i = 0; bits > 0; ++i) {
        const unsigned here = std::min(bits, 8U);
        if ((one[i] ^ other[i]) >> (8U - here) != 0) return false;
        bits -= here;
    }
    return true;
}

}  // namespace

ip::address plain_address(const ip::address& address) {
    if (address.is_v6() && address.to_v6().is_v4_mapped()) return ip::make_address_v4(ip::v4_mapped, address.to_v6());
    return address;
}

std::optional<ip::address> parse_ip(std::string_view text) {
    boost::system::error_code failed;
    const auto address = ip::make_address(std::string(text.substr(0, text.find('%'))), failed);
    if (failed) return std::nullopt;
    return plain_address(address);
}

std::string show_address(const ip::address& address) {
    return address.is_v6() ? '[' + address.to_string() + ']' : address.to_string();
}

std::string client_key(const ip::address& address) {
    constexpr std::size_t kHostBytes = 8;
    if (address.is_v4() || address.is_loopback()) return address.to_string();
    auto bytes = address.to_v6().to_bytes();
    std::fill(bytes.end() - kHostBytes, bytes.end(), static_cast<unsigned char>(0));
    return ip::address_v6(bytes).to_string() + "/64";
}

std::string share_key(std::string_view client) {
    if (client.starts_with('[') && client.ends_with(']')) client = client.substr(1, client.size() - 2);
    const auto address = parse_ip(client);
    if (!address) return std::string(client);
    return address->is_loopback() ? std::string() : client_key(*address);
}

std::optional<Network> Network::parse(std::string_view text) {
    const auto slash = text.find('/');
    const auto base = parse_ip(text.substr(0, slash));
    if (!base) return std::nullopt;
    const unsigned most = base->is_v4() ? 32 : 128;
    unsigned bits = most;
    if (slash != std::string_view::npos) {
        const auto digits = text.substr(slash + 1);
        const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
        if (failed != std::errc() || end != digits.data() + digits.size() || bits > most) return std::nullopt;
    }
    return Network(*base, bits);
}

bool Network::contains(const ip::address& address) const {
    const auto plain = plain_address(address);
    if (plain.is_v4() != base_.is_v4()) return false;
    if (plain.is_v4()) return has_equal_bits(plain.to_v4().to_bytes(), base_.to_v4().to_bytes(), bits_);
    return has_equal_bits(plain.to_v6().to_bytes(), base_.to_v6().to_bytes(), bits_);
}

bool is_in(const std::vector<Network>& networks, const ip::address& address) {
    return std::ranges::any_of(networks, [&address](const Network& network) { return network.contains(address); });
}

}  // namespace octane::http
