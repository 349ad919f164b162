// Room: http. Who calls through a reverse proxy, from what it adds to a request.
//
// A header is believed only as far as trusted proxies have written it: each adds the address that it was called from at the right
// end, and what stands further left came with the request.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <optional>
#include <vector>

#include "http/message.hpp"
#include "http/network.hpp"

namespace octane::http {

struct ForwardedClient {
    boost::asio::ip::address address;  // the right-most one that is not a trusted proxy's
    std::optional<bool> is_secure;     // whether the outermost trusted proxy was called by HTTPS; nothing if none says it
};

// X-Forwarded-For (and X-Forwarded-Proto), or Forwarded (RFC 7239) where there is none of it. Nothing if the peer is no trusted
// proxy. `peer` itself is the client where a trusted proxy names nobody, or in a way that cannot be read.
std::optional<ForwardedClient> find_forwarded_client(const Request& request, const boost::asio::ip::address& peer,
                                                     const std::vector<Network>& trusted);

}  // namespace octane::http
