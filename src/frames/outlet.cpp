#include "frames/outlet.hpp"

#include <exception>

#include "telemetry/log.hpp"

namespace octane::frames {

std::shared_ptr<const WrappedFrame> SharedWrapper::get(const std::shared_ptr<const EncodedFrame>& frame) {
    if (frame == frame_) return wrapped_;
    frame_ = frame;
    wrapped_.reset();
    try {
        wrapped_ = std::make_shared<const WrappedFrame>(wrap_(*frame, container_));
        stats_.encoded.fetch_add(1, std::memory_order_relaxed);
    } catch (const std::exception& error) {
        telemetry::log(telemetry::Level::error, "A frame could not be shown", {{"reason", error.what()}});
    }
    return wrapped_;
}

void Outlet::take(const std::shared_ptr<const EncodedFrame>& frame) {
    auto wrapped = wrapper_->get(frame);
    if (wrapped && box_.put(std::move(wrapped))) wake_();
}

}  // namespace octane::frames
