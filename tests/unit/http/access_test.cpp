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
    request.verb = "OPTIONS";
    CHECK(check() == kAllowed);
}

namespace {

// A GET as a browser sends it for a page that is elsewhere.
struct Embedding {
    std::string_view site;
    std::string_view referer;
    std::string_view mode = "no-cors";
    std::string_view destination = "image";
    std::string_view host = "localhost:51023";
};

octane::base::Result<octane::base::Done> check_embedding(const AccessPolicy& policy, const Embedding& embedding) {
    Request request;
    request.verb = "GET";
    request.path = "/render/mjpeg";
    request.headers = {{"Host", std::string(embedding.host)},
                       {"Sec-Fetch-Site", std::string(embedding.site)},
                       {"Sec-Fetch-Mode", std::string(embedding.mode)},
                       {"Sec-Fetch-Dest", std::string(embedding.destination)}};
    if (!embedding.referer.empty()) request.headers.emplace_back("Referer", embedding.referer);
    return policy.check(request);
}

bool lets_in(const AccessPolicy& policy, const Embedding& embedding) {
    return check_embedding(policy, embedding).has_value();
}

bool lets_in(const AccessPolicy& policy, const Request& request) {
    return policy.check(request).has_value();
}

std::string guards(const AccessPolicy& policy, const Request& request) {
    std::string lines;
    (void)policy.append_guards(lines, request);
    return lines;
}

bool says(const std::string& lines, std::string_view line) {
    return lines.find(std::string(line) + "\r\n") != std::string::npos;
}

}  // namespace

TEST_CASE("What a foreign page embeds is refused, whatever it is, and a link to here may be followed") {
    const AccessPolicy policy({{}, "", {}});
    for (const auto* destination : {"image", "script", "style", "video", "iframe", "object", "empty"}) {
        CAPTURE(destination);
        const bool is_frame = std::string_view(destination) == "iframe" || std::string_view(destination) == "object";
        const auto* mode = is_frame ? "navigate" : "no-cors";
        CHECK_FALSE(lets_in(policy, Embedding{"cross-site", "https://evil.example/", mode, destination}));
        CHECK_FALSE(lets_in(policy, Embedding{"cross-site", "", mode, destination}));
        CHECK_FALSE(lets_in(policy, Embedding{"same-site", "https://evil.example/", mode, destination}));
        CHECK(lets_in(policy, Embedding{"same-origin", "http://localhost:51023/", mode, destination}));
    }
    CHECK(lets_in(policy, Embedding{"none", "", "navigate", "document"}));
    CHECK(lets_in(policy, Embedding{"cross-site", "https://wiki.example/page", "navigate", "document"}));
    CHECK(lets_in(policy, Embedding{"cross-site", "", "navigate", "document"}));
    const auto refused = check_embedding(policy, Embedding{"cross-site", "https://evil.example/page?x=y"});
    CHECK(refused.error().code == ErrorCode::origin_refused);
    CHECK(refused.error().message.find("--allow-origin https://evil.example ") != std::string::npos);
}

TEST_CASE("A page whose origin is let in may embed, and says who it is by its Referer") {
    const AccessPolicy policy({{"https://studio.example"}, "", {}});
    CHECK(lets_in(policy, Embedding{"cross-site", "https://studio.example/app/"}));
    CHECK(lets_in(policy, Embedding{"cross-site", "http://192.168.1.7:3000/"}));
    CHECK(lets_in(policy, Embedding{"same-site", "http://localhost:3000/"}));
    CHECK(lets_in(policy, Embedding{"same-site", ""}));  // it is on localhost, too
    CHECK_FALSE(lets_in(policy, Embedding{"cross-site", "https://studio.example.evil.example/"}));
    CHECK_FALSE(lets_in(policy, Embedding{"cross-site", "about:client"}));
    CHECK_FALSE(lets_in(policy, Embedding{"same-site", "", "no-cors", "image", "studio.example"}));
    CHECK(lets_in(AccessPolicy({{"null"}, "", {}}), Embedding{"cross-site", ""}));
    CHECK(lets_in(AccessPolicy({{"*"}, "", {}}), Embedding{"cross-site", "https://evil.example/"}));
}

TEST_CASE("A listed frame ancestor may show the site in a frame, and embed nothing else") {
    AccessOptions options;
    options.frame_ancestors = {"https://wiki.example"};
    const AccessPolicy policy(options);
    CHECK(lets_in(policy, Embedding{"cross-site", "https://wiki.example/", "navigate", "iframe"}));
    CHECK_FALSE(lets_in(policy, Embedding{"cross-site", "https://wiki.example/"}));
    CHECK_FALSE(lets_in(policy, Embedding{"cross-site", "https://other.example/", "navigate", "iframe"}));
    CHECK(says(guards(policy, Request()), "Content-Security-Policy: frame-ancestors 'self' https://wiki.example"));
    options.frame_ancestors = {"*"};
    CHECK(says(guards(AccessPolicy(options), Request()), "Content-Security-Policy: frame-ancestors *"));
}

TEST_CASE("Each answer says who may embed it") {
    const AccessPolicy policy({{"https://studio.example"}, "", {}});
    const auto guards_of = [&policy](std::string& lines, std::string_view host, std::string_view referer,
                                     std::string_view origin) {
        Request request;
        request.verb = "GET";
        request.headers.emplace_back("Host", host);
        if (!referer.empty()) request.headers.emplace_back("Referer", referer);
        if (!origin.empty()) request.headers.emplace_back("Origin", origin);
        return policy.append_guards(lines, request);
    };
    const auto embedders = [&guards_of](std::string_view host, std::string_view referer, std::string_view origin = {}) {
        std::string lines;
        (void)guards_of(lines, host, referer, origin);
        const std::string_view name = "Cross-Origin-Resource-Policy: ";
        const auto from = lines.find(name) + name.size();
        return lines.substr(from, lines.find('\r', from) - from);
    };
    CHECK(embedders("10.0.0.1:51023", "https://evil.example/") == "same-origin");
    CHECK(embedders("10.0.0.1:51023", "http://10.0.0.1:51023/") == "same-origin");
    CHECK(embedders("10.0.0.1:51023", "http://10.0.0.2:3000/") == "cross-origin");
    CHECK(embedders("10.0.0.1:51023", "https://studio.example/x") == "cross-origin");
    CHECK(embedders("10.0.0.1:51023", "", "https://studio.example") == "cross-origin");
    CHECK(embedders("10.0.0.1:51023", "") == "same-site");
    CHECK(embedders("studio.example", "") == "same-origin");
    std::string lines;
    CHECK(guards_of(lines, "10.0.0.1:51023", "https://studio.example/x", {}));
    CHECK_FALSE(guards_of(lines, "10.0.0.1:51023", "https://evil.example/", {}));
    CHECK(says(lines, "X-Content-Type-Options: nosniff"));
    CHECK(says(lines, "Content-Security-Policy: frame-ancestors 'self'"));
}

TEST_CASE("A page that is let in is told what it may send and what it may read") {
    AccessOptions options;
    options.request_headers = {"Content-Type", "x-tenant"};
    options.exposed_headers = {"ETag", "X-Seq"};
    const AccessPolicy policy(std::move(options));
    std::string lines;
    policy.append_cors(lines, "http://localhost:3000");
    CHECK(says(lines, "Access-Control-Allow-Origin: http://localhost:3000"));
    CHECK(says(lines, "Access-Control-Allow-Credentials: true"));
    CHECK(says(lines, "Access-Control-Allow-Headers: Content-Type, x-tenant"));
    CHECK(says(lines, "Access-Control-Expose-Headers: ETag, X-Seq"));
    lines.clear();
    policy.append_cors(lines, {});
    CHECK(says(lines, "Access-Control-Allow-Origin: *"));
    CHECK(lines.find("Credentials") == std::string::npos);
}

TEST_CASE("An answer to an address with a token in it lets nobody know that address") {
    const AccessPolicy policy({{}, "s3cret", {}});
    Request request;
    CHECK_FALSE(says(guards(policy, request), "Referrer-Policy: no-referrer"));
    request.query = Query("token=s3cret");
    CHECK(says(guards(policy, request), "Referrer-Policy: no-referrer"));
}

TEST_CASE("What the options call open is asked from any place and without a token, and all else is not") {
    AccessOptions options{{}, "s3cret", {}};
    options.is_open = [](const Request& asked) { return asked.path == "/livez"; };
    const AccessPolicy policy(std::move(options));
    Request request;
    request.verb = "GET";
    request.headers = {{"Host", "pod.cluster.example"}};
    request.path = "/livez";
    CHECK(lets_in(policy, request));
    for (const auto* path : {"/health", "/livez/", "/metrics"}) {
        request.path = path;
        CHECK_FALSE(lets_in(policy, request));
    }
    request.path = "/livez";
    request.headers.emplace_back("Origin", "https://evil.example");
    CHECK_FALSE(lets_in(policy, request));
}

TEST_CASE("A request is told who calls, how, and whether it brings the token") {
    AccessOptions options;
    options.token = "s3cret";
    options.trusted_proxies = {*Network::parse("10.0.0.1")};
    const AccessPolicy policy(options);
    Request request;
    request.remote = "10.0.0.1:4711";
    request.headers = {{"X-Forwarded-For", "203.0.113.9"}, {"X-Forwarded-Proto", "https"}};
    request.query = Query("token=s3cret");
    policy.identify(request, *parse_ip("10.0.0.1"));
    CHECK(request.client() == "203.0.113.9");
    CHECK(request.is_secure);
    CHECK(request.has_token_in_query);
    CHECK(policy.brings_token(request));
    Request direct;
    direct.remote = "192.168.1.1:4711";
    direct.headers = request.headers;
    direct.query = Query("token=guess");
    policy.identify(direct, *parse_ip("192.168.1.1"));
    CHECK(direct.client() == "192.168.1.1");
    CHECK_FALSE(direct.is_secure);
    CHECK_FALSE(direct.has_token_in_query);
    CHECK(policy.brings_token(direct));
    CHECK_FALSE(policy.brings_token(Request()));
    Request plain;
    policy.identify(plain, *parse_ip("10.0.0.1"));
    CHECK(plain.forwarded_for.empty());
}

TEST_CASE("Hosts are taken apart strictly") {
    CHECK(parse_host_port("Box.Lan:80")->host == "box.lan");
    CHECK(parse_host_port("box:80")->port == "80");
    CHECK(parse_host_port("[FE80::1%eth0]:1")->host == "fe80::1%eth0");
    for (const auto* text : {"", ":80", "[]", "[1.2.3.4]", "[::1]80", "a b", "a/b", "a:123456", "a,b", "ä", "localhost..", "."}) {
        CAPTURE(text);
        CHECK_FALSE(parse_host_port(text).has_value());
    }
    CHECK(is_same_host("::1", "0:0:0:0:0:0:0:1"));
    CHECK_FALSE(is_same_host("::1", "localhost"));
}

TEST_CASE("This machine's plain names are known without taking the host apart, and no name that only looks like one") {
    for (const auto* host : {"localhost", "localhost:51023", "127.0.0.1", "127.0.0.1:1", "127.0.0.1:65535", "localhost:"})
        CHECK_MESSAGE((is_plain_loopback(host) && is_loopback_host(parse_host_port(host).value().host)), host);
    for (const auto* host : {"localhost.evil.example", "127.0.0.1.evil.example:80", "127.0.0.1:65536", "127.0.0.1:99999",
                             "localhost:x", "127.0.0.1:1x", "localhost:+1", "127.0.0.1:1:1", "", ":80", "127.0.0.2"})
        CHECK_FALSE_MESSAGE(is_plain_loopback(host), host);
}
