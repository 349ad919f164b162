// Room: endpoints. A frame and an event as octaneWebR's page knows them from its own server: docs/octane.md §3.3. Pure.
#pragma once

#include <string>

#include "frames/containers.hpp"
#include "frames/control_event.hpp"

namespace octane::endpoints {

// Every container that viewers ask for: the frames room's own and octaneWebR's two.
//
// callbacks: the text message, ,"data":{callback_source, callback_id, user_data, render_images} and "timestamp" in milliseconds
// after the viewer's own head; enums by name, 64-bit numbers as strings, all images, their pixels in base64.
// callbacks_binary: the JSON header, in which `format` is the ImageType's name, `pitch` is in pixels and `pixelSize` in bytes;
// the pixels follow as they came.
frames::WrappedFrame wrap_for_viewers(const frames::EncodedFrame& frame, frames::Container container);

// Whether the page knows the event at all.
bool is_callback_event(const frames::ControlEvent& event);
// The message for it: what the older generation of the page reads stands in `data`, for the newer one beside `type`.
std::string spell_callback_event(const frames::ControlEvent& event);

}  // namespace octane::endpoints
