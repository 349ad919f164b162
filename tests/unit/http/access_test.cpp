#include <doctest/doctest.h>

#include "http/access.hpp"
#include "http/host_rules.hpp"

using namespace octane::http;
using octane::base::ErrorCode;

namespace {

int verdict(const AccessPolicy& policy, std::string_view host, std::string_view origin) {
    Request request;
    request.verb = "POST";
    request.path = "/ApiItem/name";
    if (!host.empty()) request.headers.emplace_back("Host", host);
    if (!origin.empty()) request.headers.emplace_back("Origin", origin);
    const auto result = policy.check(request);
    return result ? 0 : static_cast<int>(result.error().code);
}

std::string refusal(const AccessPolicy& policy, std::string_view origin) {
    Request request;
    request.headers.emplace_back("Origin", origin);
    const auto result = policy.check(request);
    return result ? "" : result.error().message;
}

constexpr int kAllowed = 0;
constexpr int kOrigin = static_cast<int>(ErrorCode::origin_refused);
constexpr int kHost = static_cast<int>(ErrorCode::host_refused);
constexpr int kToken = static_cast<int>(ErrorCode::token_missing);

}  // namespace

TEST_CASE("Near origins are let in by default") {
    const AccessPolicy policy({{}, "", {"render.example.com", "203.0.113.9"}});
    for (const auto* origin : {"",
                               "http://localhost:3000",
                               "http://app.localhost",
                               "https://127.0.0.1",
                               "http://127.9.8.7:1",
                               "http://[::1]:5173",
                               "http://10.1.2.3",
                               "http://172.16.0.1",
                               "http://172.31.255.255",
                               "http://192.168.1.2:80",
                               "http://169.254.1.1",
                               "http://100.64.0.1",
                               "http://100.127.255.254",
                               "http://[fd12:3456::1]",
                               "http://[fe80::1]",
                               "http://[::ffff:10.0.0.1]",
                               "http://workstation",
                               "http://WORKSTATION:51023",
                               "http://box.local",
                               "http://box.lan",
                               "http://a.internal",
                               "http://nas.home.arpa",
                               "http://render.example.com:51023",
                               "https://203.0.113.9",
                               "http://0.0.0.0:51023",
                               "tauri://localhost"}) {
        CAPTURE(origin);
        CHECK(verdict(policy, "localhost:51023", origin) == kAllowed);
    }
}

TEST_CASE("Far, opaque and malformed origins are refused") {
    const AccessPolicy policy({{}, "", {}});
    for (const auto* origin : {"https://evil.example",
                               "http://8.8.8.8",
                               "http://172.32.0.1",
                               "http://172.15.0.1",
                               "http://100.128.0.1",
                               "http://11.0.0.1",
                               "http://192.169.0.1",
                               "http://[2001:db8::1]",
                               "http://[::ffff:8.8.8.8]",
                               "null",
                               "http://",
                               "localhost",
                               "http://localhost.evil.example",
                               "http://evil.example#localhost",
                               "http://evil.example/.local",
                               "http://local",
                               "http://evil@localhost",
                               "http://localhost:80:80",
                               "http://localhost:x",
                               "http://.local",
                               "http://a..local",
                               "http://2130706433",
                               "http://0x7f000001",
                               "chrome-extension://abcdefghijklmnop",
                               "://localhost",
                               "http://[localhost]",
                               "http://[::1",
                               "http://127.0.0.1.evil.example"}) {
        CAPTURE(origin);
        const bool is_plain_name = std::string_view(origin) == "http://local";
        CHECK(verdict(policy, "localhost", origin) == (is_plain_name ? kAllowed : kOrigin));
    }
}

TEST_CASE("A rebound host name is refused and a missing host is not") {
    const AccessPolicy policy({{}, "", {}});
    CHECK(verdict(policy, "", "") == kAllowed);
    CHECK(verdict(policy, "127.0.0.1:51023", "") == kAllowed);
    CHECK(verdict(policy, "[::1]:51023", "") == kAllowed);
    CHECK(verdict(policy, "box.local.", "") == kAllowed);
    CHECK(verdict(policy, "rebound.example:51023", "") == kHost);
    CHECK(verdict(policy, "rebound.example", "http://localhost") == kHost);
    CHECK(verdict(policy, "bad host", "") == kHost);
}

TEST_CASE("A listed origin is let in as it stands, and its host is a good Host") {
    const AccessPolicy policy(
        {{"https://Render.Example:8443/", "bare.example", "ported.example:81", "http://plain.example"}, "", {}});
    CHECK(verdict(policy, "localhost", "https://render.example:8443") == kAllowed);
    CHECK(verdict(policy, "localhost", "https://render.example") == kOrigin);
    CHECK(verdict(policy, "localhost", "http://render.example:8443") == kOrigin);
    CHECK(verdict(policy, "localhost", "https://bare.example:1") == kAllowed);
    CHECK(verdict(policy, "localhost", "http://ported.example:81") == kAllowed);
    CHECK(verdict(policy, "localhost", "http://ported.example:82") == kOrigin);
    CHECK(verdict(policy, "localhost", "http://plain.example:80") == kAllowed);
    CHECK(verdict(policy, "localhost", "null") == kOrigin);
    CHECK(verdict(policy, "render.example", "") == kAllowed);
    CHECK(verdict(policy, "bare.example:9", "") == kAllowed);
    CHECK(verdict(policy, "other.example", "") == kHost);
}

TEST_CASE("A listed host with a scheme's own port is let in where browsers leave that port out, and for that scheme only") {
    const AccessPolicy policy({{"secure.example:443", "plain.example:80", "whole.example", "https://both.example:443"}, "", {}});
    CHECK(verdict(policy, "localhost", "https://secure.example") == kAllowed);
    CHECK(verdict(policy, "localhost", "https://secure.example:443") == kAllowed);
    CHECK(verdict(policy, "localhost", "http://secure.example") == kOrigin);
    CHECK(verdict(policy, "localhost", "http://secure.example:443") == kAllowed);
    CHECK(verdict(policy, "localhost", "http://plain.example") == kAllowed);
    CHECK(verdict(policy, "localhost", "https://plain.example") == kOrigin);
    CHECK(verdict(policy, "localhost", "https://whole.example") == kAllowed);
    CHECK(verdict(policy, "localhost", "http://whole.example") == kAllowed);
    CHECK(verdict(policy, "localhost", "https://both.example") == kAllowed);
    CHECK(verdict(policy, "localhost", "http://both.example:443") == kOrigin);
}

TEST_CASE("A star lets every origin and host in, null included, and null can be listed alone") {
    const AccessPolicy everyone({{"*"}, "", {}});
    CHECK(verdict(everyone, "any.example", "https://evil.example") == kAllowed);
    CHECK(verdict(everyone, "any.example", "null") == kAllowed);
    const AccessPolicy files({{"null"}, "", {}});
    CHECK(verdict(files, "localhost", "null") == kAllowed);
    CHECK(verdict(files, "localhost", "https://evil.example") == kOrigin);
}

TEST_CASE("A refusal names the option that would help") {
    const AccessPolicy policy({{}, "", {}});
    CHECK(refusal(policy, "https://evil.example").find("--allow-origin https://evil.example") != std::string::npos);
    CHECK(refusal(policy, "null").find("--allow-origin null") != std::string::npos);
    CHECK(refusal(policy, "null").find("--web-root DIR") != std::string::npos);
    CHECK(refusal(policy, "https://" + std::string(10'000, 'a') + ".example").size() < 1000);
}

TEST_CASE("With a token only those who bring it are let in, by header or by query") {
    const AccessPolicy policy({{}, "s3cret", {}});
    Request request;
    request.verb = "GET";
    request.path = "/health";
    const auto check = [&] { return policy.check(request) ? kAllowed : static_cast<int>(policy.check(request).error().code); };
    CHECK(check() == kToken);
    request.headers = {{"Authorization", "Bearer s3cret"}};
    CHECK(check() == kAllowed);
    request.headers = {{"authorization", "bearer  s3cret"}};
    CHECK(check() == kAllowed);
    for (const auto* wrong :
         {"Bearer s3cre", "Bearer s3cret1", "Bearer S3cret", "Bearer ", "Bearer", "Basic s3cret", "s3cret", ""}) {
        CAPTURE(wrong);
        request.headers = {{"Authorization", wrong}};
        CHECK(check() == kToken);
    }
    request.query = Query("token=s3cret");
    CHECK(check() == kAllowed);
    request.query = Query("token=wrong");
    CHECK(check() == kToken);
    CHECK(policy.check(request).error().message.find("s3cret") == std::string::npos);
    CHECK(policy.check(request).error().message.find("wrong") == std::string::npos);
    request.path = "/livez";
    CHECK(check() == kAllowed);
    request.path = "/health";
    request.verb = "OPTIONS";
    CHECK(check() == kAllowed);
}

TEST_CASE("Hosts are taken apart strictly") {
    CHECK(parse_host_port("Box.Lan:80")->host == "box.lan");
    CHECK(parse_host_port("box:80")->port == "80");
    CHECK(parse_host_port("[FE80::1%eth0]:1")->host == "fe80::1%eth0");
    for (const auto* text : {"", ":80", "[]", "[1.2.3.4]", "[::1]80", "a b", "a/b", "a:123456", "a,b", "ä"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_host_port(text).has_value());
    }
    CHECK(is_same_host("::1", "0:0:0:0:0:0:0:1"));
    CHECK_FALSE(is_same_host("::1", "localhost"));
}
