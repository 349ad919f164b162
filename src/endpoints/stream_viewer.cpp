#include "endpoints/stream_viewer.hpp"

#include <array>
#include <utility>

#include "frames/containers.hpp"
#include "telemetry/log.hpp"

namespace octane::endpoints {
using telemetry::Level;

StreamViewer::StreamViewer(std::shared_ptr<http::ResponseWriter> stream, frames::LoopHub& hub, frames::ViewerOptions options,
                           frames::FrameStats& stats, std::string remote)
    : stream_(std::move(stream)),
      hub_(hub),
      viewer_(*this, std::move(options), stats),
      remote_(std::move(remote)),
      opened_(std::chrono::steady_clock::now()),
      preamble_(takes_events() ? "retry: 2000\n" : frames::part_opening(viewer_.variant().format)) {}

std::shared_ptr<frames::Viewer> StreamViewer::viewer() {
    return {shared_from_this(), &viewer_};
}

bool StreamViewer::takes_events() const {
    return viewer_.variant().container == frames::Container::sse;
}

void StreamViewer::open(std::shared_ptr<const std::string> connected) {
    stream_->listen(weak_from_this());
    telemetry::log(Level::info, "Viewer connected", {{"from", remote_}, {"id", viewer_.id()}});
    viewer_.send(std::move(connected));
    hub_.join(viewer());
}

void StreamViewer::on_written() {
    viewer_.on_written(frames::Viewer::Clock::now());
}

void StreamViewer::on_closed() {
    const std::chrono::duration<double> stayed = std::chrono::steady_clock::now() - opened_;
    telemetry::log(Level::info, "Viewer left", {{"from", remote_}, {"id", viewer_.id()}, {"seconds", stayed.count()}});
    const auto self = viewer();  // the hub may hold the last reference
    hub_.leave(self);
}

void StreamViewer::write_frame(std::span<const std::string_view> parts) {
    if (std::exchange(has_begun_, true)) {
        stream_->begin_write(parts);
        return;
    }
    parts_.assign(1, std::string_view(preamble_));
    parts_.insert(parts_.end(), parts.begin(), parts.end());
    stream_->begin_write(parts_);
}

void StreamViewer::write_event(std::string_view json) {
    const std::array<std::string_view, 3> parts{"data: ", json, "\n\n"};
    write_frame(parts);
}

void StreamViewer::close() {
    telemetry::log(Level::warn, "Viewer disconnected: it has stopped reading", {{"from", remote_}, {"id", viewer_.id()}});
    stream_->abort();
}

void StreamViewer::finish() {
    stream_->finish();
}

std::chrono::steady_clock::time_point StreamViewer::last_progress() const {
    return stream_->last_progress();
}

}  // namespace octane::endpoints
