// Room: endpoints. Control events as our own streams and WebSockets say them: docs/api.md §3. Pure.
#pragma once

#include <string>

#include "frames/control_event.hpp"

namespace octane::endpoints {

// One JSON object with its `type`. Through ControlEvent::text() it is made once for all viewers.
std::string spell_event(const frames::ControlEvent& event);

}  // namespace octane::endpoints
