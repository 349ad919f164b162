// Room: endpoints. How the proxy is: docs/api.md §4.
#pragma once

#include "endpoints/site.hpp"
#include "http/message.hpp"

namespace octane::endpoints {

boost::asio::awaitable<http::Response> health(
    const Site& site, http::Request& request);  // looks at the first upstream, or at the one that the path names
boost::asio::awaitable<http::Response> alive(const Site& site, http::Request& request);  // at the proxy alone
boost::asio::awaitable<http::Response> list_upstreams(const Site& site, http::Request& request);
// As alive(), and with ?octane=1 as health(): an orchestrator that looks at Octane would take a healthy proxy out of service.
boost::asio::awaitable<http::Response> ready(const Site& site, http::Request& request);

// Whether a request asks only whether the proxy is there, from any place: an orchestrator's, a load balancer's.
bool is_probe(const http::Request& request);

}  // namespace octane::endpoints
