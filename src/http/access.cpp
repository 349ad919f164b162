#include "http/access.hpp"

#include <openssl/crypto.h>

#include <algorithm>
#include <boost/beast/core/string.hpp>

#include "base/nearest.hpp"
#include "http/host_rules.hpp"

namespace octane::http {
namespace {

using base::Done;
using base::ErrorCode;
using base::make_error;

constexpr std::size_t kMaxQuoted = 200;

// Browsers leave the port out of an origin where it is the scheme's own.
std::string_view default_port(std::string_view scheme) {
    if (scheme == "http") return "80";
    if (scheme == "https") return "443";
    return {};
}

std::string_view port_of(const Origin& origin) {
    return origin.at.port.empty() ? default_port(origin.scheme) : std::string_view(origin.at.port);
}

// An entry of allow_origins is a whole origin, or a host with or without a port.
bool entry_matches(std::string_view entry, const Origin& origin) {
    if (const auto listed = parse_origin(entry)) {
        return listed->scheme == origin.scheme && is_same_host(listed->at.host, origin.at.host) &&
               port_of(*listed) == port_of(origin);
    }
    const auto listed = parse_host_port(entry);
    return listed && is_same_host(listed->host, origin.at.host) && (listed->port.empty() || listed->port == port_of(origin));
}

bool entry_names_host(std::string_view entry, std::string_view host) {
    if (const auto listed = parse_origin(entry)) return is_same_host(listed->at.host, host);
    const auto listed = parse_host_port(entry);
    return listed && is_same_host(listed->host, host);
}

bool contains(const std::vector<std::string>& list, std::string_view text) {
    return std::find(list.begin(), list.end(), text) != list.end();
}

std::string quoted(std::string_view text) {
    return '"' + std::string(text.substr(0, kMaxQuoted)) + '"';
}

base::Error refuse_origin(std::string_view origin) {
    if (origin == "null") {
        return make_error(
            ErrorCode::origin_refused,
            "origin null (a page opened from a file, but also a sandboxed frame on any site) is not allowed; start the proxy "
            "with --allow-origin null, or better with --web-root DIR, which serves the page itself");
    }
    return make_error(ErrorCode::origin_refused, "origin " + quoted(origin) +
                                                     " is not allowed; start the proxy with --allow-origin " +
                                                     std::string(origin.substr(0, kMaxQuoted)) + " to let it in");
}

base::Error refuse_host(std::string_view host) {
    return make_error(ErrorCode::host_refused, "host " + quoted(host) +
                                                   " is not a name of this machine or its network; start the proxy with "
                                                   "--allow-origin " +
                                                   std::string(host.substr(0, kMaxQuoted)) + " if it is meant to be");
}

bool is_token(std::string_view offered, std::string_view wanted) {
    return offered.size() == wanted.size() && CRYPTO_memcmp(offered.data(), wanted.data(), wanted.size()) == 0;
}

// The value of a cookie; empty if there is none of that name.
std::string_view find_cookie(std::string_view cookies, std::string_view name) {
    while (!cookies.empty()) {
        const auto end = std::min(cookies.find(';'), cookies.size());
        auto pair = cookies.substr(0, end);
        cookies.remove_prefix(std::min(end + 1, cookies.size()));
        pair.remove_prefix(std::min(pair.find_first_not_of(' '), pair.size()));
        if (pair.starts_with(name) && pair.size() > name.size() && pair[name.size()] == '=') return pair.substr(name.size() + 1);
    }
    return {};
}

bool carries_token(const Request& request, const AccessOptions& options) {
    const std::string_view wanted = options.token;
    static constexpr std::string_view kScheme = "Bearer ";
    const auto authorization = request.header("Authorization");
    if (authorization.size() > kScheme.size() && boost::beast::iequals(authorization.substr(0, kScheme.size()), kScheme)) {
        auto offered = authorization.substr(kScheme.size());
        offered.remove_prefix(std::min(offered.find_first_not_of(' '), offered.size()));
        if (is_token(offered, wanted)) return true;
    }
    const auto parameter = request.query.find("token");
    if (parameter && is_token(*parameter, wanted)) return true;
    return !options.token_cookie.empty() && is_token(find_cookie(request.header("Cookie"), options.token_cookie), wanted);
}

std::string joined(const std::vector<std::string>& names) {
    std::string list;
    for (const auto& name : names) list += (list.empty() ? "" : ", ") + name;
    return list;
}

}  // namespace

AccessPolicy::AccessPolicy(AccessOptions options) : options_(std::move(options)) {
    for (auto& entry : options_.allow_origins) {
        entry = base::lowered(entry);
        while (entry.ends_with('/')) entry.pop_back();
    }
    for (auto& name : options_.own_names) name = base::lowered(name);
    cors_lines_ =
        "Access-Control-Allow-Methods: GET, POST, PUT, DELETE, OPTIONS\r\n"
        "Access-Control-Allow-Headers: " +
        joined(options_.request_headers) + "\r\nAccess-Control-Expose-Headers: " + joined(options_.exposed_headers) +
        "\r\nAccess-Control-Max-Age: 86400\r\n";
}

bool AccessPolicy::is_local_host(std::string_view host) const {
    if (host.empty()) return true;
    const auto parsed = parse_host_port(host);
    const std::string name = parsed ? parsed->host : base::lowered(host);
    if (is_loopback_host(name) || is_private_address(name) || is_local_name(name)) return true;
    return std::any_of(options_.own_names.begin(), options_.own_names.end(),
                       [&name](const std::string& own) { return is_same_host(own, name); });
}

base::Result<Done> AccessPolicy::check(const Request& request) const {
    const auto& listed = options_.allow_origins;
    const bool is_anyone_allowed = contains(listed, "*");

    const auto host = request.header("Host");
    if (!host.empty() && !is_anyone_allowed) {
        const auto parsed = parse_host_port(host);
        if (!parsed) return refuse_host(host);
        const bool is_listed = std::any_of(listed.begin(), listed.end(),
                                           [&parsed](const std::string& entry) { return entry_names_host(entry, parsed->host); });
        if (!is_listed && !is_local_host(parsed->host)) return refuse_host(host);
    }

    const auto origin = request.header("Origin");
    if (!origin.empty() && !is_anyone_allowed && !contains(listed, origin)) {
        const auto parsed = parse_origin(origin);
        if (!parsed) return refuse_origin(origin);
        const bool is_listed = std::any_of(listed.begin(), listed.end(),
                                           [&parsed](const std::string& entry) { return entry_matches(entry, *parsed); });
        // The ids of browser extensions and the like are hosts without a dot; only web pages are judged by where they come from.
        const bool is_web = parsed->scheme == "http" || parsed->scheme == "https";
        const bool is_near = is_web ? is_local_host(parsed->at.host) : is_loopback_host(parsed->at.host);
        if (!is_listed && !is_near) return refuse_origin(origin);
    }

    // A preflight never carries credentials.
    if (options_.token.empty() || request.verb == "OPTIONS" || request.path == "/livez") return Done{};
    if (carries_token(request, options_)) return Done{};
    return make_error(ErrorCode::token_missing,
                      "this proxy needs its token: send it as Authorization: Bearer TOKEN or as ?token=TOKEN");
}

void AccessPolicy::append_cors(std::string& lines, std::string_view origin) const {
    lines += "Access-Control-Allow-Origin: ";
    if (origin.empty()) {
        lines += "*\r\n";
    } else {
        for (const char c : origin) lines += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
        lines += "\r\nAccess-Control-Allow-Credentials: true\r\n";
    }
    lines += cors_lines_;
}

}  // namespace octane::http
