// Room: endpoints. A viewer of the frames room on an open response of the http room.
//
// Lives on the connection's loop. The loop's hub owns it while it is joined; the stream knows it only weakly.
#pragma once

#include <memory>
#include <string>

#include "frames/loop_hub.hpp"
#include "frames/viewer.hpp"
#include "http/event_stream.hpp"

namespace octane::endpoints {

class SseViewer : public http::StreamListener, public frames::Transport, public std::enable_shared_from_this<SseViewer> {
  public:
    SseViewer(std::shared_ptr<http::EventStream> stream, frames::LoopHub& hub, frames::ViewerOptions options,
              frames::FrameStats& stats, std::string remote);

    // Sends the first event and joins the hub.
    void open(std::shared_ptr<const std::string> first_event);

    void on_written() override;
    void on_closed() override;

    void write(std::span<const std::string_view> parts) override;
    void close() override;
    void finish() override;
    [[nodiscard]] std::chrono::steady_clock::time_point last_progress() const override;

  private:
    [[nodiscard]] std::shared_ptr<frames::Viewer> viewer();

    std::shared_ptr<http::EventStream> stream_;
    frames::LoopHub& hub_;
    frames::Viewer viewer_;
    std::string remote_;
    std::chrono::steady_clock::time_point opened_;
};

}  // namespace octane::endpoints
