#include "frames/track.hpp"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <exception>
#include <utility>

#include "frames/containers.hpp"
#include "telemetry/log.hpp"

namespace octane::frames {
namespace asio = boost::asio;

namespace {

void deliver(Outlet& outlet, const std::shared_ptr<const VariantFrame>& frame) {
    if (outlet.box.put(frame)) outlet.wake();
}

void report(telemetry::Level level, std::string_view reason) {
    telemetry::log(level, "A frame could not be shown", {{"reason", reason}});
}

}  // namespace

Track::Track(asio::thread_pool& workers, Variant variant, FrameStats& stats)
    : variant_(variant),
      stats_(stats),
      strand_(asio::make_strand(workers)),
      outlets_of_worker_(std::make_shared<const Outlets>()) {}

void Track::offer(const std::shared_ptr<const Frame>& frame, Form form) {
    const RenderImage* image = shown_image(*frame, variant_.render_pass);
    if (image == nullptr) return;
    if (frame->seq != std::exchange(offered_seq_, frame->seq)) ++offered_;
    if (!has_form(variant_, form)) form = Form::full;
    if (incoming_.put(std::make_shared<const Offer>(Offer{frame, image, offered_, form}))) {
        asio::post(strand_, [self = shared_from_this()] { self->work(); });
    } else {
        stats_.coalesced.fetch_add(1, std::memory_order_relaxed);
    }
}

void Track::work() {
    if (is_making_ || is_unused_) return;  // go_on() looks again
    const auto offer = incoming_.take();
    if (offer && is_news(*offer)) make(offer);
}

bool Track::is_news(const Offer& offer) const {
    if (!made_ || offer.frame->seq > made_->seq) return true;
    return offer.frame->seq == made_->seq && static_cast<std::uint8_t>(offer.form) > made_->form;
}

void Track::make(const std::shared_ptr<const Offer>& offer) {
    if (is_unused_) return;
    is_making_ = true;
    if (!shows_picture(variant_)) {
        wrap(*offer, nullptr);
        go_on_later(offer);
        return;
    }
    with_picture(offer->frame, *offer->image, in_form(variant_, offer->form), stats_,
                 [self = shared_from_this(), offer](const Pictures::Made& made) {
                     asio::dispatch(self->strand_, [self, offer, made] { self->finish(offer, made); });
                 });
}

void Track::finish(const std::shared_ptr<const Offer>& offer, const Pictures::Made& picture) {
    if (is_unused_) return;  // as it will be for ever
    if (picture) {
        wrap(*offer, picture->get());
    } else {
        report(telemetry::Level::warn, picture.error().message);
    }
    go_on_later(offer);
}

// The strand is left between two frames. Done from here, with the next frame always there, each would be made further down the
// same stack, all of them would stay alive, and nothing else would have its turn.
void Track::go_on_later(const std::shared_ptr<const Offer>& done) {
    asio::post(strand_, [self = shared_from_this(), done] { self->go_on(*done); });
}

// The newest frame first; if there is none, the last one once more in its final form.
void Track::go_on(const Offer& done) {
    is_making_ = false;
    work();
    if (is_making_ || !made_ || done.form != Form::full || !has_form(variant_, Form::final) || !is_converged(*done.image)) return;
    auto last = std::make_shared<Offer>(done);
    last->form = Form::final;
    if (is_news(*last)) make(last);
}

// The worker's seam: what the allocator throws costs one frame, not the process.
void Track::wrap(const Offer& offer, const Picture* picture) {
    try {
        auto made = std::make_shared<VariantFrame>(
            wrap_frame(*offer.frame, *offer.image, in_form(variant_, offer.form), picture, offer.form));
        made->ordinal = offer.ordinal;
        made_ = std::move(made);
    } catch (const std::exception& error) {
        report(telemetry::Level::error, error.what());
        return;
    }
    stats_.encoded.fetch_add(1, std::memory_order_relaxed);
    for (const auto& outlet : *outlets_of_worker_) deliver(*outlet, made_);
}

void Track::share_outlets() {
    auto shared = std::make_shared<Outlets>();
    for (const auto& [loop, outlet] : outlets_) shared->push_back(outlet);
    asio::post(strand_, [self = shared_from_this(), shared = std::move(shared)]() mutable {
        self->outlets_of_worker_ = std::move(shared);
    });
}

void Track::add_outlet(std::size_t loop, std::shared_ptr<Outlet> outlet, const std::shared_ptr<const Frame>& newest) {
    outlets_[loop] = outlet;
    share_outlets();
    const RenderImage* image = newest ? shown_image(*newest, variant_.render_pass) : nullptr;
    std::shared_ptr<const Offer> offer;
    if (image != nullptr) {
        offer = std::make_shared<const Offer>(Offer{newest, image, offered_, Form::full});
        if (offered_seq_ == 0) offered_seq_ = newest->seq;  // a new track; its first frame is the one before those that follow
    }
    asio::post(strand_,
               [self = shared_from_this(), outlet = std::move(outlet), offer = std::move(offer), has_newest = newest != nullptr] {
                   if (self->is_unused_) return;
                   const bool is_news = offer && (!self->made_ || self->made_->seq < offer->frame->seq);
                   if (has_newest && self->made_ && !is_news) deliver(*outlet, self->made_);
                   if (is_news && !self->is_making_) self->make(offer);  // what is being made reaches this outlet, too
                   if (outlet->begun) outlet->begun();
               });
}

void Track::remove_outlet(std::size_t loop) {
    outlets_.erase(loop);
    is_unused_ = outlets_.empty();
    share_outlets();
}

}  // namespace octane::frames
