// Room: endpoints. The page at /: built in, or a directory given with --web-root.
#pragma once

#include <optional>

#include "endpoints/context.hpp"
#include "http/message.hpp"

namespace octane::endpoints {

// GET of any path that no route has: a file of the page, else 404.
boost::asio::awaitable<http::Response> page_file(const Context& context, http::Request& request);

// GET of a path of two segments: a file of the page if there is one, else 405, since such a path is a method to be POSTed to.
boost::asio::awaitable<http::Response> page_file_or_method(const Context& context, http::Request& request);

// A path that is none: 400 for POST (it should be /<service>/<method>), 404 otherwise.
boost::asio::awaitable<http::Response> no_such_path(const Context& context, http::Request& request);

}  // namespace octane::endpoints
