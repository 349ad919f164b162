// Room: endpoints. What can be called: docs/api.md §4. Each answer is made once per schema (ApiNode's has 2 MB and takes 50 ms).
#pragma once

#include "endpoints/context.hpp"
#include "http/message.hpp"

namespace octane::endpoints {

boost::asio::awaitable<http::Response> list_services(const Context& context, http::Request& request);
boost::asio::awaitable<http::Response> show_service(const Context& context, http::Request& request);

}  // namespace octane::endpoints
