// Room: livelink. What other pages are told of an edit, so that several pages stay in step.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "frames/control_event.hpp"
#include "livelink/request_care.hpp"

namespace octane::livelink {

// A call that may have changed something and succeeded.
struct EditEvent {
    std::string method;               // "ApiItem/setValueByAttrID"
    std::optional<ObjectRef> object;  // what it was called on
    std::string call_id;
    std::uint64_t epoch = 0;
    std::chrono::system_clock::time_point time;
    bool moves_camera = false;
};

// What is announced of it; its time is the event's.
frames::EditMade describe_edit(const EditEvent& event);

}  // namespace octane::livelink
