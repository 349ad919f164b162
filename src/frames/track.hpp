// Room: frames. One variant being made: takes the newest frame, encodes it on a worker, and hands it to every loop that has
// viewers of it.
//
// offer() and the outlets belong to the hub's strand; encoding runs on the track's own strand over the workers, so frames leave
// in order; between two frames the strand is free for whatever else waits. A busy encoder skips frames instead of queueing them.
// Tracks that differ only in their container share the picture.
#pragma once

#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "frames/image.hpp"
#include "frames/mailbox.hpp"
#include "frames/picture.hpp"
#include "frames/stats.hpp"
#include "frames/two_speeds.hpp"
#include "frames/variant.hpp"

namespace octane::frames {

// The way from a track to one loop: a mailbox and how to wake the loop that empties it.
struct Outlet {
    Mailbox<VariantFrame> box;
    std::function<void()> wake;   // any thread; must only post
    std::function<void()> begun;  // the same, once, after the work for the newest frame on joining; may be empty
};

class Track : public std::enable_shared_from_this<Track> {
  public:
    Track(boost::asio::thread_pool& workers, Variant variant, FrameStats& stats);

    // On the hub's strand. A frame without the variant's pass is none of this track's. The same frame may come again in a better
    // form. A frame of a render that has converged gets its final form by itself.
    void offer(const std::shared_ptr<const Frame>& frame, Form form = Form::full);
    // On the hub's strand. The outlet gets `newest` (made now unless it was made already) and then every frame. A track whose
    // last outlet has been removed makes nothing any more, not even what it has been offered, and gets no other.
    void add_outlet(std::size_t loop, std::shared_ptr<Outlet> outlet, const std::shared_ptr<const Frame>& newest);
    void remove_outlet(std::size_t loop);
    [[nodiscard]] bool is_unused() const { return is_unused_; }  // any thread

  private:
    // A frame that has the variant's pass, and its place among them.
    struct Offer {
        std::shared_ptr<const Frame> frame;
        const RenderImage* image = nullptr;  // of the frame
        std::uint64_t ordinal = 0;
        Form form = Form::full;
    };
    using Outlets = std::vector<std::shared_ptr<Outlet>>;
    void work();
    void make(const std::shared_ptr<const Offer>& offer);
    void finish(const std::shared_ptr<const Offer>& offer, const Pictures::Made& picture);
    void wrap(const Offer& offer, const Picture* picture);
    void go_on_later(const std::shared_ptr<const Offer>& done);
    void go_on(const Offer& done);
    void share_outlets();
    [[nodiscard]] bool is_news(const Offer& offer) const;

    const Variant variant_;
    FrameStats& stats_;
    boost::asio::strand<boost::asio::thread_pool::executor_type> strand_;
    Mailbox<Offer> incoming_;
    std::uint64_t offered_ = 0;                               // hub's strand
    std::uint64_t offered_seq_ = 0;                           // hub's strand
    std::map<std::size_t, std::shared_ptr<Outlet>> outlets_;  // hub's strand
    std::shared_ptr<const Outlets> outlets_of_worker_;        // track's strand
    std::shared_ptr<const VariantFrame> made_;                // track's strand
    bool is_making_ = false;                                  // track's strand; until it is ready for the next frame
    std::atomic<bool> is_unused_{false};                      // written on the hub's strand, read on the track's
};

}  // namespace octane::frames
