// Room: endpoints. A viewer of the frames room on an open response of the http room: Server-Sent Events, or the parts of a
// multipart stream.
//
// Lives on the connection's loop. The loop's hub owns it while it is joined; the stream knows it only weakly.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "frames/loop_hub.hpp"
#include "frames/viewer.hpp"
#include "http/response_writer.hpp"

namespace octane::endpoints {

class StreamViewer : public http::StreamListener, public frames::Transport, public std::enable_shared_from_this<StreamViewer> {
  public:
    // The container of the options says which of the two it is.
    StreamViewer(std::shared_ptr<http::ResponseWriter> stream, frames::LoopHub& hub, frames::ViewerOptions options,
                 frames::FrameStats& stats, std::string remote);

    // Joins the hub; where there are events, `connected` is the first.
    void open(std::shared_ptr<const std::string> connected);

    void on_written() override;
    void on_closed() override;

    void write_frame(std::span<const std::string_view> parts) override;
    void write_event(std::string_view json) override;
    [[nodiscard]] bool takes_events() const override;
    void close() override;
    void finish() override;
    [[nodiscard]] std::chrono::steady_clock::time_point last_progress() const override;

  private:
    [[nodiscard]] std::shared_ptr<frames::Viewer> viewer();

    std::shared_ptr<http::ResponseWriter> stream_;
    frames::LoopHub& hub_;
    frames::Viewer viewer_;
    std::string remote_;
    std::chrono::steady_clock::time_point opened_;
    const std::string preamble_;  // goes before the first write
    std::vector<std::string_view> parts_;
    bool has_begun_ = false;
};

}  // namespace octane::endpoints
