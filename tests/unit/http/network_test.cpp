#include "http/network.hpp"

#include <doctest/doctest.h>

using namespace octane::http;

namespace {

boost::asio::ip::address ip_of(const char* text) {
    return parse_ip(text).value();
}

TEST_CASE("whose share it is: a client by its address as it is written, and nobody's where it is this machine") {
    CHECK(share_key("10.0.0.1") == "10.0.0.1");
    CHECK(share_key("[2001:db8:1:2:3:4:5:6]") == share_key("2001:db8:1:2::9"));
    for (const auto* here : {"127.0.0.1", "[::1]", "::1", "::ffff:127.0.0.1"}) CHECK(share_key(here).empty());
    CHECK(share_key("unknown") == "unknown");
    CHECK(share_key("").empty());
}

}  // namespace

TEST_CASE("a network holds the addresses that begin like it, and no others") {
    const struct {
        const char* network;
        const char* inside;
        const char* outside;
    } cases[] = {{"10.0.0.0/8", "10.255.0.1", "11.0.0.1"},
                 {"192.168.1.7", "192.168.1.7", "192.168.1.6"},
                 {"172.16.0.0/12", "172.31.255.255", "172.32.0.0"},
                 {"0.0.0.0/0", "8.8.8.8", "::1"},
                 {"fd00::/8", "fdff::1", "fe00::1"},
                 {"::1", "::1", "::2"},
                 {"2001:db8:0:8000::/49", "2001:db8:0:ffff::1", "2001:db8:0:7fff::1"},
                 {"::ffff:10.0.0.1", "10.0.0.1", "10.0.0.2"}};
    for (const auto& one : cases) {
        CAPTURE(one.network);
        const auto network = Network::parse(one.network);
        REQUIRE(network.has_value());
        CHECK(network->contains(ip_of(one.inside)));
        CHECK_FALSE(network->contains(ip_of(one.outside)));
    }
    CHECK(Network::parse("127.0.0.1")->contains(boost::asio::ip::make_address("::ffff:127.0.0.1")));
}

TEST_CASE("what is no address is no network") {
    for (const char* text :
         {"", "localhost", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "10.0.0.0/8x", "::/129", "10.0.0/8", "*"}) {
        CAPTURE(text);
        CHECK_FALSE(Network::parse(text).has_value());
    }
}

TEST_CASE("a client of IPv6 is counted with its /64 network, one of IPv4 alone") {
    CHECK(client_key(ip_of("10.0.0.1")) == "10.0.0.1");
    CHECK(client_key(ip_of("::1")) == "::1");
    CHECK(client_key(ip_of("2001:db8:1:2:3:4:5:6")) == client_key(ip_of("2001:db8:1:2::9")));
    CHECK(client_key(ip_of("2001:db8:1:2::9")) != client_key(ip_of("2001:db8:1:3::9")));
    CHECK(show_address(ip_of("2001:db8::1")) == "[2001:db8::1]");
    CHECK(show_address(ip_of("::ffff:10.0.0.1")) == "10.0.0.1");
}
