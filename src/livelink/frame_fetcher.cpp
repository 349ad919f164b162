#include "livelink/frame_fetcher.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <utility>

#include "livelink/callback_wire.hpp"
#include "telemetry/log.hpp"

namespace octane::livelink {
namespace asio = boost::asio;
using base::GrpcStatus;
using telemetry::Level;

namespace {

constexpr std::chrono::milliseconds kFirstRetry{200};
constexpr std::chrono::milliseconds kLongestRetry{2000};

// Whether asking again may help: not where the frame is too large for us, nor where Octane has no such method.
bool is_worth_a_retry(GrpcStatus status) {
    return status != GrpcStatus::ok && status != GrpcStatus::resource_exhausted && status != GrpcStatus::unimplemented;
}

}  // namespace

std::string describe_frame_failure(const upstream::Reply& failure) {
    if (failure.status != GrpcStatus::resource_exhausted) return failure.message;
    return failure.message + "; a frame is larger than --max-message";
}

FrameFetcher::FrameFetcher(Octane& octane, const asio::any_io_executor& strand, frames::FrameStats& stats,
                           std::chrono::milliseconds grab_timeout, Take take)
    : octane_(octane), stats_(stats), grab_timeout_(grab_timeout), take_(std::move(take)), doorbell_(strand) {}

void FrameFetcher::begin() {
    should_run_ = true;
    takes_results_ = true;
    has_rung_ = false;
    user_data_ = 0;
}

void FrameFetcher::ring() {
    has_rung_ = true;
    doorbell_.cancel();
}

void FrameFetcher::ring(std::uint64_t user_data) {
    user_data_ = user_data;
    ring();
}

void FrameFetcher::abandon() {
    abandon_.emit(asio::cancellation_type::terminal);
}

void FrameFetcher::stop() {
    should_run_ = false;
    doorbell_.cancel();
    abandon();
}

asio::awaitable<void> FrameFetcher::run() {
    auto retry = kFirstRetry;
    while (should_run_) {
        if (has_rung_) {
            has_rung_ = false;
            const GrpcStatus status = co_await fetch_once();
            if (!is_worth_a_retry(status) || !should_run_) {
                retry = kFirstRetry;
                continue;
            }
            doorbell_.expires_after(retry);
            retry = std::min(retry * 2, kLongestRetry);
        } else {
            doorbell_.expires_at(asio::steady_timer::time_point::max());
        }
        const auto [error] = co_await doorbell_.async_wait(asio::as_tuple(asio::use_awaitable));
        if (!error) has_rung_ = true;  // the time for a retry has come
    }
}

asio::awaitable<GrpcStatus> FrameFetcher::fetch_once() {
    const std::uint64_t user_data = user_data_;
    OwnCall call;
    call.lane = rpc::Lane::fast;
    call.timeout = grab_timeout_;
    call.slot = abandon_.slot();
    upstream::Reply reply = co_await octane_.call_for_frame(kGrabPath, {}, call);
    const bool is_locked = take_grabbed(reply, user_data);
    if (is_locked) co_await release_result();
    co_return reply.status;
}

// True if Octane holds a result for us now, or may do so: whatever went wrong after the call had been sent.
bool FrameFetcher::take_grabbed(const upstream::Reply& reply, std::uint64_t user_data) {
    if (reply.status != GrpcStatus::ok) {
        if (should_run_) {
            stats_.stream_errors.fetch_add(1);
            telemetry::log(Level::warn, "A frame could not be fetched",
                           {{"status", base::grpc_status_name(reply.status)}, {"reason", describe_frame_failure(reply)}});
        }
        return reply.was_sent && reply.status != GrpcStatus::unimplemented && reply.status != GrpcStatus::unavailable;
    }
    try {
        auto grabbed = parse_grab(reply.body);
        if (grabbed) {
            if (grabbed->has_result && should_run_ && takes_results_) take_(std::move(grabbed->images), user_data);
            return grabbed->has_result;
        }
        telemetry::log(Level::warn, "A fetched frame could not be read", {{"reason", grabbed.error().message}});
    } catch (const std::exception& error) {
        telemetry::log(Level::error, "A fetched frame could not be taken", {{"reason", error.what()}});
    }
    stats_.stream_errors.fetch_add(1);
    return true;
}

// Past the queue: other calls may be waiting for the very thread that the result blocks.
asio::awaitable<void> FrameFetcher::release_result() {
    OwnCall call;
    call.lane = rpc::Lane::unqueued;
    call.timeout = release_timeout_;
    const upstream::Reply released = co_await octane_.call_for_frame(kReleasePath, {}, call);
    if (released.status != GrpcStatus::ok && released.status != GrpcStatus::unavailable) {
        telemetry::log(Level::warn, "Octane's render result could not be released", {{"reason", released.message}});
    }
}

}  // namespace octane::livelink
