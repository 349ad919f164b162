#include "http/forwarded.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

using namespace octane::http;

namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

// "client secure", "client plain", "client ?"; "nobody" where the word of the peer does not count.
std::string found(Fields fields, const char* peer = "10.0.0.1") {
    Request request;
    request.headers = std::move(fields);
    const std::vector<Network> trusted = {*Network::parse("10.0.0.0/8"), *Network::parse("::1")};
    const auto client = find_forwarded_client(request, parse_ip(peer).value(), trusted);
    if (!client) return "nobody";
    return show_address(client->address) + (!client->is_secure ? " ?" : *client->is_secure ? " secure" : " plain");
}

}  // namespace

TEST_CASE("only the word of a trusted proxy counts") {
    CHECK(found({{"X-Forwarded-For", "203.0.113.9"}}) == "203.0.113.9 ?");
    CHECK(found({{"X-Forwarded-For", "203.0.113.9"}}, "192.168.1.1") == "nobody");
    CHECK(found({{"Forwarded", "for=203.0.113.9"}}, "192.168.1.1") == "nobody");
    CHECK(found({}) == "10.0.0.1 ?");
}

TEST_CASE("the client is the right-most address that is not a trusted proxy's: what it sent along itself stands further left") {
    CHECK(found({{"X-Forwarded-For", "1.1.1.1, 203.0.113.9"}}) == "203.0.113.9 ?");
    CHECK(found({{"X-Forwarded-For", "1.1.1.1, 203.0.113.9, 10.0.0.7"}}) == "203.0.113.9 ?");
    CHECK(found({{"X-Forwarded-For", "1.1.1.1"}, {"x-forwarded-for", "203.0.113.9"}}) == "203.0.113.9 ?");
    CHECK(found({{"X-Forwarded-For", "10.0.0.8, 10.0.0.7"}}) == "10.0.0.8 ?");  // all of them are ours
    CHECK(found({{"Forwarded", "for=1.1.1.1, for=203.0.113.9;proto=https;by=10.0.0.1"}}) == "203.0.113.9 secure");
}

TEST_CASE("addresses are read in every way that proxies write them") {
    CHECK(found({{"X-Forwarded-For", "203.0.113.9:4711"}}) == "203.0.113.9 ?");
    CHECK(found({{"X-Forwarded-For", "2001:db8::5"}}) == "[2001:db8::5] ?");
    CHECK(found({{"X-Forwarded-For", "[2001:db8::5]:80"}}) == "[2001:db8::5] ?");
    CHECK(found({{"Forwarded", "For=\"[2001:db8::5]:80\"; Proto=HTTPS"}}) == "[2001:db8::5] secure");
    CHECK(found({{"Forwarded", "proto=http;for=203.0.113.9"}}) == "203.0.113.9 plain");
}

TEST_CASE("where the way cannot be read any further, the last proxy that is known is the client") {
    for (const char* bad : {"unknown", "_hidden", "evil.example", "1.2.3", "[::1", "999.1.1.1"}) {
        CAPTURE(bad);
        CHECK(found({{"X-Forwarded-For", std::string("203.0.113.9, ") + bad + ", 10.0.0.7"}}) == "10.0.0.7 ?");
    }
    CHECK(found({{"Forwarded", "for=203.0.113.9, secret, for=10.0.0.7"}}) == "10.0.0.7 ?");
}

TEST_CASE("empty items of a list are no step of the way") {
    CHECK(found({{"X-Forwarded-For", "203.0.113.9, , 10.0.0.7,,"}}) == "203.0.113.9 ?");
    CHECK(found({{"Forwarded", ",for=203.0.113.9,,for=10.0.0.7, ,"}}) == "203.0.113.9 ?");
}

TEST_CASE("the scheme is that of the first step that a trusted proxy saw") {
    CHECK(found({{"X-Forwarded-For", "203.0.113.9"}, {"X-Forwarded-Proto", "https"}}) == "203.0.113.9 secure");
    CHECK(found({{"X-Forwarded-For", "203.0.113.9"}, {"X-Forwarded-Proto", "http"}}) == "203.0.113.9 plain");
    CHECK(found({{"X-Forwarded-For", "203.0.113.9, 10.0.0.7"}, {"X-Forwarded-Proto", "https, http"}}) == "203.0.113.9 secure");
    CHECK(found({{"X-Forwarded-For", "1.1.1.1, 203.0.113.9"}, {"X-Forwarded-Proto", "https, http"}}) == "203.0.113.9 plain");
    CHECK(found({{"X-Forwarded-Proto", "https"}}) == "10.0.0.1 secure");
}

TEST_CASE("of the two headers X-Forwarded-For counts") {
    CHECK(found({{"Forwarded", "for=1.1.1.1"}, {"X-Forwarded-For", "203.0.113.9"}}) == "203.0.113.9 ?");
}
