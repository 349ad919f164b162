#include "frames/session.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "frames/event.hpp"
#include "telemetry/log.hpp"
#include "upstream/task.hpp"
#include "wire/json_text.hpp"

namespace octane::frames {
namespace asio = boost::asio;
using telemetry::Level;

namespace {

constexpr std::chrono::milliseconds kFirstRest{200};
constexpr std::chrono::milliseconds kLongestRest{2000};
constexpr std::chrono::milliseconds kFarewell{2000};  // what unregistering and releasing may take at the end

std::string describe(const upstream::ConnectionState& state, const upstream::Octane& octane) {
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
    append_timestamp(json, std::chrono::system_clock::now());
    json += '}';
    return json;
}

}  // namespace

Session::Session(upstream::Octane& octane, Hub& hub, asio::any_io_executor strand, FrameStats& stats, SessionOptions options)
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

std::string Session::reason_of(const upstream::Reply& failure) {
    if (failure.status != base::GrpcStatus::resource_exhausted) return failure.message;
    return failure.message + "; a frame is larger than --max-message";
}

void Session::wake() {
    wake_.cancel();
}

void Session::stop() {
    is_stopping_ = true;
    options_.call_timeout = std::min(options_.call_timeout, kFarewell);
    abandon_call_.emit(asio::cancellation_type::terminal);
    abandon_fetch_.emit(asio::cancellation_type::terminal);
    wake();
}

bool Session::is_wanted() const {
    if (is_stopping_) return false;
    if (is_asked_for_ || hub_.viewers() > 0) return true;
    return is_registered_ && std::chrono::steady_clock::now() - unwatched_since_ < options_.idle_before_unregister;
}

void Session::on_connection(const std::shared_ptr<const upstream::ConnectionState>& state) {
    const bool is_same = connection_ && connection_->is_connected && state->is_connected && connection_->epoch == state->epoch;
    if (!is_same) {  // what was registered was registered with an Octane that is gone
        is_registered_ = false;
        stats_.callback_id.store(0);
    }
    connection_ = state;
    hub_.announce_octane(describe(*state, octane_), state->is_connected ? state->epoch : 0);
    wake();
}

// Waits until something changes, or for the given time.
asio::awaitable<void> Session::rest(std::chrono::milliseconds time) {
    wake_.expires_after(time);
    const auto [error] = co_await wake_.async_wait(asio::as_tuple(asio::use_awaitable));
    static_cast<void>(error);
}

asio::awaitable<void> Session::run() {
    co_await end_stream();  // that of a run which an exception ended
    auto pause = kFirstRest;
    while (!is_stopping_) {
        if (!is_wanted() || !is_connected()) {
            pause = kFirstRest;
            co_await rest(std::chrono::seconds(60));
            continue;
        }
        const auto begin = std::chrono::steady_clock::now();
        co_await serve();
        if (is_stopping_ || !is_wanted() || !is_connected()) continue;
        // The stream ended although Octane is there: try again, not in a storm.
        if (std::chrono::steady_clock::now() - begin > kLongestRest) pause = kFirstRest;
        const auto until = std::chrono::steady_clock::now() + pause;
        while (!is_stopping_ && is_connected() && std::chrono::steady_clock::now() < until) {
            const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
            co_await rest(left);
        }
        pause = std::min(pause * 2, kLongestRest);
    }
}

// One registration with its stream, until nobody wants it, Octane is lost, or the stream ends.
asio::awaitable<void> Session::serve() {
    const std::uint64_t epoch = connection_->epoch;
    const auto is_current = [this, epoch] { return is_connected() && connection_->epoch == epoch; };
    const bool has_registered = co_await register_with_octane();
    wake();
    if (!has_registered || !is_current()) co_return;
    octane_.frame_channel().reset_backoff();
    auto opened = co_await octane_.frame_channel().open_stream(kStreamPath, {});
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
        const bool is_watched = is_asked_for_ || hub_.viewers() > 0;
        const auto idle_end = unwatched_since_ + options_.idle_before_unregister;
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(idle_end - std::chrono::steady_clock::now());
        co_await rest(is_watched ? std::chrono::milliseconds(60000) : std::max(left, std::chrono::milliseconds(1)));
    }
    co_await end_stream();
    if (!is_current()) co_return;
    if (has_broken_ && is_wanted()) co_return;  // Octane is going, or else the next registration takes this one's place
    co_await unregister_with_octane();
    if (!is_current()) co_return;
    is_registered_ = false;
    stats_.callback_id.store(0);
}

asio::awaitable<void> Session::end_stream() {
    if (stream_) stream_->cancel();
    should_fetch_ = false;
    doorbell_.cancel();
    abandon_fetch_.emit(asio::cancellation_type::terminal);
    while (is_reading_ || is_fetching_) co_await rest(std::chrono::milliseconds(1000));
    stream_.reset();
    stats_.is_streaming.store(false);
}

asio::awaitable<bool> Session::register_with_octane() {
    upstream::CallOptions call;
    call.lane = upstream::Lane::fast;
    call.timeout = options_.call_timeout;
    call.slot = abandon_call_.slot();
    upstream::Reply reply = co_await octane_.call(kRegisterPath, register_request(), call);
    auto id = reply.status == base::GrpcStatus::ok
                  ? parse_callback_id(reply.body)
                  : base::Result<std::uint32_t>(base::Error{base::ErrorCode::upstream_internal, reply.status, reply.message});
    if (!id) {
        base::Error error = std::move(id).error();
        if (reply.status == base::GrpcStatus::unavailable) error.message = octane_.unreachable_message(reply.message);
        stats_.stream_errors.fetch_add(1);
        registration_error_ = std::move(error);
        telemetry::log(Level::warn, "Octane refused the OnNewImage callback",
                       {{"status", base::grpc_status_name(reply.status)}, {"reason", reply.message}});
        co_return false;
    }
    registration_error_.reset();
    callback_id_ = *id;
    is_registered_ = true;
    if (hub_.viewers() == 0) unwatched_since_ = std::chrono::steady_clock::now();
    stats_.callback_id.store(callback_id_);
    stats_.registrations.fetch_add(1);
    telemetry::log(Level::info, "Registered OnNewImage callback with ID: " + std::to_string(callback_id_),
                   {{"epoch", connection_->epoch}});
    co_return true;
}

asio::awaitable<void> Session::unregister_with_octane() {
    upstream::CallOptions call;
    call.lane = upstream::Lane::unqueued;
    call.timeout = std::min(options_.call_timeout, kFarewell);
    upstream::Reply reply = co_await octane_.call(kRegisterPath, unregister_request(), call);
    if (reply.status == base::GrpcStatus::ok) {
        telemetry::log(Level::info, "Unregistered OnNewImage callback with ID: " + std::to_string(callback_id_));
    } else {
        telemetry::log(Level::warn, "The OnNewImage callback could not be unregistered", {{"reason", reply.message}});
    }
}

asio::awaitable<void> Session::read_stream(std::shared_ptr<upstream::ServerStream> stream) {
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

void Session::on_event(CallbackEvent event) {
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
            octane_.project_changed();
            forward("projectManagerChanged", event);
            break;
        case CallbackEvent::Kind::unknown: break;
    }
}

void Session::forward(std::string_view type, const CallbackEvent& event) {
    std::string json = R"({"type":")";
    json += type;
    const std::string id = std::to_string(event.callback_id != 0 ? event.callback_id : callback_id_);
    json += R"(","callbackId":)" + id + R"(,"callback_id":)" + id + R"(,"user_data":)" + std::to_string(event.user_data) +
            R"(,"timestamp":)";
    append_timestamp(json, std::chrono::system_clock::now());
    json += '}';
    hub_.announce(std::move(json));
}

void Session::take_images(std::vector<RenderImage> images, std::uint32_t callback_id, std::uint64_t user_data) {
    const auto now = std::chrono::system_clock::now();
    stats_.callbacks.fetch_add(1);
    stats_.last_callback_us.store(std::chrono::duration_cast<std::chrono::microseconds>(now.time_since_epoch()).count());
    std::erase_if(images, [this](const RenderImage& image) {
        const auto layout = resolve_layout(image);
        if (layout) return false;
        stats_.rejected.fetch_add(1);
        telemetry::log(Level::warn, "A frame is not shown", {{"reason", layout.error().message}});
        return true;
    });
    if (images.empty()) return;
    const bool is_same_epoch = last_ && last_->epoch == connection_->epoch;
    if (is_same_epoch && is_repeat(*last_, images)) {
        stats_.repeats.fetch_add(1);
        hub_.repeat();
        return;
    }
    auto frame = std::make_shared<Frame>();
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

asio::awaitable<void> Session::ask_registration(std::chrono::milliseconds limit, base::Result<std::uint32_t>& answer) {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    const bool was_asked_for = is_asked_for_;  // a failure now does not take back an earlier success
    is_asked_for_ = true;
    registration_error_.reset();
    wake();
    asio::steady_timer poll(strand_);
    const auto is_open = [this] { return !connection_ || (is_connected() && !is_registered_ && !registration_error_); };
    while (is_open() && !is_stopping_ && std::chrono::steady_clock::now() < deadline) {
        poll.expires_after(std::chrono::milliseconds(5));
        const auto [error] = co_await poll.async_wait(asio::as_tuple(asio::use_awaitable));
        static_cast<void>(error);
    }
    if (is_connected() && is_registered_) {
        answer = callback_id_;
        co_return;
    }
    is_asked_for_ = was_asked_for;
    wake();
    if (!is_connected()) {
        answer = base::make_error(base::ErrorCode::octane_unreachable_call,
                                  octane_.unreachable_message(connection_ ? connection_->error : ""));
    } else if (registration_error_) {
        answer = *registration_error_;
    } else {
        answer =
            base::make_error(base::ErrorCode::deadline_exceeded, "Octane did not answer the registration in time; it is busy");
    }
}

asio::awaitable<void> Session::ask_unregistration(bool& is_going) {
    is_asked_for_ = false;
    unwatched_since_ = std::chrono::steady_clock::now() - options_.idle_before_unregister;
    is_going = hub_.viewers() == 0;
    wake();
    co_return;
}

asio::awaitable<base::Result<std::uint32_t>> Session::register_callback(std::chrono::milliseconds limit) {
    base::Result<std::uint32_t> answer(0);
    co_await asio::co_spawn(strand_, ask_registration(limit, answer), asio::use_awaitable);
    co_return answer;
}

asio::awaitable<bool> Session::unregister_callback() {
    bool is_going = false;
    co_await asio::co_spawn(strand_, ask_unregistration(is_going), asio::use_awaitable);
    co_return is_going;
}

}  // namespace octane::frames
