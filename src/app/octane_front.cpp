#include "app/octane_front.hpp"

#include <boost/asio/post.hpp>
#include <chrono>
#include <memory>
#include <utility>

#include "endpoints/callback_message.hpp"
#include "telemetry/task.hpp"

namespace octane::app {
namespace asio = boost::asio;

namespace {

constexpr std::chrono::milliseconds kBusyLook{250};

}  // namespace

OctaneFront::OctaneFront(const livelink::OctaneOptions& options, asio::any_io_executor control,
                         const std::vector<asio::any_io_executor>& loops, asio::thread_pool& workers, const endpoints::Site& site)
    : control_(std::move(control)),
      octane_(options, control_),
      hub_(control_, loops, workers, stats_, endpoints::wrap_for_viewers),
      session_(octane_, hub_, control_, stats_, {}),
      context_{site, octane_, hub_, session_, stats_, stats_},
      busy_timer_(control_) {}

void OctaneFront::start(std::function<void()> on_end) {
    octane_.on_change([this](const std::shared_ptr<const livelink::ConnectionState>& state) { session_.on_connection(state); });
    is_watch_running_ = true;
    telemetry::start_task(control_, "connection watch", telemetry::keep_running("connection watch", watch_), [this, on_end] {
        is_watch_running_ = false;
        on_end();
    });
    octane_.policy().on_edit([this](const frames::EditMade& edit, livelink::EditKind kind) {
        session_.edit_made(kind);
        if (kind == livelink::EditKind::camera) hub_.camera_moved();
        if (!hub_.has_call_watchers()) return;
        asio::post(control_, [this, edit, now = std::chrono::system_clock::now()] { hub_.announce_edit(edit, now); });
    });
    watch_busy();
    is_session_running_ = true;
    telemetry::start_task(control_, "callback session", telemetry::keep_running("callback session", serve_), [this, on_end] {
        is_session_running_ = false;
        on_end();
    });
}

// Tells viewers when Octane has been at one call for long.
void OctaneFront::watch_busy() {
    busy_timer_.expires_after(kBusyLook);
    busy_timer_.async_wait([this](const boost::system::error_code& error) {
        if (error) return;
        watch_busy();
        if (octane_.state()->silent_since) return busy_watch_.forget();  // that is what viewers are told
        const auto now = std::chrono::steady_clock::now();
        if (auto state = busy_watch_.check(octane_.invoker().busy(), octane_.epoch(), now)) hub_.announce(std::move(*state));
    });
}

void OctaneFront::stop() {
    octane_.stop();
    busy_timer_.cancel();
    hub_.say_goodbye();
    session_.stop();
}

void OctaneFront::stop_hub() {
    hub_.stop();
}

}  // namespace octane::app
