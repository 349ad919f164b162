// Room: endpoints. How the proxy is: docs/api.md §4.
#pragma once

#include "endpoints/context.hpp"
#include "http/message.hpp"

namespace octane::endpoints {

boost::asio::awaitable<http::Response> health(const Context& context, http::Request& request);  // looks at Octane
boost::asio::awaitable<http::Response> alive(const Context& context, http::Request& request);   // at the proxy alone
// As alive(), and with ?octane=1 as health(): an orchestrator that looks at Octane would take a healthy proxy out of service.
boost::asio::awaitable<http::Response> ready(const Context& context, http::Request& request);

// Whether a request asks only whether the proxy is there, from any place: an orchestrator's, a load balancer's.
bool is_probe(const http::Request& request);

}  // namespace octane::endpoints
