#include "http/access.hpp"

#include <openssl/crypto.h>

#include <algorithm>
#include <boost/beast/core/string.hpp>

#include "base/nearest.hpp"
#include "http/forwarded.hpp"
#include "http/header_list.hpp"
#include "http/host_rules.hpp"
#include "http/percent.hpp"

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

bool matches_any(const std::vector<std::string>& entries, const Origin& origin) {
    return std::ranges::any_of(entries, [&origin](const std::string& entry) { return entry_matches(entry, origin); });
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

// Of the value of a header Authorization.
bool is_bearer_of(std::string_view authorization, std::string_view wanted) {
    static constexpr std::string_view kScheme = "Bearer ";
    if (authorization.size() <= kScheme.size() || !boost::beast::iequals(authorization.substr(0, kScheme.size()), kScheme))
        return false;
    auto offered = authorization.substr(kScheme.size());
    offered.remove_prefix(std::min(offered.find_first_not_of(' '), offered.size()));
    return is_token(offered, wanted);
}

// The cookies but those of that name and value.
std::string without_cookie(std::string_view cookies, std::string_view name, std::string_view value) {
    std::string others;
    while (!cookies.empty()) {
        const auto pair = take_item(cookies, ';');
        const bool is_meant =
            pair.starts_with(name) && pair.substr(name.size()).starts_with('=') && is_token(pair.substr(name.size() + 1), value);
        if (!pair.empty() && !is_meant) others += (others.empty() ? "" : "; ") + std::string(pair);
    }
    return others;
}

// Whether it is an address, such as that of the page (Referer), in whose query the token stands, even within another address.
bool has_token_in_address(std::string_view value, const std::string& wanted) {
    const auto mark = value.find('?');
    if (mark == std::string_view::npos) return false;
    const auto query = value.substr(mark + 1);
    const std::string parameter = "token=" + wanted;
    if (query.find(parameter) != std::string_view::npos) return true;
    if (query.find('%') == std::string_view::npos) return false;
    const auto decoded = percent_decode(query, PlusSign::literal);
    return decoded ? decoded->find(parameter) != std::string::npos : query.find("token=") != std::string_view::npos;
}

bool carries_token(const Request& request, const AccessOptions& options) {
    const std::string_view wanted = options.token;
    if (is_bearer_of(request.header("Authorization"), wanted)) return true;
    const auto parameter = request.query.find("token");
    if (parameter && is_token(*parameter, wanted)) return true;
    return !options.token_cookie.empty() && is_token(find_cookie(request.header("Cookie"), options.token_cookie), wanted);
}

// Of the page that a request without Origin comes from, as far as the browser says; "null" if it does not.
std::string_view origin_of_page(const Request& request) {
    const auto page = request.header("Referer");
    const auto mark = page.find("://");
    if (mark == std::string_view::npos) return "null";
    return page.substr(0, page.find('/', mark + 3));
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
    for (auto& entry : options_.frame_ancestors) entry = base::lowered(entry);
    for (auto& name : options_.own_names) name = base::lowered(name);
    guard_lines_ = "X-Content-Type-Options: nosniff\r\nContent-Security-Policy: frame-ancestors ";
    if (contains(options_.frame_ancestors, "*")) {
        guard_lines_ += '*';
    } else {
        guard_lines_ += "'self'";
        for (const auto& entry : options_.frame_ancestors) guard_lines_ += ' ' + entry;
    }
    guard_lines_ += "\r\n";
    cors_lines_ =
        "Access-Control-Allow-Methods: GET, POST, PUT, DELETE, OPTIONS\r\n"
        "Access-Control-Allow-Headers: " +
        joined(options_.request_headers) + "\r\nAccess-Control-Expose-Headers: " + joined(options_.exposed_headers) +
        "\r\nAccess-Control-Max-Age: 86400\r\n";
}

bool AccessPolicy::is_local_host(std::string_view host) const {
    if (host.empty()) return true;
    const auto parsed = parse_host_port(host);
    return is_near(parsed ? parsed->host : base::lowered(host));
}

bool AccessPolicy::is_near(std::string_view host) const {
    if (is_loopback_host(host) || is_private_address(host) || is_local_name(host)) return true;
    return std::any_of(options_.own_names.begin(), options_.own_names.end(),
                       [host](const std::string& own) { return is_same_host(own, host); });
}

bool AccessPolicy::is_anyone_allowed() const {
    return contains(options_.allow_origins, "*");
}

bool AccessPolicy::is_origin_allowed(std::string_view origin) const {
    const auto& listed = options_.allow_origins;
    if (is_anyone_allowed() || contains(listed, origin)) return true;
    const auto parsed = parse_origin(origin);
    if (!parsed) return false;
    if (matches_any(listed, *parsed)) return true;
    // The ids of browser extensions and the like are hosts without a dot; only web pages are judged by where they come from.
    const bool is_web = parsed->scheme == "http" || parsed->scheme == "https";
    return is_web ? is_near(parsed->at.host) : is_loopback_host(parsed->at.host);
}

bool AccessPolicy::may_frame(std::string_view origin) const {
    if (contains(options_.frame_ancestors, "*")) return true;
    const auto parsed = parse_origin(origin);
    return parsed && matches_any(options_.frame_ancestors, *parsed);
}

bool AccessPolicy::is_host_allowed(std::string_view host) const {
    if (host.empty() || is_anyone_allowed() || is_plain_loopback(host)) return true;
    const auto parsed = parse_host_port(host);
    if (!parsed) return false;
    return is_near(parsed->host) || std::ranges::any_of(options_.allow_origins, [&parsed](const std::string& entry) {
               return entry_names_host(entry, parsed->host);
           });
}

void AccessPolicy::identify(Request& request, const boost::asio::ip::address& peer) const {
    if (const auto client = find_forwarded_client(request, peer, options_.trusted_proxies)) {
        request.is_secure = client->is_secure.value_or(request.is_secure);
        if (client->address != peer) request.remote = request.forwarded_for = show_address(client->address);
    }
    if (options_.token.empty()) return;
    const auto parameter = request.query.find("token");
    request.has_token_in_query = parameter && is_token(*parameter, options_.token);
}

base::Result<Done> AccessPolicy::check(const Request& request) const {
    const bool is_open = options_.is_open != nullptr && options_.is_open(request);
    if (const auto host = request.header("Host"); !is_open && !is_host_allowed(host)) return refuse_host(host);
    if (const auto origin = request.header("Origin"); !origin.empty()) {
        if (!is_origin_allowed(origin)) return refuse_origin(origin);
    } else if (const auto embedding = check_embedding(request); !embedding) {
        return embedding;
    }
    // A preflight never carries credentials.
    if (options_.token.empty() || request.verb == "OPTIONS" || is_open) return Done{};
    if (carries_token(request, options_)) return Done{};
    return make_error(ErrorCode::token_missing,
                      "this proxy needs its token: send it as Authorization: Bearer TOKEN or as ?token=TOKEN");
}

// Browsers say by Sec-Fetch-Site that another site's page asks for this: a picture of it, a script, a frame. To follow a link is
// nobody's embedding.
base::Result<Done> AccessPolicy::check_embedding(const Request& request) const {
    const auto site = request.header("Sec-Fetch-Site");
    if ((site != "cross-site" && site != "same-site") || is_anyone_allowed()) return Done{};
    const auto destination = request.header("Sec-Fetch-Dest");
    const bool is_navigation = request.header("Sec-Fetch-Mode") == "navigate";
    if (is_navigation && (destination == "document" || destination.empty())) return Done{};
    const auto page = origin_of_page(request);
    if (page == "null") {
        // A page that does not say where it is, on the same site as a host that is near, is as near.
        if (site == "same-site" && is_local_host(request.header("Host"))) return Done{};
        if (contains(options_.allow_origins, page)) return Done{};
        return make_error(ErrorCode::origin_refused,
                          "a page of another site, which does not say which, may not show or embed what this proxy serves; let "
                          "it say so (Referrer-Policy), and start the proxy with --allow-origin and that page's origin");
    }
    if (is_origin_allowed(page) || (is_navigation && may_frame(page))) return Done{};
    return refuse_origin(page);
}

void AccessPolicy::take_token(Request& request) const {
    if (options_.token.empty()) return;
    std::erase_if(request.headers, [this](auto& header) {
        auto& [name, value] = header;
        if (boost::beast::iequals(name, "Authorization")) return is_bearer_of(value, options_.token);
        // What is before the query stays: of which origin the page is has still to be known.
        if (has_token_in_address(value, options_.token)) value.resize(value.find('?'));
        if (options_.token_cookie.empty() || !boost::beast::iequals(name, "Cookie")) return false;
        if (value.find(options_.token_cookie) == std::string::npos) return false;
        value = without_cookie(value, options_.token_cookie, options_.token);
        return value.empty();
    });
}

bool AccessPolicy::brings_token(const Request& request) const {
    return !request.header("Authorization").empty() || request.query.find("token") ||
           (!options_.token_cookie.empty() && !find_cookie(request.header("Cookie"), options_.token_cookie).empty());
}

bool AccessPolicy::is_trusted_proxy(const boost::asio::ip::address& address) const {
    return is_in(options_.trusted_proxies, address);
}

bool AccessPolicy::append_guards(std::string& lines, const Request& request) const {
    lines += guard_lines_;
    // An address is told to other sites, and to logs, as where a visitor came from.
    if (request.query.find("token")) lines += "Referrer-Policy: no-referrer\r\n";
    const auto embedders = find_embedders(request);
    lines += "Cross-Origin-Resource-Policy: ";
    lines += embedders;
    lines += "\r\n";
    return embedders == "cross-origin" && !request.header("Referer").empty();
}

std::string_view AccessPolicy::find_embedders(const Request& request) const {
    static constexpr std::string_view kEverybody = "cross-origin";
    if (request.verb != "GET" && request.verb != "HEAD") return "same-origin";  // nobody embeds a call
    if (is_anyone_allowed()) return kEverybody;
    const auto origin = request.header("Origin");
    if (!origin.empty()) return is_origin_allowed(origin) ? kEverybody : "same-origin";
    const auto host = request.header("Host");
    const auto page = origin_of_page(request);
    if (page == "null") {
        if (is_origin_allowed(page)) return kEverybody;
        return is_local_host(host) ? "same-site" : "same-origin";
    }
    const bool is_own = boost::beast::iequals(page.substr(page.find("://") + 3), host);
    return !is_own && is_origin_allowed(page) ? kEverybody : "same-origin";
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
