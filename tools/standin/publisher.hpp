// Stand-in renderer: the newest frame, who registered for it, and the events that announce it.
//
// Frames go to every open stream whether or not a callback is registered, as Octane does.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "standin/counters.hpp"
#include "standin/frame_messages.hpp"
#include "standin/options.hpp"
#include "standin/stream_hub.hpp"

namespace octane::standin {

class Publisher {
  public:
    Publisher(const FrameMessages& messages, StreamHub& hub, Counters& counters, const Options& options);

    void publish(Frame frame);  // any thread; the frame's number is set here
    void announce_project_change();
    void announce_failure();

    std::shared_ptr<const Frame> newest() const;
    void forget_newest();
    // The callback of one payload name ("newImage", "newStatistics", "renderFailure"); nullopt unregisters.
    void registered(std::string_view payload, std::optional<Registration> by);
    int registered_count() const;

    // grabRenderResult and releaseRenderResult with their book-keeping.
    grpc::ByteBuffer grab();
    void release();

  private:
    void send(std::string_view payload);
    Registration registration(std::string_view payload) const;  // mutex_ is held

    const FrameMessages& messages_;
    StreamHub& hub_;
    Counters& counters_;
    const Options& options_;

    mutable std::mutex mutex_;
    std::mutex order_;  // events of one frame stay together and in the order of the frames
    std::shared_ptr<const Frame> newest_;
    std::uint64_t number_ = 0;
    std::int64_t held_ = 0;  // grabs not yet released
    std::map<std::string, Registration, std::less<>> registrations_;
};

}  // namespace octane::standin
