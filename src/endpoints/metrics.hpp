// Room: endpoints. GET /metrics: what the proxy counts and measures, as Prometheus reads it. docs/api.md §4.
#pragma once

#include "endpoints/site.hpp"
#include "http/message.hpp"

namespace octane::endpoints {

boost::asio::awaitable<http::Response> metrics(const Site& site, http::Request& request);

}  // namespace octane::endpoints
