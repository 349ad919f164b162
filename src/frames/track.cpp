#include "frames/track.hpp"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <exception>
#include <string_view>
#include <utility>

#include "frames/two_speeds.hpp"
#include "telemetry/log.hpp"

namespace octane::frames {
namespace asio = boost::asio;

namespace {

void report(telemetry::Level level, std::string_view reason) {
    telemetry::log(level, "A frame could not be shown", {{"reason", reason}});
}

}  // namespace

Track::Track(asio::thread_pool& workers, Variant variant, PictureMaker maker)
    : variant_(variant), maker_(maker), strand_(asio::make_strand(workers)), sinks_of_worker_(std::make_shared<const Sinks>()) {}

void Track::put(Offer offer) {
    if (incoming_.put(std::make_shared<const Offer>(std::move(offer)))) {
        asio::post(strand_, [self = shared_from_this()] { self->work(); });
    } else {
        maker_.stats.coalesced.fetch_add(1, std::memory_order_relaxed);
    }
}

void Track::offer(const std::shared_ptr<const Frame>& frame, Form form) {
    const RenderImage* image = shown_image(*frame, variant_.render_pass);
    if (image == nullptr) return;
    if (frame->seq != std::exchange(offered_seq_, frame->seq)) ++offered_;
    if (!has_form(variant_, form)) form = Form::full;
    put({frame, image, offered_, form, nullptr});
}

void Track::offer_final(const std::shared_ptr<const Frame>& frame) {
    const RenderImage* image = shown_image(*frame, variant_.render_pass);
    if (image == nullptr || !has_form(variant_, Form::final) || !is_converged(*image)) return;
    put({frame, image, offered_, Form::final, nullptr});
}

void Track::offer(const std::shared_ptr<const EncodedFrame>& frame) {
    put({nullptr, nullptr, frame->ordinal, frame->form, frame});
}

void Track::work() {
    if (is_making_ || is_unused_) return;  // go_on() looks again
    const auto offer = incoming_.take();
    if (offer && is_news(*offer)) make(offer);
}

bool Track::is_news(const Offer& offer) const {
    if (!made_) return true;
    if (offer.encoded) return offer.encoded->epoch != made_->epoch || offer.encoded->is_newer_than(*made_);
    return offer.frame->seq > made_->seq || (offer.frame->seq == made_->seq && offer.form > made_->form);
}

void Track::make(const std::shared_ptr<const Offer>& offer) {
    if (is_unused_) return;
    is_making_ = true;
    was_encoded_ = offer->encoded != nullptr;
    if (was_encoded_) {
        hand_out(offer->encoded);
        go_on_later(offer);
        return;
    }
    if (!shows_picture(variant_)) {
        encode(*offer, nullptr);
        go_on_later(offer);
        return;
    }
    with_picture(offer->frame, *offer->image, in_form(variant_, offer->form), maker_,
                 [self = shared_from_this(), offer](const Pictures::Made& made) {
                     asio::dispatch(self->strand_, [self, offer, made] { self->finish(offer, made); });
                 });
}

void Track::finish(const std::shared_ptr<const Offer>& offer, const Pictures::Made& picture) {
    if (is_unused_) return;  // as it will be for ever
    if (picture) {
        encode(*offer, picture->get());
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
    if (is_making_ || !made_ || !done.frame || done.form != Form::full) return;
    if (!has_form(variant_, Form::final) || !is_converged(*done.image) || is_stale(maker_.stats, done.frame->seq)) return;
    auto last = std::make_shared<Offer>(done);
    last->form = Form::final;
    if (is_news(*last)) make(last);
}

// The worker's seam: what the allocator throws costs one frame, not the process.
void Track::encode(const Offer& offer, const Picture* picture) {
    try {
        auto made = std::make_shared<EncodedFrame>(
            make_encoded_frame(*offer.frame, *offer.image, in_form(variant_, offer.form), picture, offer.form));
        made->ordinal = offer.ordinal;
        hand_out(std::move(made));
    } catch (const std::exception& error) { report(telemetry::Level::error, error.what()); }
}

void Track::hand_out(std::shared_ptr<const EncodedFrame> frame) {
    made_ = std::move(frame);
    for (const auto& sink : *sinks_of_worker_) sink->take(made_);
}

void Track::share_sinks() {
    asio::post(strand_, [self = shared_from_this(), shared = std::make_shared<const Sinks>(sinks_)]() mutable {
        self->sinks_of_worker_ = std::move(shared);
    });
}

void Track::add_sink(std::shared_ptr<Sink> sink, const std::shared_ptr<const Frame>& newest) {
    sinks_.push_back(sink);
    share_sinks();
    const RenderImage* image = newest ? shown_image(*newest, variant_.render_pass) : nullptr;
    std::shared_ptr<const Offer> offer;
    if (image != nullptr) {
        offer = std::make_shared<const Offer>(Offer{newest, image, offered_, Form::full, nullptr});
        if (offered_seq_ == 0) offered_seq_ = newest->seq;  // a new track; its first frame is the one before those that follow
    }
    asio::post(strand_,
               [self = shared_from_this(), sink = std::move(sink), offer = std::move(offer), has_newest = newest != nullptr] {
                   if (self->is_unused_) return;
                   const bool is_news = offer && (!self->made_ || self->made_->seq < offer->frame->seq);
                   if ((has_newest || self->was_encoded_) && self->made_ && !is_news) sink->take(self->made_);
                   if (is_news && !self->is_making_) self->make(offer);  // what is being made reaches this sink, too
                   sink->on_added();
               });
}

void Track::remove_sink(const std::shared_ptr<Sink>& sink) {
    std::erase(sinks_, sink);
    is_unused_ = sinks_.empty();
    share_sinks();
}

}  // namespace octane::frames
