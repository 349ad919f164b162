// Room: http. Who is let in: origin, host and token, and the CORS headers of those who are. CONTRACT §2 (CORS), §6.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "http/message.hpp"

namespace octane::http {

struct AccessOptions {
    std::vector<std::string>
        allow_origins;  // exact origins ("https://host:port"), bare host names, "null", or "*"; added to the local ones
    std::string token;  // empty: none needed
    std::vector<std::string> own_names;  // host names and addresses of this machine
};

// Immutable; shared by all loops.
class AccessPolicy {
  public:
    // What a page that was opened with ?token= sends along with its scripts and pictures, which cannot carry it otherwise.
    static constexpr std::string_view kTokenCookie = "octane_token";

    explicit AccessPolicy(AccessOptions options);

    // Host first, then origin, then token (not for /livez). Errors 40301, 40302 (the message names --allow-origin and, for
    // "null", --web-root) and 40101.
    [[nodiscard]] base::Result<base::Done> check(const Request& request) const;

    // True for no origin, loopback, private-network addresses (IPv4 and IPv6), own names, names without a dot, *.local *.lan
    // *.internal *.home.arpa.
    [[nodiscard]] bool is_local_host(std::string_view host) const;

    // The header lines, ready to be appended to a response head: "Access-Control-Allow-Origin: *\r\n…".
    [[nodiscard]] static std::string_view cors_headers();

  private:
    AccessOptions options_;
};

}  // namespace octane::http
