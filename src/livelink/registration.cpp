#include "livelink/registration.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <optional>
#include <utility>

#include "livelink/callback_wire.hpp"
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

Registration::Registration(Octane& octane, asio::any_io_executor strand, frames::FrameStats& stats,
                           std::chrono::milliseconds call_timeout, std::function<void()> on_change)
    : octane_(octane), strand_(std::move(strand)), stats_(stats), call_timeout_(call_timeout), on_change_(std::move(on_change)) {}

void Registration::report_change() {
    for (auto* timer : waiting_) timer->cancel();
    on_change_();
}

asio::awaitable<bool> Registration::make() {
    const bool was_perhaps_registered = std::exchange(may_be_registered_, true);
    const std::uint64_t connections = connection_->connections;
    OwnCall call;
    call.lane = rpc::Lane::fast;
    call.timeout = call_timeout_;
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
        last_error_ = std::move(error);
        ++failures_;
        telemetry::log(Level::warn, "Octane refused the OnNewImage callback",
                       {{"status", base::grpc_status_name(reply.status)}, {"reason", last_error_.message}});
        report_change();
        co_return false;
    }
    callback_id_ = *id;
    is_registered_ = true;
    stats_.callback_id.store(callback_id_);
    stats_.registrations.fetch_add(1);
    telemetry::log(Level::info, "Registered OnNewImage callback with ID: " + std::to_string(callback_id_),
                   {{"epoch", connection_->epoch}});
    report_change();
    co_return true;
}

// Leaves may_be_registered_ as it is unless Octane says that it has let go.
asio::awaitable<void> Registration::give_back() {
    is_registered_ = false;
    stats_.callback_id.store(0);
    OwnCall call;
    call.lane = rpc::Lane::unqueued;
    call.timeout = call_timeout_;
    call.slot = abandon_call_.slot();
    const upstream::Reply reply = co_await octane_.call(kRegisterPath, unregister_request(), call);
    if (reply.status == GrpcStatus::ok) {
        may_be_registered_ = false;
        telemetry::log(Level::info, "Unregistered OnNewImage callback with ID: " + std::to_string(callback_id_));
    } else {
        telemetry::log(Level::warn, "The OnNewImage callback could not be unregistered", {{"reason", reply.message}});
    }
}

// Counts for as long as it waits, however that ends.
class Registration::Asker {
  public:
    explicit Asker(Registration& registration)
        : timer(registration.strand_), registration_(registration), takings_back_before_(registration.takings_back_) {
        registration_.waiting_.push_back(&timer);
        ++registration_.asking_;
    }
    ~Asker() {
        std::erase(registration_.waiting_, &timer);
        if (!is_taken_back()) --registration_.asking_;
    }
    Asker(const Asker&) = delete;
    Asker& operator=(const Asker&) = delete;

    [[nodiscard]] bool is_taken_back() const { return registration_.takings_back_ != takings_back_before_; }

    asio::steady_timer timer;

  private:
    Registration& registration_;
    const std::uint64_t takings_back_before_;
};

asio::awaitable<void> Registration::wait_for_answer(std::chrono::milliseconds limit, base::Result<std::uint32_t>& answer) {
    const auto has_failed = [this, before = failures_] { return failures_ != before; };
    std::optional<Asker> asker(std::in_place, *this);
    const auto is_open = [&] {
        return !is_stopping_ && !asker->is_taken_back() && (!connection_ || (is_connected() && !is_registered_ && !has_failed()));
    };
    const auto deadline = asio::steady_timer::clock_type::now() + limit;
    on_change_();
    while (is_open() && asio::steady_timer::clock_type::now() < deadline) {
        asker->timer.expires_at(deadline);
        const auto [woken] = co_await asker->timer.async_wait(asio::as_tuple(asio::use_awaitable));
        static_cast<void>(woken);
    }
    const bool is_taken_back = asker->is_taken_back();
    asker.reset();
    if (is_taken_back) {
        answer = base::make_error(ErrorCode::cancelled, "the registration was taken back before Octane had answered it");
        co_return;
    }
    if (is_connected() && is_registered_) {
        is_asked_for_ = true;
        answer = callback_id_;
        co_return;
    }
    on_change_();
    if (!is_connected()) {
        answer =
            base::make_error(ErrorCode::upstream_unreachable, octane_.unreachable_message(connection_ ? connection_->error : ""));
    } else if (connection_->silent_since) {
        answer = base::make_error(ErrorCode::deadline_exceeded,
                                  "Octane did not answer the registration in time; " + octane_.silence_message());
    } else if (has_failed()) {
        answer = last_error_;
    } else {
        answer = base::make_error(ErrorCode::deadline_exceeded, "Octane did not answer the registration in time; it is busy");
    }
}

asio::awaitable<base::Result<std::uint32_t>> Registration::ask(std::chrono::milliseconds limit) {
    base::Result<std::uint32_t> answer(0);
    co_await asio::co_spawn(strand_, wait_for_answer(limit, answer), asio::use_awaitable);
    co_return answer;
}

void Registration::take_back() {
    is_asked_for_ = false;
    asking_ = 0;
    ++takings_back_;
    report_change();
}

void Registration::on_connection(const std::shared_ptr<const ConnectionState>& state, bool is_same_octane) {
    if (!is_same_octane) {  // what was registered was registered with an Octane that is gone
        is_registered_ = false;
        stats_.callback_id.store(0);
    }
    if (!connection_ || connection_->connections != state->connections) may_be_registered_ = false;
    connection_ = state;
    report_change();
}

void Registration::stop(std::chrono::milliseconds limit) {
    is_stopping_ = true;
    call_timeout_ = std::min(call_timeout_, limit);
    abandon_call_.emit(asio::cancellation_type::terminal);
    report_change();
}

}  // namespace octane::livelink
