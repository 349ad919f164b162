#include "endpoints/sse_viewer.hpp"

#include <utility>

#include "telemetry/log.hpp"

namespace octane::endpoints {
using telemetry::Level;

SseViewer::SseViewer(std::shared_ptr<http::EventStream> stream, frames::LoopHub& hub, frames::ViewerOptions options,
                     frames::FrameStats& stats, std::string remote)
    : stream_(std::move(stream)),
      hub_(hub),
      viewer_(*this, std::move(options), stats),
      remote_(std::move(remote)),
      opened_(std::chrono::steady_clock::now()) {}

std::shared_ptr<frames::Viewer> SseViewer::viewer() {
    return {shared_from_this(), &viewer_};
}

void SseViewer::open(std::shared_ptr<const std::string> first_event) {
    stream_->listen(weak_from_this());
    telemetry::log(Level::info, "Viewer connected", {{"from", remote_}, {"id", viewer_.id()}});
    viewer_.send(std::move(first_event));
    hub_.join(viewer());
}

void SseViewer::on_written() {
    viewer_.on_written(frames::Viewer::Clock::now());
}

void SseViewer::on_closed() {
    const std::chrono::duration<double> stayed = std::chrono::steady_clock::now() - opened_;
    telemetry::log(Level::info, "Viewer left", {{"from", remote_}, {"id", viewer_.id()}, {"seconds", stayed.count()}});
    const auto self = viewer();  // the hub may hold the last reference
    hub_.leave(self);
}

void SseViewer::write(std::span<const std::string_view> parts) {
    stream_->write(parts);
}

void SseViewer::close() {
    telemetry::log(Level::warn, "Viewer disconnected: it has stopped reading", {{"from", remote_}, {"id", viewer_.id()}});
    stream_->abort();
}

void SseViewer::finish() {
    stream_->finish();
}

std::chrono::steady_clock::time_point SseViewer::last_progress() const {
    return stream_->last_progress();
}

}  // namespace octane::endpoints
