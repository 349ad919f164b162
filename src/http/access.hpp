// Room: http. Who is let in: origin, host and token, and the CORS headers of those who are. docs/api.md §2 (CORS), §6.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "http/message.hpp"

namespace octane::http {

struct AccessOptions {
    // Exact origins ("https://host:port"), bare host names, "null", or "*"; added to the local ones.
    std::vector<std::string> allow_origins;
    std::string token;                           // empty: none needed
    std::vector<std::string> own_names;          // host names and addresses of this machine
    std::string token_cookie{};                  // name of the cookie that may carry the token; empty: none
    std::vector<std::string> request_headers{};  // what scripts of other origins may send,
    std::vector<std::string> exposed_headers{};  // and read, besides what browsers always allow
};

// Immutable; shared by all loops.
class AccessPolicy {
  public:
    explicit AccessPolicy(AccessOptions options);

    // Host first, then origin, then token (not for /livez). Errors 40301, 40302 (the message names --allow-origin and, for
    // "null", --web-root) and 40101.
    [[nodiscard]] base::Result<base::Done> check(const Request& request) const;

    // True for no origin, loopback, private-network addresses (IPv4 and IPv6), own names, names without a dot, *.local *.lan
    // *.internal *.home.arpa.
    [[nodiscard]] bool is_local_host(std::string_view host) const;

    // Appends the CORS header lines for an origin that is let in, which is echoed; "*" for a request without one. So the answer
    // varies with the origin, which the caller has to say.
    void append_cors(std::string& lines, std::string_view origin) const;

  private:
    AccessOptions options_;
    std::string cors_lines_;  // those that are the same for every origin
};

}  // namespace octane::http
