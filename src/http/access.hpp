// Room: http. Who is let in: origin, host and token, and the CORS headers of those who are. docs/api.md §2 (CORS), §6.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "http/message.hpp"
#include "http/network.hpp"

namespace octane::http {

struct AccessOptions {
    // Exact origins ("https://host:port"), bare host names, "null", or "*"; added to the local ones.
    std::vector<std::string> allow_origins;
    std::string token;                           // empty: none needed
    std::vector<std::string> own_names;          // host names and addresses of this machine
    bool (*is_open)(const Request&) = nullptr;   // what needs neither a host that is known nor the token; null: nothing
    std::string token_cookie{};                  // name of the cookie that may carry the token; empty: none
    std::vector<std::string> request_headers{};  // what scripts of other origins may send,
    std::vector<std::string> exposed_headers{};  // and read, besides what browsers always allow
    std::vector<std::string> frame_ancestors{};  // origins whose pages may show this site in a frame, besides its own; or "*"
    std::vector<Network> trusted_proxies{};      // whose word counts on who calls
};

// Immutable; shared by all loops. Another takes its place when the rules change.
class AccessPolicy {
  public:
    explicit AccessPolicy(AccessOptions options);

    // Writes into the request who calls, how, and with which token. `peer` is the other end of the connection.
    void identify(Request& request, const boost::asio::ip::address& peer) const;

    // Host first, then origin, then token; host and token are not asked for where AccessOptions::is_open says so. Without Origin
    // it is the page that embeds the answer (Sec-Fetch-Site, Referer) that has to be of an origin that is let in. Errors 40301,
    // 40302 (the message names --allow-origin and, for "null", --web-root) and 40101.
    [[nodiscard]] base::Result<base::Done> check(const Request& request) const;

    // Takes this server's token out of the headers of a request that is let in, whichever of them brought it: it is nobody
    // else's, and headers may go on to others. An address with it in its query, such as Referer, loses the query.
    void take_token(Request& request) const;

    // A token was brought, whether or not it is the right one.
    [[nodiscard]] bool brings_token(const Request& request) const;
    [[nodiscard]] bool is_trusted_proxy(const boost::asio::ip::address& address) const;

    // True for no origin, loopback, private-network addresses (IPv4 and IPv6), own names, names without a dot, *.local *.lan
    // *.internal *.home.arpa.
    [[nodiscard]] bool is_local_host(std::string_view host) const;

    // Appends the CORS header lines for an origin that is let in, which is echoed; "*" for a request without one. So the answer
    // varies with the origin, which the caller has to say.
    void append_cors(std::string& lines, std::string_view origin) const;

    // Appends the header lines that keep others' pages from showing this answer as a part of theirs. True if they depend on the
    // request's Referer.
    bool append_guards(std::string& lines, const Request& request) const;

  private:
    [[nodiscard]] bool is_anyone_allowed() const;
    [[nodiscard]] bool is_origin_allowed(std::string_view origin) const;
    [[nodiscard]] std::string_view find_embedders(const Request& request) const;  // Cross-Origin-Resource-Policy
    [[nodiscard]] bool may_frame(std::string_view origin) const;
    [[nodiscard]] bool is_host_allowed(std::string_view host) const;
    [[nodiscard]] bool is_near(std::string_view host) const;  // of one as parse_host_port() leaves it
    [[nodiscard]] base::Result<base::Done> check_embedding(const Request& request) const;

    AccessOptions options_;
    std::string cors_lines_;   // those that are the same for every origin
    std::string guard_lines_;  // those that are the same for every answer
};

}  // namespace octane::http
