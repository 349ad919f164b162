// Room: livelink. Fetches the picture where Octane has only rung, and always releases it (docs/octane.md §1.4).
//
// Lives on the session's strand. One fetch in flight, one pending: rings during a fetch are answered together by the next.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "frames/image.hpp"
#include "frames/stats.hpp"
#include "livelink/octane.hpp"

namespace octane::livelink {

// Why a call or stream that carries frames has failed, for the log.
std::string describe_frame_failure(const upstream::Reply& failure);

class FrameFetcher {
  public:
    // What was fetched, with the user_data of the event that rang.
    using Take = std::function<void(std::vector<frames::RenderImage> images, std::uint64_t user_data)>;

    // Everything must outlive run().
    FrameFetcher(Octane& octane, const boost::asio::any_io_executor& strand, frames::FrameStats& stats,
                 std::chrono::milliseconds grab_timeout, Take take);
    FrameFetcher(const FrameFetcher&) = delete;
    FrameFetcher& operator=(const FrameFetcher&) = delete;

    // Before each run(): nothing has rung, and what is fetched is taken.
    void begin();
    // Until stop(). A fetch that failed is repeated, since it may have been for the last frame of a render.
    boost::asio::awaitable<void> run();
    void ring();
    void ring(std::uint64_t user_data);
    // The stream carries pixels, so what a fetch brings from now on would be older.
    void stop_taking() { takes_results_ = false; }
    void abandon();  // the fetch under way; what is locked is released still
    void stop();     // the same, and the end of run()
    void set_release_timeout(std::chrono::milliseconds limit) { release_timeout_ = limit; }

  private:
    boost::asio::awaitable<base::GrpcStatus> fetch_once();
    bool take_grabbed(const upstream::Reply& reply, std::uint64_t user_data);
    boost::asio::awaitable<void> release_result();

    Octane& octane_;
    frames::FrameStats& stats_;
    const std::chrono::milliseconds grab_timeout_;
    std::chrono::milliseconds release_timeout_{10000};
    const Take take_;
    boost::asio::steady_timer doorbell_;        // cancelled to start a fetch
    boost::asio::cancellation_signal abandon_;  // emitted by abandon()
    std::uint64_t user_data_ = 0;               // of the newest event that only rang
    bool has_rung_ = false;                     // one fetch pending, at most
    bool should_run_ = false;
    bool takes_results_ = true;
};

}  // namespace octane::livelink
