// Room: http. The open response over a connection's socket.
#pragma once

#include <cstdint>
#include <memory>

#include "http/connection.hpp"
#include "http/event_stream.hpp"

namespace octane::http {

enum class StreamFraming : std::uint8_t {
    chunked,  // one chunk a write
    plain,    // as it comes: HTTP/1.0, or a length that the head has said
};

// Takes the connection over; its response head must be out. Whoever holds the handle holds the stream: when the last one lets go
// of it without having called finish(), the connection is closed.
std::shared_ptr<EventStream> open_stream(std::shared_ptr<Connection> connection, StreamFraming framing);

}  // namespace octane::http
