// Room: http. Which requests may become a WebSocket, and what the others are told: RFC 6455 §4.2.
#pragma once

#include <optional>

#include "http/message.hpp"

namespace octane::http {

// Whether the client wants a WebSocket, rightly or not.
bool is_upgrade(const Request& request);

// The answer to a request that cannot become a WebSocket: 426, or 400 for a broken handshake. Nothing if it can.
// `has_rest`: the client talks on without waiting for the answer.
std::optional<Response> refuse_upgrade(const Request& request, bool is_http_1_0, bool has_rest);

}  // namespace octane::http
