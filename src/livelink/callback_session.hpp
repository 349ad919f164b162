// Room: livelink. Octane's callback session, a source of frames: the stream, reconnects and the order of frames.
//
// It lives on one dedicated strand, like the hub it feeds. Frames are numbered here; repeats end here. docs/api.md §3.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/result.hpp"
#include "frames/hub.hpp"
#include "frames/sink.hpp"
#include "frames/stats.hpp"
#include "livelink/callback_wire.hpp"
#include "livelink/edit_watch.hpp"
#include "livelink/frame_fetcher.hpp"
#include "livelink/octane.hpp"
#include "livelink/registration.hpp"
#include "livelink/statistics_feed.hpp"

namespace octane::livelink {

struct SessionOptions {
    std::chrono::milliseconds idle_before_unregister{10000};  // docs/api.md §3: nobody watching for this long
    std::chrono::milliseconds call_timeout{10000};            // registering, unregistering, release
    std::chrono::milliseconds grab_timeout{30000};
};

class CallbackSession final : public frames::Source {
  public:
    // `strand` is the hub's too. Everything must outlive run().
    CallbackSession(Octane& octane, frames::Hub& hub, boost::asio::any_io_executor strand, frames::FrameStats& stats,
                    SessionOptions options);
    ~CallbackSession() override;
    CallbackSession(const CallbackSession&) = delete;
    CallbackSession& operator=(const CallbackSession&) = delete;

    // Runs until stop(), on the strand and once at a time. Returns with the stream closed and the callback given back, as far as
    // Octane answers within 2 s; if an exception ends it, it may be run again.
    boost::asio::awaitable<void> run();
    void stop();  // on the strand

    // From any loop: registers although nobody watches yet, and says which id Octane gave. Errors: 50003 upstream_unreachable,
    // 50410 if Octane took longer than the limit, 49910 if it was taken back meanwhile, and Octane's own. Who fails leaves no
    // wish behind.
    boost::asio::awaitable<base::Result<std::uint32_t>> register_callback(std::chrono::milliseconds limit);
    // From any loop: takes register_callback() back, also those that still wait; the callback goes at once unless somebody
    // watches. True if it is (being) unregistered.
    boost::asio::awaitable<bool> unregister_callback();

    // From any loop: an edit that passed the proxy has succeeded. Frames that do not show it are stale from now on.
    void edit_made(EditKind kind) { edits_.edit_made(kind); }
    // From any loop: an edit has not been followed by an update.
    [[nodiscard]] bool awaits_update() const { return edits_.awaits_update(); }

    // On the strand: the connection came or went.
    void on_connection(const std::shared_ptr<const ConnectionState>& state);

    void on_demand(std::size_t viewers) override;
    void on_variant(const frames::Variant&, bool) override {}  // its frames come with their pixels

  private:
    boost::asio::awaitable<void> serve();
    boost::asio::awaitable<void> end_stream();
    boost::asio::awaitable<void> read_stream(std::shared_ptr<upstream::ServerStream> stream);
    boost::asio::awaitable<void> take_registration_back(bool& is_going);
    boost::asio::awaitable<void> rest(std::chrono::milliseconds time);
    void on_event(CallbackEvent event);
    void take_images(std::vector<frames::RenderImage> images, std::uint32_t callback_id, std::uint64_t user_data);
    void wake();
    [[nodiscard]] bool has_questions() const { return edits_.is_asking() || statistics_.is_asking(); }
    [[nodiscard]] bool is_watched() const;
    [[nodiscard]] bool is_wanted() const;
    [[nodiscard]] bool is_connected() const { return connection_ && connection_->is_connected; }

    Octane& octane_;
    frames::Hub& hub_;
    boost::asio::any_io_executor strand_;
    frames::FrameStats& stats_;
    SessionOptions options_;

    Registration registration_;
    FrameFetcher fetcher_;
    EditWatch edits_;
    StatisticsFeed statistics_;
    boost::asio::steady_timer wake_;                  // cancelled whenever something that run() waits for may have changed
    std::shared_ptr<upstream::ServerStream> stream_;  // null: none open
    std::shared_ptr<const ConnectionState> connection_;
    std::shared_ptr<const frames::Frame> last_;
    std::uint64_t seq_ = 0;
    std::chrono::steady_clock::time_point unwatched_since_{};
    bool is_reading_ = false;
    bool has_broken_ = false;  // the stream ended with the connection
    bool is_fetching_ = false;
    bool is_stopping_ = false;
};

}  // namespace octane::livelink
