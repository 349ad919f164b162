// Room: http. The WebSocket over a connection's socket: Beast reads, and messages are written as they lie.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "http/connection.hpp"
#include "http/message.hpp"
#include "http/web_socket.hpp"

namespace octane::http {

// The answer to a request that cannot become a WebSocket: 426, or 400 for a broken handshake. Nothing if it can.
// `has_rest`: the client talks on without waiting for the answer.
std::optional<Response> refuse_upgrade(const Request& request, bool is_http_1_0, bool has_rest);

// Takes the connection over, answers 101 and then calls `opened` on the loop. refuse_upgrade has found nothing.
void open_web_socket(std::shared_ptr<Connection> connection, const Request& request,
                     std::function<void(std::shared_ptr<WebSocket>)> opened);

}  // namespace octane::http
