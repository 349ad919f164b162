// Room: endpoints. How the proxy is, and what it can call: CONTRACT §4.
#pragma once

#include "endpoints/context.hpp"
#include "http/message.hpp"

namespace octane::endpoints {

boost::asio::awaitable<http::Response> health(const Context& context, http::Request& request);  // also /readyz
boost::asio::awaitable<http::Response> alive(const Context& context, http::Request& request);
boost::asio::awaitable<http::Response> list_services(const Context& context, http::Request& request);
boost::asio::awaitable<http::Response> show_service(const Context& context, http::Request& request);

}  // namespace octane::endpoints
