// Room: http. From a request that was let in to its handler, and the answers which the server gives by itself.
#pragma once

#include "http/message.hpp"
#include "http/router.hpp"

namespace octane::http {

struct Routed {
    const RouteEntry* entry = nullptr;  // null: own_response answers
    std::string allow;                  // not empty: the path exists, but not with this verb
};

// Fills request.captures.
Routed route(const Router& router, Request& request);

// 204 to OPTIONS, 405 with Allow, or 404.
Response own_response(const Routed& routed, const Request& request);

// An error's reply with the request's own X-Call-Id, and Retry-After where waiting helps; refused hosts and origins are logged.
Response refusal_response(const base::Error& error, const Request& request);

// 503 beyond max_connections, and beyond what one client may have of them.
Response busy_response(const Request& request);
Response too_many_of_client_response(const Request& request);

}  // namespace octane::http
