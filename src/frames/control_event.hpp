// Room: frames. What viewers are told besides frames, as values: how it is spelled is the business of what carries it.
//
// An event is shared by all its viewers, on all loops, and never changes; neither do its texts, once made.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/error.hpp"
#include "frames/stats.hpp"

namespace octane::frames {

// The callback of the renderer that brought the news.
struct CallbackOrigin {
    std::uint32_t callback_id = 0;
    std::uint64_t user_data = 0;
};
struct NewStatistics {
    CallbackOrigin origin;
};
struct RenderFailure {
    CallbackOrigin origin;
};
struct ProjectChanged {
    CallbackOrigin origin;
};

// The first event of a viewer.
struct ViewerConnected {
    std::string client_id;
    FrameStatus status;
};

struct RendererState {
    enum class Kind : std::uint8_t { connected, silent, lost, busy, idle };
    Kind kind = Kind::lost;
    std::uint64_t epoch = 0;
    std::string version;  // these three of connected, silent and lost
    std::string api;
    std::string address;
    std::string error;                         // of silent and lost: why
    std::string method;                        // of busy: with which call
    std::chrono::duration<double> busy_for{};  // of busy
};

// A call that may have changed something and succeeded.
struct EditMade {
    struct Object {
        std::uint64_t handle = 0;
        std::uint64_t type = 0;
    };
    std::string method;            // "ApiItem/setValueByAttrID"
    std::optional<Object> object;  // what it was called on
    std::string call_id;
    std::uint64_t epoch = 0;
};

struct Ping {};
struct Pong {};     // answers a viewer's own ping
struct Goodbye {};  // nothing follows
// What a viewer said was not understood or not carried out.
struct RefusedMessage {
    base::Error error;
};
// The render's figures: the answer to a question for them, as JSON.
struct StatisticsAnswer {
    std::string json;
};

class ControlEvent {
  public:
    using What = std::variant<NewStatistics, RenderFailure, ProjectChanged, ViewerConnected, RendererState, EditMade, Ping, Pong,
                              Goodbye, RefusedMessage, StatisticsAnswer>;
    using Spell = std::string (*)(const ControlEvent&);

    explicit ControlEvent(What happened, std::chrono::system_clock::time_point at = std::chrono::system_clock::now())
        : what(std::move(happened)), time(at) {}
    ControlEvent(const ControlEvent&) = delete;
    ControlEvent& operator=(const ControlEvent&) = delete;

    // What `spell` makes of the event. Made at the first call with that function, however many viewers there are; stays where it
    // is as long as the event. Any thread; takes a lock.
    const std::string& text(Spell spell) const;

    const What what;
    const std::chrono::system_clock::time_point time;

  private:
    mutable std::mutex mutex_;
    mutable std::vector<std::pair<Spell, std::unique_ptr<const std::string>>> texts_;  // one a way of spelling: two or three
};

using EventPointer = std::shared_ptr<const ControlEvent>;

// Whether the event is of that kind.
template <typename Kind>
bool is_event(const ControlEvent& event) {
    return std::holds_alternative<Kind>(event.what);
}

}  // namespace octane::frames
