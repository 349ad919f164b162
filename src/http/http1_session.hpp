// Room: http. Serves the requests of one connection, one after the other, until it closes or becomes a stream.
#pragma once

#include <memory>

#include "http/client_connection.hpp"

namespace octane::http {

// Refused connections get 503 to their first request, whatever it is.
enum class Admission : unsigned char { served, no_room, too_many_of_client };

// On the connection's loop. The session keeps the connection alive; an exception that escapes it goes to the hooks.
void start_session(std::shared_ptr<ClientConnection> connection, Admission admission);

}  // namespace octane::http
