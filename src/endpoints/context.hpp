// Room: endpoints. What the handlers of one Octane work with; made by the app, alive as long as the server.
#pragma once

#include <memory>

#include "endpoints/site.hpp"
#include "frames/hub.hpp"
#include "frames/stats.hpp"
#include "livelink/callback_session.hpp"
#include "livelink/octane.hpp"

namespace octane::endpoints {

class UpdateAdvice;
std::shared_ptr<UpdateAdvice> make_update_advice();

struct Context {
    const Site& site;
    livelink::Octane& octane;
    frames::Hub& hub;
    livelink::CallbackSession& session;
    const frames::FrameStats& stats;
    frames::FrameStats& viewer_stats;                                    // the same object, for the viewers that write it
    std::shared_ptr<UpdateAdvice> update_advice = make_update_advice();  // whom edits have been explained to
};

}  // namespace octane::endpoints
