#include "frames/track.hpp"

#include <boost/asio/post.hpp>
#include <exception>
#include <utility>

#include "frames/event.hpp"
#include "telemetry/log.hpp"

namespace octane::frames {
namespace asio = boost::asio;

namespace {
void deliver(Outlet& outlet, const std::shared_ptr<const VariantFrame>& frame) {
    if (outlet.box.put(frame)) outlet.wake();
}
}  // namespace

Track::Track(asio::thread_pool& workers, Variant variant, FrameStats& stats)
    : variant_(variant),
      stats_(stats),
      strand_(asio::make_strand(workers)),
      outlets_of_worker_(std::make_shared<const Outlets>()) {}

void Track::offer(std::shared_ptr<const Frame> frame) {
    if (incoming_.put(std::move(frame))) {
        asio::post(strand_, [self = shared_from_this()] { self->work(); });
    } else {
        stats_.coalesced.fetch_add(1, std::memory_order_relaxed);
    }
}

void Track::work() {
    const auto frame = incoming_.take();
    if (!frame || (made_ && frame->seq <= made_->seq)) return;
    const auto made = try_make(*frame);
    if (!made) return;
    made_ = made;
    for (const auto& outlet : *outlets_of_worker_) deliver(*outlet, made);
}

// The worker's seam: what a library or the allocator throws costs one frame, not the process.
std::shared_ptr<const VariantFrame> Track::try_make(const Frame& frame) {
    try {
        return make(frame);
    } catch (const std::exception& error) {
        telemetry::log(telemetry::Level::error, "A frame could not be shown", {{"reason", error.what()}});
        return nullptr;
    }
}

std::shared_ptr<const VariantFrame> Track::make(const Frame& frame) {
    auto event = make_frame_event(frame, variant_);
    if (!event) {
        telemetry::log(telemetry::Level::warn, "A frame could not be shown", {{"reason", event.error().message}});
        return nullptr;
    }
    if (event->empty()) return nullptr;  // without the pass that this variant shows
    stats_.encoded.fetch_add(1, std::memory_order_relaxed);
    auto made = std::make_shared<VariantFrame>();
    made->seq = frame.seq;
    made->epoch = frame.epoch;
    made->event = std::move(*event);
    return made;
}

void Track::share_outlets() {
    auto shared = std::make_shared<Outlets>();
    for (const auto& [loop, outlet] : outlets_) shared->push_back(outlet);
    asio::post(strand_, [self = shared_from_this(), shared = std::move(shared)]() mutable {
        self->outlets_of_worker_ = std::move(shared);
    });
}

void Track::add_outlet(std::size_t loop, std::shared_ptr<Outlet> outlet, std::shared_ptr<const Frame> newest) {
    outlets_[loop] = outlet;
    share_outlets();
    if (!newest) return;
    asio::post(strand_, [self = shared_from_this(), outlet = std::move(outlet), newest = std::move(newest)] {
        if (!self->made_ || self->made_->seq < newest->seq) {
            if (auto made = self->try_make(*newest)) self->made_ = std::move(made);
        }
        if (self->made_) deliver(*outlet, self->made_);
    });
}

void Track::remove_outlet(std::size_t loop) {
    outlets_.erase(loop);
    share_outlets();
}

}  // namespace octane::frames
