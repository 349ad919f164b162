// Room: frames. One variant being made: takes the newest frame, encodes it on a worker, and hands it to every sink of the
// variant.
//
// offer() and the sinks belong to the hub's strand; encoding runs on the track's own strand over the workers, so frames leave in
// order; between two frames the strand is free for whatever else waits. A busy encoder skips frames instead of queueing them.
#pragma once

#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <cstdint>
#include <memory>
#include <vector>

#include "frames/encoded_frame.hpp"
#include "frames/image.hpp"
#include "frames/mailbox.hpp"
#include "frames/picture.hpp"
#include "frames/sink.hpp"
#include "frames/variant.hpp"

namespace octane::frames {

class Track : public std::enable_shared_from_this<Track> {
  public:
    // The variant's container plays no part.
    Track(boost::asio::thread_pool& workers, Variant variant, PictureMaker maker);

    // On the hub's strand. A frame without the variant's pass is none of this track's. The same frame may come again in a better
    // form. A frame of a render that has converged gets its final form by itself, unless it is stale.
    void offer(const std::shared_ptr<const Frame>& frame, Form form = Form::full);
    // On the hub's strand. The newest frame is stale no longer: if it has converged, it gets its final form now.
    void offer_final(const std::shared_ptr<const Frame>& frame);
    // On the hub's strand. The same for a frame that its source has encoded in this variant already, which counts it, too.
    void offer(const std::shared_ptr<const EncodedFrame>& frame);
    // On the hub's strand. The sink gets `newest` (made now unless it was made already) and then every frame. A track whose last
    // sink has been removed makes nothing any more, not even what it has been offered, and gets no other.
    void add_sink(std::shared_ptr<Sink> sink, const std::shared_ptr<const Frame>& newest);
    void remove_sink(const std::shared_ptr<Sink>& sink);
    [[nodiscard]] bool is_unused() const { return is_unused_; }  // any thread

  private:
    // A frame that has the variant's pass, and its place among them; or one that is encoded already.
    struct Offer {
        std::shared_ptr<const Frame> frame;
        const RenderImage* image = nullptr;  // of the frame
        std::uint64_t ordinal = 0;
        Form form = Form::full;
        std::shared_ptr<const EncodedFrame> encoded;
    };
    using Sinks = std::vector<std::shared_ptr<Sink>>;
    void put(Offer offer);
    void work();
    void make(const std::shared_ptr<const Offer>& offer);
    void finish(const std::shared_ptr<const Offer>& offer, const Pictures::Made& picture);
    void encode(const Offer& offer, const Picture* picture);
    void hand_out(std::shared_ptr<const EncodedFrame> frame);
    void go_on_later(const std::shared_ptr<const Offer>& done);
    void go_on(const Offer& done);
    void share_sinks();
    [[nodiscard]] bool is_news(const Offer& offer) const;

    const Variant variant_;
    const PictureMaker maker_;
    boost::asio::strand<boost::asio::thread_pool::executor_type> strand_;
    Mailbox<Offer> incoming_;
    std::uint64_t offered_ = 0;                     // hub's strand
    std::uint64_t offered_seq_ = 0;                 // hub's strand
    Sinks sinks_;                                   // hub's strand
    std::shared_ptr<const Sinks> sinks_of_worker_;  // track's strand
    std::shared_ptr<const EncodedFrame> made_;      // track's strand
    bool was_encoded_ = false;                      // track's strand; the newest was, by its source
    bool is_making_ = false;                        // track's strand; until it is ready for the next frame
    std::atomic<bool> is_unused_{false};            // written on the hub's strand, read on the track's
};

}  // namespace octane::frames
