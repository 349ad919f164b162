#include "endpoints/viewer_adapter.hpp"

#include <utility>

#include "telemetry/log.hpp"

namespace octane::endpoints {
using telemetry::Level;

ViewerAdapter::ViewerAdapter(std::unique_ptr<Carrier> carrier, std::unique_ptr<ViewerClient> client, frames::LoopHub& hub,
                             frames::ViewerOptions options, frames::FrameStats& stats, std::string remote)
    : carrier_(std::move(carrier)),
      client_(std::move(client)),
      hub_(hub),
      place_(std::move(options.place)),
      viewer_(*this, std::move(options), stats),
      remote_(std::move(remote)),
      opened_(std::chrono::steady_clock::now()) {}

std::shared_ptr<frames::Viewer> ViewerAdapter::viewer() {
    return {shared_from_this(), &viewer_};
}

void ViewerAdapter::open() {
    carrier_->listen(weak_from_this());
    telemetry::log(Level::info, "Viewer connected", {{"from", remote_}, {"id", viewer_.id()}});
}

void ViewerAdapter::wait() {
    hub_.keep(viewer());
}

void ViewerAdapter::join(const frames::EventPointer& first) {
    if (first) viewer_.send(first);
    hub_.join(viewer());
}

void ViewerAdapter::change_view(frames::ViewerOptions options) {
    hub_.change_view(viewer(), options.variant, options.frame_interval);
    place_ = std::move(options.place);
}

void ViewerAdapter::send(frames::ControlEvent::What what) {
    viewer_.send(std::make_shared<const frames::ControlEvent>(std::move(what)));
}

void ViewerAdapter::on_message(http::MessageKind kind, std::string_view bytes) {
    if (client_) client_->on_message(*this, kind, bytes);
}

void ViewerAdapter::on_written() {
    viewer_.on_written(frames::Viewer::Clock::now());
}

void ViewerAdapter::on_closed() {
    is_open_ = false;
    place_.reset();
    const std::chrono::duration<double> stayed = std::chrono::steady_clock::now() - opened_;
    telemetry::log(Level::info, "Viewer left", {{"from", remote_}, {"id", viewer_.id()}, {"seconds", stayed.count()}});
    if (client_) client_->on_closed();
    const auto self = viewer();  // the hub may hold the last reference
    hub_.leave(self);
}

void ViewerAdapter::write_frame(std::span<const std::string_view> parts) {
    carrier_->write_frame(viewer_.variant().container, parts);
}

void ViewerAdapter::write_event(const frames::ControlEvent& event) {
    carrier_->write_event(event);
}

bool ViewerAdapter::accepts(const frames::ControlEvent& event) {
    // Who gets the figures needs no word that there are some.
    const bool is_superfluous = viewer_.wants_statistics() && frames::is_event<frames::NewStatistics>(event);
    return !is_superfluous && carrier_->can_carry(event);
}

void ViewerAdapter::close() {
    telemetry::log(Level::warn, "Viewer disconnected: it has stopped reading", {{"from", remote_}, {"id", viewer_.id()}});
    carrier_->abort();
}

void ViewerAdapter::finish() {
    carrier_->finish();
}

std::chrono::steady_clock::time_point ViewerAdapter::last_progress() const {
    return carrier_->last_progress();
}

}  // namespace octane::endpoints
