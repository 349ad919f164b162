// Room: endpoints. The page at /: built in, or a directory given with --web-root, which may hold a built single-page application:
// its index.html then stands for every path that a browser shows and no file has.
#pragma once

#include <optional>

#include "endpoints/site.hpp"
#include "http/exchange.hpp"
#include "http/message.hpp"

namespace octane::endpoints {

// GET of any path that no route has: a file of the page or the application, else 404.
boost::asio::awaitable<http::Response> page_file(const Site& site, http::Request& request);

// GET of a path of two segments: a file of the page, else a method if it begins with a service (get_method()), else the
// application or 404.
boost::asio::awaitable<void> page_file_or_method(const Site& site, http::Exchange& exchange);

// A path that is none: 400 for POST (it should be /<service>/<method>), 404 otherwise.
boost::asio::awaitable<http::Response> no_such_path(const Site& site, http::Request& request);

}  // namespace octane::endpoints
