// Room: endpoints. What can be called: docs/api.md §4. Each answer is made once per schema (ApiNode's has 2 MB and takes 50 ms).
#pragma once

#include "endpoints/site.hpp"
#include "http/message.hpp"

namespace octane::endpoints {

// Of all upstreams, or of the one that the path names as its last capture.
boost::asio::awaitable<http::Response> list_services(const Site& site, http::Request& request);
boost::asio::awaitable<http::Response> show_service(const Site& site, http::Request& request);

}  // namespace octane::endpoints
