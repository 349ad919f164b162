#include "livelink/callback_session.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "telemetry/log.hpp"
#include "telemetry/task.hpp"

namespace octane::livelink {
namespace asio = boost::asio;
using telemetry::Level;

namespace {

constexpr std::chrono::milliseconds kFirstRest{200};
constexpr std::chrono::milliseconds kLongestRest{2000};
constexpr std::chrono::milliseconds kFarewell{2000};  // what unregistering and releasing may take at the end

frames::RendererState describe(const ConnectionState& state, const Octane& octane) {
    using Kind = frames::RendererState::Kind;
    frames::RendererState told;
    told.kind = state.silent_since ? Kind::silent : state.is_connected ? Kind::connected : Kind::lost;
    told.epoch = state.epoch;
    told.version = state.version;
    told.api = state.schema->name();
    told.address = octane.address();
    if (told.kind == Kind::silent) told.error = octane.silence_message();
    if (told.kind == Kind::lost) told.error = octane.unreachable_message(state.error);
    return told;
}

}  // namespace

CallbackSession::CallbackSession(Octane& octane, frames::Hub& hub, asio::any_io_executor strand, frames::FrameStats& stats,
                                 SessionOptions options)
    : octane_(octane),
      hub_(hub),
      strand_(std::move(strand)),
      stats_(stats),
      options_(options),
      registration_(octane, strand_, stats, options.call_timeout, [this] { wake(); }),
      fetcher_(octane, strand_, stats, options.grab_timeout,
               [this](std::vector<frames::RenderImage> images, std::uint64_t user_data) {
                   take_images(std::move(images), registration_.callback_id(), user_data);
               }),
      edits_(
          octane, strand_, stats, [this] { hub_.newest_is_fresh(); }, [this] { wake(); }),
      statistics_(octane, hub, strand_, [this] { wake(); }),
      wake_(strand_) {
    fetcher_.set_release_timeout(options.call_timeout);
    hub_.set_source(this);
}

CallbackSession::~CallbackSession() {
    hub_.set_source(nullptr);
}

void CallbackSession::on_demand(std::size_t viewers) {
    if (viewers == 0) unwatched_since_ = std::chrono::steady_clock::now();
    if (viewers > 0) statistics_.figures_are_due();
    wake();
}

void CallbackSession::wake() {
    wake_.cancel();
}

void CallbackSession::stop() {
    is_stopping_ = true;
    fetcher_.set_release_timeout(std::min(options_.call_timeout, kFarewell));
    fetcher_.abandon();
    registration_.stop(kFarewell);
    edits_.stop();
    statistics_.stop();
    wake();
}

bool CallbackSession::is_watched() const {
    return registration_.is_asked_for() || hub_.viewers() > 0;
}

bool CallbackSession::is_wanted() const {
    if (is_stopping_) return false;
    if (is_watched()) return true;
    return registration_.stands() && std::chrono::steady_clock::now() - unwatched_since_ < options_.idle_before_unregister;
}

void CallbackSession::on_connection(const std::shared_ptr<const ConnectionState>& state) {
    const bool is_same = connection_ && connection_->is_connected && state->is_connected && connection_->epoch == state->epoch;
    const bool is_found = state->is_connected && (!connection_ || connection_->connections != state->connections);
    if (!connection_ || connection_->epoch != state->epoch) edits_.forget();
    connection_ = state;
    hub_.announce_renderer(describe(*state, octane_));
    // Another Octane has other handles: existing clients read everything anew on this, and know no other event for it.
    if (is_found) hub_.announce(frames::ProjectChanged{{registration_.callback_id(), 0}});
    if (is_found) statistics_.figures_are_due();
    registration_.on_connection(state, is_same);
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
        if (!is_connected() || (!is_serving && !registration_.may_stand())) {
            pause = kFirstRest;
            co_await rest(std::chrono::seconds(60));
            continue;
        }
        const auto begin = std::chrono::steady_clock::now();
        if (is_serving) {
            co_await serve();
        } else {
            co_await registration_.give_back();
        }
        // The stream ended, or the callback was not let go, although Octane is there: try again, not in a storm.
        if (std::chrono::steady_clock::now() - begin > kLongestRest) pause = kFirstRest;
        const auto until = std::chrono::steady_clock::now() + pause;
        while (is_connected() && is_wanted() == is_serving && (is_serving || registration_.may_stand()) && !is_stopping_ &&
               std::chrono::steady_clock::now() < until) {
            const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
            co_await rest(left);
        }
        pause = std::min(pause * 2, kLongestRest);
    }
    if (is_connected() && registration_.may_stand()) co_await registration_.give_back();
    while (has_questions()) co_await rest(std::chrono::milliseconds(1000));
}

// One registration with its stream, until nobody wants it, Octane is lost, or the stream ends.
asio::awaitable<void> CallbackSession::serve() {
    const std::uint64_t epoch = connection_->epoch;
    const auto is_current = [this, epoch] { return is_connected() && connection_->epoch == epoch; };
    const bool has_registered = co_await registration_.make();
    if (!has_registered || !is_current() || !is_wanted()) co_return;
    auto opened = co_await octane_.invoker().open_server_stream(kStreamPath, {});
    stream_ = std::move(opened);
    stats_.is_streaming.store(true);
    is_reading_ = true;
    has_broken_ = false;
    is_fetching_ = true;
    fetcher_.begin();
    telemetry::start_task(strand_, "callback stream", read_stream(stream_), [this] {
        is_reading_ = false;
        wake();
    });
    telemetry::start_task(strand_, "frame fetching", fetcher_.run(), [this] {
        is_fetching_ = false;
        wake();
    });
    fetcher_.ring();  // a render that had finished before we came sends no event
    while (is_reading_ && is_fetching_ && is_wanted() && is_current()) {
        const auto idle_end = unwatched_since_ + options_.idle_before_unregister;
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(idle_end - std::chrono::steady_clock::now());
        co_await rest(is_watched() ? std::chrono::milliseconds(60000) : std::max(left, std::chrono::milliseconds(1)));
    }
    co_await end_stream();
    // Broken with its connection: Octane is going, or else the next registration takes this one's place.
    if (is_current() && is_wanted() && !has_broken_) co_await registration_.give_back();
}

asio::awaitable<void> CallbackSession::end_stream() {
    if (stream_) stream_->cancel();
    fetcher_.stop();
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
                       {{"status", base::grpc_status_name(end.status)}, {"reason", describe_frame_failure(end)}});
    }
}

void CallbackSession::on_event(CallbackEvent event) {
    const frames::CallbackOrigin origin{event.callback_id != 0 ? event.callback_id : registration_.callback_id(),
                                        event.user_data};
    switch (event.kind) {
        case CallbackEvent::Kind::new_image:
            if (event.has_images) {
                fetcher_.stop_taking();
                take_images(std::move(event.images), origin.callback_id, event.user_data);
            } else {
                fetcher_.ring(event.user_data);
            }
            break;
        case CallbackEvent::Kind::render_failure: hub_.announce(frames::RenderFailure{origin}); break;
        case CallbackEvent::Kind::new_statistics:
            hub_.announce(frames::NewStatistics{origin});
            statistics_.figures_are_due();
            break;
        case CallbackEvent::Kind::project_manager_changed:
            octane_.epochs().project_changed();
            hub_.announce(frames::ProjectChanged{origin});
            break;
        case CallbackEvent::Kind::unknown: break;
    }
}

asio::awaitable<base::Result<std::uint32_t>> CallbackSession::register_callback(std::chrono::milliseconds limit) {
    return registration_.ask(limit);
}

asio::awaitable<void> CallbackSession::take_registration_back(bool& is_going) {
    unwatched_since_ = std::chrono::steady_clock::now() - options_.idle_before_unregister;
    is_going = hub_.viewers() == 0;
    registration_.take_back();
    co_return;
}

asio::awaitable<bool> CallbackSession::unregister_callback() {
    bool is_going = false;
    co_await asio::co_spawn(strand_, take_registration_back(is_going), asio::use_awaitable);
    co_return is_going;
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
    frame->source = octane_.address();
    frame->callback_id = callback_id;
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
    edits_.frame_came(*frame);
    hub_.publish(std::move(frame));
    statistics_.figures_are_due();
}

}  // namespace octane::livelink
