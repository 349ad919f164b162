// Room: livelink. The registering half of the session: who wants Octane to ring, and telling Octane so.
//
// What Octane has been told is known for certain only from its answers. A registration that was sent and not answered may stand,
// so it is taken back like any other (CallbackSession::may_be_registered_).
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "livelink/callback_session.hpp"
#include "telemetry/log.hpp"

namespace octane::livelink {
namespace asio = boost::asio;
using base::ErrorCode;
using base::GrpcStatus;
using telemetry::Level;

namespace {

// Whether a call that failed has changed nothing in Octane for certain: it never left, or Octane itself refused it.
bool is_unchanged_by(const upstream::Reply& failure) {
    if (!failure.was_sent) return true;
    return failure.status != GrpcStatus::ok && failure.status != GrpcStatus::deadline_exceeded &&
           failure.status != GrpcStatus::cancelled && failure.status != GrpcStatus::unavailable;
}

}  // namespace

asio::awaitable<bool> CallbackSession::register_with_octane() {
    const bool was_perhaps_registered = std::exchange(may_be_registered_, true);
    const std::uint64_t connections = connection_->connections;
    OwnCall call;
    call.lane = rpc::Lane::fast;
    call.timeout = options_.call_timeout;
    call.slot = abandon_call_.slot();
    upstream::Reply reply = co_await octane_.call(kRegisterPath, register_request(), call);
    auto id = reply.status == GrpcStatus::ok
                  ? parse_callback_id(reply.body)
                  : base::Result<std::uint32_t>(base::Error{base::ErrorCode::upstream_internal, reply.status, reply.message});
    if (!id) {
        const bool is_same_octane = connection_->connections == connections;
        if (is_unchanged_by(reply) && is_same_octane) may_be_registered_ = was_perhaps_registered;
        base::Error error = std::move(id).error();
        if (reply.status == GrpcStatus::unavailable) error.message = octane_.unreachable_message(reply.message);
        stats_.stream_errors.fetch_add(1);
        registration_error_ = std::move(error);
        ++registration_failures_;
        telemetry::log(Level::warn, "Octane refused the OnNewImage callback",
                       {{"status", base::grpc_status_name(reply.status)}, {"reason", reply.message}});
        co_return false;
    }
    callback_id_ = *id;
    is_registered_ = true;
    stats_.callback_id.store(callback_id_);
    stats_.registrations.fetch_add(1);
    telemetry::log(Level::info, "Registered OnNewImage callback with ID: " + std::to_string(callback_id_),
                   {{"epoch", connection_->epoch}});
    co_return true;
}

// Leaves may_be_registered_ as it is unless Octane says that it has let go.
asio::awaitable<void> CallbackSession::unregister_with_octane() {
    is_registered_ = false;
    stats_.callback_id.store(0);
    OwnCall call;
    call.lane = rpc::Lane::unqueued;
    call.timeout = options_.call_timeout;
    call.slot = abandon_call_.slot();
    const upstream::Reply reply = co_await octane_.call(kRegisterPath, unregister_request(), call);
    if (reply.status == GrpcStatus::ok) {
        may_be_registered_ = false;
        telemetry::log(Level::info, "Unregistered OnNewImage callback with ID: " + std::to_string(callback_id_));
    } else {
        telemetry::log(Level::warn, "The OnNewImage callback could not be unregistered", {{"reason", reply.message}});
    }
}

asio::awaitable<void> CallbackSession::ask_registration(std::chrono::milliseconds limit, base::Result<std::uint32_t>& answer) {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    const auto is_taken_back = [this, before = takings_back_] { return takings_back_ != before; };
    const auto has_failed = [this, before = registration_failures_] { return registration_failures_ != before; };
    ++asking_;
    wake();
    asio::steady_timer poll(strand_);
    const auto is_open = [&] {
        return !is_taken_back() && (!connection_ || (is_connected() && !is_registered_ && !has_failed()));
    };
    while (is_open() && !is_stopping_ && std::chrono::steady_clock::now() < deadline) {
        poll.expires_after(std::chrono::milliseconds(5));
        const auto [error] = co_await poll.async_wait(asio::as_tuple(asio::use_awaitable));
        static_cast<void>(error);
    }
    if (is_taken_back()) {
        answer = base::make_error(ErrorCode::cancelled, "the registration was taken back before Octane had answered it");
        co_return;
    }
    --asking_;
    if (is_connected() && is_registered_) {
        is_asked_for_ = true;
        answer = callback_id_;
        co_return;
    }
    wake();
    if (!is_connected()) {
        answer = base::make_error(ErrorCode::octane_unreachable_call,
                                  octane_.unreachable_message(connection_ ? connection_->error : ""));
    } else if (has_failed()) {
        answer = registration_error_;
    } else {
        answer = base::make_error(ErrorCode::deadline_exceeded, "Octane did not answer the registration in time; it is busy");
    }
}

asio::awaitable<void> CallbackSession::ask_unregistration(bool& is_going) {
    is_asked_for_ = false;
    asking_ = 0;
    ++takings_back_;
    unwatched_since_ = std::chrono::steady_clock::now() - options_.idle_before_unregister;
    is_going = hub_.viewers() == 0;
    wake();
    co_return;
}

asio::awaitable<base::Result<std::uint32_t>> CallbackSession::register_callback(std::chrono::milliseconds limit) {
    base::Result<std::uint32_t> answer(0);
    co_await asio::co_spawn(strand_, ask_registration(limit, answer), asio::use_awaitable);
    co_return answer;
}

asio::awaitable<bool> CallbackSession::unregister_callback() {
    bool is_going = false;
    co_await asio::co_spawn(strand_, ask_unregistration(is_going), asio::use_awaitable);
    co_return is_going;
}

}  // namespace octane::livelink
