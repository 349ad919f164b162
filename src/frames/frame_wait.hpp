// Room: frames. Requests that wait for one frame: GET /render/frame. docs/api.md §3.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "frames/image.hpp"
#include "frames/stats.hpp"

namespace octane::frames {

struct FrameWish {
    std::uint64_t after = 0;  // a frame with a greater seq than this
    std::optional<std::int32_t> render_pass;
    // The renderer's word that the frame which is there is still the newest will do.
    bool takes_repeat = false;
    bool wants_fresh = false;  // none that FrameStats::stale_up_to calls stale
};

// One request that waits, on its own loop. The waiting is the timer's.
struct FrameWait {
    FrameWait(boost::asio::any_io_executor loop, FrameWish wanted) : timer(std::move(loop)), wish(wanted) {}

    boost::asio::steady_timer timer;     // its loop
    std::shared_ptr<const Frame> frame;  // its loop; what came
    const FrameWish wish;
};

// Those who wait; lives on the hub's strand. Bounded by the number of connections.
class FrameWaits {
  public:
    explicit FrameWaits(const FrameStats& stats) : stats_(stats) {}

    // `newest` may be null.
    void add(const std::shared_ptr<FrameWait>& wait, const std::shared_ptr<const Frame>& newest);
    void remove(const std::shared_ptr<FrameWait>& wait);
    void publish(const std::shared_ptr<const Frame>& frame);
    void repeat(const std::shared_ptr<const Frame>& frame);
    void end_all();  // nobody gets anything any more

  private:
    template <typename Wants>
    void serve(const std::shared_ptr<const Frame>& frame, Wants wants);

    [[nodiscard]] bool is_fresh_enough(const FrameWish& wish, const Frame& frame) const {
        return !wish.wants_fresh || !is_stale(stats_, frame.seq);
    }
    [[nodiscard]] bool is_wanted(const FrameWish& wish, const Frame& frame) const;

    const FrameStats& stats_;
    std::vector<std::shared_ptr<FrameWait>> waits_;
    bool has_ended_ = false;
};

}  // namespace octane::frames
