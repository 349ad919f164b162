// Room: endpoints. What carries viewers: Server-Sent Events, the parts of a multipart stream, the messages of a WebSocket.
#pragma once

#include <memory>

#include "endpoints/viewer_adapter.hpp"
#include "http/response_writer.hpp"
#include "http/web_socket.hpp"

namespace octane::endpoints {

// Control events are unnamed events; the first write tells the browser how soon to come again.
std::unique_ptr<Carrier> make_event_carrier(std::shared_ptr<http::ResponseWriter> stream);

// Has no place for control events.
std::unique_ptr<Carrier> make_part_carrier(std::shared_ptr<http::ResponseWriter> stream);

// Control events are text messages as `spell` makes them; of those that `is_known` refuses the client is told nothing (null: it
// knows all). Frames are binary messages, or text in a container that is text.
struct EventForm {
    frames::ControlEvent::Spell spell = nullptr;
    bool (*is_known)(const frames::ControlEvent&) = nullptr;
};
std::unique_ptr<Carrier> make_message_carrier(std::shared_ptr<http::WebSocket> socket, EventForm events);

}  // namespace octane::endpoints
