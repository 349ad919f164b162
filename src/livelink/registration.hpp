// Room: livelink. Whether Octane rings for us: who wants it besides viewers, and telling Octane so.
//
// Lives on the session's strand. What Octane has been told is known for certain only from its answers: a registration that was
// sent and not answered may stand, so it is taken back like any other.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "base/result.hpp"
#include "frames/stats.hpp"
#include "livelink/octane.hpp"

namespace octane::livelink {

class Registration {
  public:
    // `on_change` is called whenever one of the answers below may have become another. Everything must outlive make() and
    // give_back(), and all who ask.
    Registration(Octane& octane, boost::asio::any_io_executor strand, frames::FrameStats& stats,
                 std::chrono::milliseconds call_timeout, std::function<void()> on_change);
    Registration(const Registration&) = delete;
    Registration& operator=(const Registration&) = delete;

    // Octane said so, and rings for the stream.
    [[nodiscard]] bool stands() const { return is_registered_; }
    // A registration was sent, and Octane has not said since that it has let go.
    [[nodiscard]] bool may_stand() const { return may_be_registered_; }
    // Somebody asks for it, or has asked and not taken it back.
    [[nodiscard]] bool is_asked_for() const { return is_asked_for_ || asking_ > 0; }
    [[nodiscard]] std::uint32_t callback_id() const { return callback_id_; }  // of the newest

    // Both on the strand, one at a time.
    boost::asio::awaitable<bool> make();
    boost::asio::awaitable<void> give_back();

    // From any loop: see CallbackSession::register_callback().
    boost::asio::awaitable<base::Result<std::uint32_t>> ask(std::chrono::milliseconds limit);
    // Also those who still wait are told that it was taken back.
    void take_back();

    void on_connection(const std::shared_ptr<const ConnectionState>& state, bool is_same_octane);
    // Who asks is told so; what is under way is abandoned, and what follows may take no longer than `limit`.
    void stop(std::chrono::milliseconds limit);

  private:
    class Asker;  // one of those who ask
    boost::asio::awaitable<void> wait_for_answer(std::chrono::milliseconds limit, base::Result<std::uint32_t>& answer);
    void report_change();
    [[nodiscard]] bool is_connected() const { return connection_ && connection_->is_connected; }

    Octane& octane_;
    boost::asio::any_io_executor strand_;
    frames::FrameStats& stats_;
    std::chrono::milliseconds call_timeout_;
    const std::function<void()> on_change_;
    boost::asio::cancellation_signal abandon_call_;  // emitted by stop()
    std::shared_ptr<const ConnectionState> connection_;
    std::vector<boost::asio::steady_timer*> waiting_;  // of those who ask, each its own; bounded by the number of connections
    base::Error last_error_;
    std::uint64_t failures_ = 0;      // tells those who wait that theirs has failed
    std::uint64_t takings_back_ = 0;  // the same for take_back()
    std::size_t asking_ = 0;          // those who wait and have not been taken back
    std::uint32_t callback_id_ = 0;
    bool is_asked_for_ = false;  // ask() has succeeded since take_back()
    bool is_registered_ = false;
    bool may_be_registered_ = false;
    bool is_stopping_ = false;
};

}  // namespace octane::livelink
