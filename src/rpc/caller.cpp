#include "rpc/caller.hpp"

#include <google/protobuf/descriptor.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "rpc/status_map.hpp"
#include "wire/json_to_wire.hpp"

namespace octane::rpc {
namespace asio = boost::asio;
using base::ErrorCode;
using base::GrpcStatus;

namespace {

// Camera and frames are what a person is waiting for while dragging: octane-livelink.md §4.3.
upstream::Lane lane_of(const schema::Method& method) {
    const auto& name = method.descriptor->name();
    const bool is_fast =
        name == "SetCamera" || name == "GetCamera" || name == "grabRenderResult" || name == "releaseRenderResult";
    return is_fast ? upstream::Lane::fast : upstream::Lane::ordinary;
}

// gRPC's own words when a message is above the limit, whichever side found it.
bool is_size_limit(const upstream::Reply& reply) {
    return reply.status == GrpcStatus::resource_exhausted && reply.message.find("larger than max") != std::string::npos;
}

}  // namespace

Caller::Caller(upstream::Octane& octane, DenyList deny, std::chrono::milliseconds default_timeout)
    : octane_(octane), deny_(std::move(deny)), default_timeout_(default_timeout) {}

// In the first moments after start nobody knows yet whether Octane is there; a call waits for that rather than fail by bad luck.
asio::awaitable<bool> Caller::wait_for_verdict(asio::cancellation_slot client_gone) const {
    constexpr int kTries = 100;
    if (octane_.connection().state()->has_verdict) co_return true;
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    bool is_gone = false;
    if (client_gone.is_connected()) client_gone.assign([&is_gone](asio::cancellation_type) { is_gone = true; });
    asio::steady_timer timer(executor);
    for (int i = 0; i < kTries && !is_gone && !octane_.connection().state()->has_verdict; ++i) {
        timer.expires_after(std::chrono::milliseconds(10));
        const auto [error] = co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
        static_cast<void>(error);
    }
    if (client_gone.is_connected()) client_gone.clear();
    co_return !is_gone;
}

std::string Caller::releases_with(const schema::Method& method, const schema::Schema* except) const {
    std::string names;
    for (const auto& schema : octane_.connection().schemas()) {
        if (schema.get() == except) continue;
        const auto found = schema->find_method(method.descriptor->service()->full_name(), method.descriptor->name());
        if (!found || (*found)->path != method.path) continue;
        names += names.empty() ? schema->name() : " and " + schema->name();
    }
    return names;
}

base::Result<Caller::Target> Caller::find(std::string_view service, std::string_view method) const {
    const auto state = octane_.connection().state();
    auto here = state->schema->find_method(service, method);
    if (here) return Target{state->schema, *here};
    for (const auto& other : octane_.connection().schemas()) {
        if (other == state->schema) continue;
        const auto there = other->find_method(service, method);
        if (!there) continue;
        if (!state->is_release_known) return Target{other, *there};
        return base::make_error(ErrorCode::octane_lacks_method, "Octane speaks " + state->schema->name() + ", which has no " +
                                                                    (*there)->display + "; " +
                                                                    releases_with(**there, state->schema.get()) + " has it");
    }
    return here.error();
}

base::Error Caller::explain(const Target& target, const upstream::Reply& reply) const {
    base::Error error;
    error.grpc = reply.status;
    error.code = error_code_of(reply.status);
    error.message = reply.message;
    if (is_size_limit(reply)) {
        error.code = ErrorCode::message_too_large;
        error.message = "the answer or request of " + target.method->display + " is larger than the limit of " +
                        std::to_string(octane_.max_message()) + " bytes that --max-message sets (" + reply.message + ")";
    } else if (reply.status == GrpcStatus::unavailable) {
        error.message = octane_.unreachable_message(reply.message);
    } else if (reply.status == GrpcStatus::unimplemented) {
        const std::string others = releases_with(*target.method, target.schema.get());
        error.message = "Octane does not implement " + target.method->display +
                        (reply.message.empty() ? "" : " (" + reply.message + ")") +
                        (others.empty() ? "; the schema that has it is " + target.schema->name()
                                        : "; " + target.schema->name() + " and " + others + " have it");
    } else if (reply.status == GrpcStatus::deadline_exceeded) {
        if (error.message.empty() || error.message == "Deadline Exceeded") {
            error.message =
                target.method->display +
                " did not answer before its deadline; Octane may still be at work on it, or a dialog may be open (X-Timeout sets "
                "another deadline, --timeout the default)";
        }
    } else if (error.message.empty()) {
        error.message = target.method->display + " failed with " + std::string(base::grpc_status_name(reply.status)) +
                        " and no further words from Octane";
    }
    return error;
}

OctaneStatus Caller::octane_status() const {
    const auto state = octane_.connection().state();
    const auto load = octane_.queue().load();
    OctaneStatus status;
    status.is_connected = state->is_connected;
    status.is_release_known = state->is_release_known;
    status.address = octane_.address();
    status.api = state->schema->name();
    status.version = state->version;
    status.epoch = state->epoch;
    if (!state->is_connected)
        status.error = octane_.unreachable_message(state->has_verdict ? state->error : "the first attempt is under way");
    status.calls_in_flight = load.in_flight;
    status.calls_waiting = load.waiting;
    if (load.full_since)
        status.busy = std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - *load.full_since);
    return status;
}

asio::awaitable<base::Result<CallAnswer>> Caller::call(CallRequest request) const {
    const bool is_client_there = co_await wait_for_verdict(request.client_gone);
    if (!is_client_there) co_return base::make_error(ErrorCode::cancelled, "the client went away before the call was begun");
    auto target = find(request.service, request.method);
    if (!target) co_return std::move(target).error();
    const schema::Method& method = *target->method;
    if (const auto* refusal = deny_.reason(method)) co_return base::make_error(ErrorCode::method_denied, *refusal);
    if (!method.is_unary) {
        co_return base::make_error(
            ErrorCode::bad_path,
            method.display +
                " is a streaming method and cannot be called with one POST; GET /render/stream carries Octane's events");
    }
    wire::JsonReadOptions reading;
    reading.is_strict = request.is_strict;
    auto wire_request = wire::json_to_wire(*method.request, request.body, reading);
    if (!wire_request) co_return std::move(wire_request).error();

    upstream::CallOptions options;
    options.lane = lane_of(method);
    options.timeout = request.timeout.value_or(default_timeout_);
    options.slot = request.client_gone;
    upstream::Reply reply = co_await octane_.call(method.path, std::move(wire_request->bytes), options);
    if (reply.status != GrpcStatus::ok) co_return explain(*target, reply);

    CallAnswer answer;
    answer.method = &method;
    answer.schema = target->schema;
    answer.warnings = std::move(wire_request->warnings);
    if (!request.raw_path.empty()) {
        auto raw = wire::find_bytes(*method.response, reply.body, request.raw_path);
        if (!raw) co_return std::move(raw).error();
        answer.raw = std::move(*raw);
        co_return answer;
    }
    auto written = wire::wire_to_json(*method.response, reply.body, request.dialect, answer.json);
    if (!written) co_return std::move(written).error();
    co_return answer;
}

}  // namespace octane::rpc
