#include "livelink/callback_session.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "frames/event.hpp"
#include "telemetry/log.hpp"
#include "upstream/task.hpp"
#include "wire/json_text.hpp"

namespace octane::livelink {
namespace asio = boost::asio;
using telemetry::Level;

namespace {

constexpr std::chrono::milliseconds kFirstRest{200};
constexpr std::chrono::milliseconds kLongestRest{2000};
constexpr std::chrono::milliseconds kFarewell{2000};  // what unregistering and releasing may take at the end

std::string describe(const ConnectionState& state, const Octane& octane) {
    std::string json = R"({"type":"octane","state":")";
    json += state.is_connected ? "connected" : "lost";
    json += R"(","epoch":)" + std::to_string(state.epoch) + R"(,"version":)";
    wire::append_json_string(json, state.version);
    json += R"(,"api":)";
    wire::append_json_string(json, state.schema->name());
    json += R"(,"address":)";
    wire::append_json_string(json, octane.address());
    if (!state.is_connected) {
        json += R"(,"error":)";
        wire::append_json_string(json, octane.unreachable_message(state.error));
    }
    json += R"(,"timestamp":)";
    frames::append_timestamp(json, std::chrono::system_clock::now());
    json += '}';
    return json;
}

}  // namespace

CallbackSession::CallbackSession(Octane& octane, frames::Hub& hub, asio::any_io_executor strand, frames::FrameStats& stats,
                                 SessionOptions options)
    : octane_(octane),
      hub_(hub),
      strand_(std::move(strand)),
      stats_(stats),
      options_(options),
      wake_(strand_),
      doorbell_(strand_) {
    hub_.on_viewers_changed([this] {
        if (hub_.viewers() == 0) unwatched_since_ = std::chrono::steady_clock::now();
        wake();
    });
}

std::string CallbackSession::reason_of(const upstream::Reply& failure) {
    if (failure.status != base::GrpcStatus::resource_exhausted) return failure.message;
    return failure.message + "; a frame is larger than --max-message";
}

void CallbackSession::wake() {
    wake_.cancel();
}

void CallbackSession::stop() {
    is_stopping_ = true;
    options_.call_timeout = std::min(options_.call_timeout, kFarewell);
    abandon_call_.emit(asio::cancellation_type::terminal);
    abandon_fetch_.emit(asio::cancellation_type::terminal);
    wake();
}

bool CallbackSession::is_watched() const {
    return is_asked_for_ || asking_ > 0 || hub_.viewers() > 0;
}

bool CallbackSession::is_wanted() const {
    if (is_stopping_) return false;
    if (is_watched()) return true;
    return is_registered_ && std::chrono::steady_clock::now() - unwatched_since_ < options_.idle_before_unregister;
}

void CallbackSession::on_connection(const std::shared_ptr<const ConnectionState>& state) {
    const bool is_same = connection_ && connection_->is_connected && state->is_connected && connection_->epoch == state->epoch;
    if (!is_same) {  // what was registered was registered with an Octane that is gone
        is_registered_ = false;
        stats_.callback_id.store(0);
    }
    if (!connection_ || connection_->connections != state->connections) may_be_registered_ = false;
    connection_ = state;
    hub_.announce_octane(describe(*state, octane_), state->is_connected ? state->epoch : 0);
    wake();
}

// Waits until something changes, or for the given time.
asio::awaitable<void> CallbackSession::rest(std::chrono::milliseconds time) {
    wake_.expires_after(time);
    const auto [error] = co_await wake_.async_wait(asio::as_tuple(asio::use_awaitable));
    static_cast<void>(error);
}

asio::awaitable<void> CallbackSession::run() {
    co_await end_stream();  // that of a run which an exception ended
    auto pause = kFirstRest;
    while (!is_stopping_) {
        const bool is_serving = is_wanted();
        if (!is_connected() || (!is_serving && !may_be_registered_)) {
            pause = kFirstRest;
            co_await rest(std::chrono::seconds(60));
            continue;
        }
        const auto begin = std::chrono::steady_clock::now();
        if (is_serving) {
            co_await serve();
        } else {
            co_await unregister_with_octane();
        }
        // The stream ended, or the callback was not let go, although Octane is there: try again, not in a storm.
        if (std::chrono::steady_clock::now() - begin > kLongestRest) pause = kFirstRest;
        const auto until = std::chrono::steady_clock::now() + pause;
        while (is_connected() && is_wanted() == is_serving && (is_serving || may_be_registered_) && !is_stopping_ &&
               std::chrono::steady_clock::now() < until) {
            const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
            co_await rest(left);
        }
        pause = std::min(pause * 2, kLongestRest);
    }
    if (is_connected() && may_be_registered_) co_await unregister_with_octane();
}

// One registration with its stream, until nobody wants it, Octane is lost, or the stream ends.
asio::awaitable<void> CallbackSession::serve() {
    const std::uint64_t epoch = connection_->epoch;
    const auto is_current = [this, epoch] { return is_connected() && connection_->epoch == epoch; };
    const bool has_registered = co_await register_with_octane();
    wake();
    if (!has_registered || !is_current() || !is_wanted()) co_return;
    auto opened = co_await octane_.invoker().open_server_stream(kStreamPath, {});
    stream_ = std::move(opened);
    stats_.is_streaming.store(true);
    is_reading_ = true;
    has_broken_ = false;
    should_fetch_ = true;
    is_fetching_ = true;
    has_streamed_ = false;
    upstream::start_task(strand_, "callback stream", read_stream(stream_), [this] {
        is_reading_ = false;
        wake();
    });
    upstream::start_task(strand_, "frame fetching", fetch_frames(), [this] {
        is_fetching_ = false;
        wake();
    });
    ring();  // a render that had finished before we came sends no event
    while (is_reading_ && is_fetching_ && is_wanted() && is_current()) {
        const auto idle_end = unwatched_since_ + options_.idle_before_unregister;
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(idle_end - std::chrono::steady_clock::now());
        co_await rest(is_watched() ? std::chrono::milliseconds(60000) : std::max(left, std::chrono::milliseconds(1)));
    }
    co_await end_stream();
    // Broken with its connection: Octane is going, or else the next registration takes this one's place.
    if (is_current() && is_wanted() && !has_broken_) co_await unregister_with_octane();
}

asio::awaitable<void> CallbackSession::end_stream() {
    if (stream_) stream_->cancel();
    should_fetch_ = false;
    doorbell_.cancel();
    abandon_fetch_.emit(asio::cancellation_type::terminal);
    while (is_reading_ || is_fetching_) co_await rest(std::chrono::milliseconds(1000));
    stream_.reset();
    stats_.is_streaming.store(false);
}

asio::awaitable<void> CallbackSession::read_stream(std::shared_ptr<upstream::ServerStream> stream) {
    for (;;) {
        auto message = co_await stream->read();
        if (!message) break;
        auto event = parse_event(*message);
        if (event) {
            on_event(std::move(*event));
        } else {
            stats_.stream_errors.fetch_add(1);
            telemetry::log(Level::warn, "A callback event could not be read", {{"reason", event.error().message}});
        }
    }
    const upstream::Reply end = co_await stream->finish();
    if (end.status != base::GrpcStatus::cancelled && end.status != base::GrpcStatus::ok) {
        stats_.stream_errors.fetch_add(1);
        has_broken_ = end.status == base::GrpcStatus::unavailable;
        telemetry::log(Level::warn, "The callback stream broke",
                       {{"status", base::grpc_status_name(end.status)}, {"reason", reason_of(end)}});
    }
}

void CallbackSession::on_event(CallbackEvent event) {
    switch (event.kind) {
        case CallbackEvent::Kind::new_image:
            if (event.has_images) {
                has_streamed_ = true;
                take_images(std::move(event.images), event.callback_id, event.user_data);
            } else {
                user_data_ = event.user_data;
                ring();
            }
            break;
        case CallbackEvent::Kind::render_failure: forward("renderFailure", event); break;
        case CallbackEvent::Kind::new_statistics: forward("newStatistics", event); break;
        case CallbackEvent::Kind::project_manager_changed:
            octane_.epochs().project_changed();
            forward("projectManagerChanged", event);
            break;
        case CallbackEvent::Kind::unknown: break;
    }
}

void CallbackSession::forward(std::string_view type, const CallbackEvent& event) {
    std::string json = R"({"type":")";
    json += type;
    const std::string id = std::to_string(event.callback_id != 0 ? event.callback_id : callback_id_);
    json += R"(","callbackId":)" + id + R"(,"callback_id":)" + id + R"(,"user_data":)" + std::to_string(event.user_data) +
            R"(,"timestamp":)";
    frames::append_timestamp(json, std::chrono::system_clock::now());
    json += '}';
    hub_.announce(std::move(json));
}

void CallbackSession::take_images(std::vector<frames::RenderImage> images, std::uint32_t callback_id, std::uint64_t user_data) {
    const auto now = std::chrono::system_clock::now();
    stats_.callbacks.fetch_add(1);
    stats_.last_callback_us.store(std::chrono::duration_cast<std::chrono::microseconds>(now.time_since_epoch()).count());
    std::erase_if(images, [this](const frames::RenderImage& image) {
        const auto layout = frames::resolve_layout(image);
        if (layout) return false;
        stats_.rejected.fetch_add(1);
        telemetry::log(Level::warn, "A frame is not shown", {{"reason", layout.error().message}});
        return true;
    });
    if (images.empty()) return;
    const bool is_same_epoch = last_ && last_->epoch == connection_->epoch;
    if (is_same_epoch && frames::is_repeat(*last_, images)) {
        stats_.repeats.fetch_add(1);
        hub_.repeat();
        return;
    }
    auto frame = std::make_shared<frames::Frame>();
    frame->seq = ++seq_;
    frame->epoch = connection_->epoch;
    frame->callback_id = callback_id != 0 ? callback_id : callback_id_;
    frame->user_data = user_data;
    frame->received = now;
    frame->images = std::move(images);
    if (telemetry::is_logged(Level::debug)) {
        const auto& image = frame->images.front();
        telemetry::log(Level::debug, "Frame",
                       {{"seq", frame->seq},
                        {"width", image.width},
                        {"height", image.height},
                        {"bytes", std::uint64_t{image.pixels.size()}},
                        {"passes", std::uint64_t{frame->images.size()}},
                        {"samples", double{image.tonemapped_samples}}});
    }
    last_ = frame;
    hub_.publish(std::move(frame));
}

}  // namespace octane::livelink
