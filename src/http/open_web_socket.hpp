// Room: http. The WebSocket over a connection's socket: Beast reads, and messages are written as they lie.
#pragma once

#include <functional>
#include <memory>

#include "http/client_connection.hpp"
#include "http/message.hpp"
#include "http/web_socket.hpp"

namespace octane::http {

// Takes the connection over, answers 101 and then calls `opened` on the loop. refuse_upgrade has found nothing.
void open_web_socket(std::shared_ptr<ClientConnection> connection, const Request& request,
                     std::function<void(std::shared_ptr<WebSocket>)> opened);

}  // namespace octane::http
