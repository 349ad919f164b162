// Room: http. Addresses of clients: networks that hold them, and how they are written.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace octane::http {

// An IPv4 address in the clothes of IPv6 is that IPv4 address everywhere in this room.
boost::asio::ip::address plain_address(const boost::asio::ip::address& address);

// "10.0.0.7", "2001:db8::1"; nothing for any other text, names included.
std::optional<boost::asio::ip::address> parse_ip(std::string_view text);

// "10.0.0.7", "[2001:db8::1]": as it stands before a port.
std::string show_address(const boost::asio::ip::address& address);

// What counts as one client where clients are counted: an IPv4 address, or a /64 network of IPv6, which one client has whole.
std::string client_key(const boost::asio::ip::address& address);

// The same of a client as Request::client() has it. Empty for this machine: behind a reverse proxy that is not trusted all
// clients are there, so nothing is counted by it.
std::string share_key(std::string_view client);

class Network {
  public:
    // "10.0.0.7", "10.0.0.0/8", "::1", "fd00::/8"; nothing for any other text.
    static std::optional<Network> parse(std::string_view text);

    [[nodiscard]] bool contains(const boost::asio::ip::address& address) const;

  private:
    Network(const boost::asio::ip::address& base, unsigned bits) : base_(base), bits_(bits) {}

    boost::asio::ip::address base_;
    unsigned bits_;
};

bool is_in(const std::vector<Network>& networks, const boost::asio::ip::address& address);

}  // namespace octane::http
