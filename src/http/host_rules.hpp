// Room: http. Taking Host and Origin values apart, and which hosts count as near. docs/api.md §6.
//
// Pure functions over text from outside; whatever does not parse is nobody's friend.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace octane::http {

struct HostPort {
    std::string host;  // lower case, without brackets and without a final dot
    std::string port;  // digits, or empty
};

struct Origin {
    std::string scheme;  // lower case
    HostPort at;
};

// "name", "name:80", "10.0.0.1:80", "[::1]:80".
std::optional<HostPort> parse_host_port(std::string_view text);

// "scheme://host[:port]" and nothing behind it.
std::optional<Origin> parse_origin(std::string_view text);

// "127.0.0.1" or "localhost" in lower case, with or without a port: how most requests name this machine, found out without taking
// it apart. parse_host_port() takes such a host, and is_loopback_host() says yes to it.
bool is_plain_loopback(std::string_view host);

// The functions below take a host as parse_host_port leaves it.

// localhost, *.localhost, 127/8, ::1, and the unspecified addresses, which reach this machine too.
bool is_loopback_host(std::string_view host);

// An address of a private, link-local, unique-local or carrier-grade-NAT range, IPv4-mapped ones included.
bool is_private_address(std::string_view host);

// A name without a dot, or one that ends in .local, .lan, .internal or .home.arpa.
bool is_local_name(std::string_view host);

// Equal as text, or two spellings of one address.
bool is_same_host(std::string_view one, std::string_view other);

}  // namespace octane::http
