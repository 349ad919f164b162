// Room: http. The body of a response that is written piece by piece, over an HTTP/1 connection.
#pragma once

#include <memory>

#include "http/client_connection.hpp"
#include "http/response_head.hpp"
#include "http/response_writer.hpp"

namespace octane::http {

// Takes the connection over; its response head must be out. Whoever holds the handle holds the stream: when the last one lets go
// of it without having called finish(), the connection is closed. `watches_client`: nobody else reads, so that the stream reads,
// throws away what comes and notices the client's end. A client that has ended its half counts as gone, but not where the
// response has a length: it ends by itself.
std::shared_ptr<ResponseWriter> open_http1_stream(std::shared_ptr<ClientConnection> connection, BodyFraming framing,
                                                  bool watches_client);

}  // namespace octane::http
