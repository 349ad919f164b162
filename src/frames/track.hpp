// Room: frames. One variant being made: takes the newest frame, encodes it once on a worker, and hands it to every loop that has
// viewers of it.
//
// offer() and the outlets belong to the hub's strand; encoding runs on the track's own strand over the workers, so frames leave
// in order. A busy encoder skips frames instead of queueing them.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "frames/image.hpp"
#include "frames/mailbox.hpp"
#include "frames/stats.hpp"
#include "frames/variant.hpp"

namespace octane::frames {

// The way from a track to one loop: a mailbox and how to wake the loop that empties it.
struct Outlet {
    Mailbox<VariantFrame> box;
    std::function<void()> wake;  // any thread; must only post
};

class Track : public std::enable_shared_from_this<Track> {
  public:
    Track(boost::asio::thread_pool& workers, Variant variant, FrameStats& stats);

    // On the hub's strand.
    void offer(std::shared_ptr<const Frame> frame);
    // On the hub's strand. The outlet gets `newest` (made now unless it was made already) and then every frame.
    void add_outlet(std::size_t loop, std::shared_ptr<Outlet> outlet, std::shared_ptr<const Frame> newest);
    void remove_outlet(std::size_t loop);
    [[nodiscard]] bool is_unused() const { return outlets_.empty(); }

  private:
    using Outlets = std::vector<std::shared_ptr<Outlet>>;
    void work();
    std::shared_ptr<const VariantFrame> try_make(const Frame& frame);
    std::shared_ptr<const VariantFrame> make(const Frame& frame);
    void share_outlets();

    const Variant variant_;
    FrameStats& stats_;
    boost::asio::strand<boost::asio::thread_pool::executor_type> strand_;
    Mailbox<Frame> incoming_;
    std::map<std::size_t, std::shared_ptr<Outlet>> outlets_;  // hub's strand
    std::shared_ptr<const Outlets> outlets_of_worker_;        // track's strand
    std::shared_ptr<const VariantFrame> made_;                // track's strand
};

}  // namespace octane::frames
