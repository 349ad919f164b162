// Room: endpoints. Calls by paths that stand for methods: what of path, query, form or body becomes which field of the request.
// docs/api.md §2 "Routes".
#pragma once

#include "endpoints/site.hpp"
#include "http/exchange.hpp"

namespace octane::endpoints {

// Whether the path stands for a method with this verb, or with another one and the proxy has no route for this verb.
bool is_bound(const Site& site, const http::Request& request, bool has_route);

// Whether it stands for a method that takes a stream: its body may be of any length.
bool is_bound_conversation(const Site& site, const http::Request& request);

boost::asio::awaitable<void> call_bound(const Site& site, http::Exchange& exchange);

// What is said of a request that is refused by its head, in the shape that the path's failures have.
http::Response refuse_bound(const Site& site, const base::Error& error, const http::Request& request);

}  // namespace octane::endpoints
