// Room: endpoints. How the proxy is: docs/api.md §4.
#pragma once

#include "endpoints/context.hpp"
#include "http/message.hpp"

namespace octane::endpoints {

boost::asio::awaitable<http::Response> health(const Context& context, http::Request& request);  // also /readyz
boost::asio::awaitable<http::Response> alive(const Context& context, http::Request& request);

}  // namespace octane::endpoints
