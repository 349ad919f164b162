#include "livelink/edit_event.hpp"

namespace octane::livelink {

frames::EditMade describe_edit(const EditEvent& event) {
    frames::EditMade edit;
    edit.method = event.method;
    if (event.object) edit.object = frames::EditMade::Object{event.object->handle, event.object->type};
    edit.call_id = event.call_id;
    edit.epoch = event.epoch;
    return edit;
}

}  // namespace octane::livelink
