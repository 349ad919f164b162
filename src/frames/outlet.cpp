#include "frames/outlet.hpp"

#include <exception>
#include <utility>

#include "telemetry/log.hpp"

namespace octane::frames {
namespace {

// Counted as long as it lives.
class HeldFrame final : public WrappedFrame {
  public:
    HeldFrame(WrappedFrame frame, FrameStats& stats) : WrappedFrame(std::move(frame)), stats_(stats) {
        stats_.held.fetch_add(1, std::memory_order_relaxed);
    }
    ~HeldFrame() { stats_.held.fetch_sub(1, std::memory_order_relaxed); }
    HeldFrame(const HeldFrame&) = delete;
    HeldFrame& operator=(const HeldFrame&) = delete;

  private:
    FrameStats& stats_;
};

}  // namespace

std::shared_ptr<const WrappedFrame> SharedWrapper::get(const std::shared_ptr<const EncodedFrame>& frame) {
    if (frame == frame_) return wrapped_;
    frame_ = frame;
    wrapped_.reset();
    try {
        wrapped_ = std::make_shared<const HeldFrame>(wrap_(*frame, container_), stats_);
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
