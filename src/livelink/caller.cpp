#include "livelink/caller.hpp"

#include <google/protobuf/descriptor.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "livelink/busy_words.hpp"
#include "livelink/request_care.hpp"
#include "rpc/status_map.hpp"
#include "wire/json_to_wire.hpp"

namespace octane::livelink {
namespace asio = boost::asio;
using base::ErrorCode;
using base::GrpcStatus;

namespace {

// Camera and frames are what a person is waiting for while dragging: octane-livelink.md §4.3.
rpc::Lane lane_of(const schema::Method& method) {
    const auto& name = method.descriptor->name();
    const bool is_fast =
        name == "SetCamera" || name == "GetCamera" || name == "grabRenderResult" || name == "releaseRenderResult";
    return is_fast ? rpc::Lane::fast : rpc::Lane::ordinary;
}

// gRPC's own words when a message is above the limit, whichever side found it.
bool is_size_limit(const upstream::Reply& reply) {
    return reply.status == GrpcStatus::resource_exhausted && reply.message.find("larger than max") != std::string::npos;
}

base::Error stale_epoch(const std::string& method) {
    return base::make_error(ErrorCode::stale_epoch,
                            "Octane reconnected or its project changed while " + method +
                                " was under way, so the handles it was about are void; ask for them anew");
}

asio::awaitable<upstream::Reply> ask_edit(JoinedReads& reads, Octane& octane, std::string path, std::string request,
                                          CallOptions options) {
    const JoinedReads::Edit edit(reads);
    upstream::Reply reply = co_await octane.call(std::move(path), std::move(request), options);
    co_return reply;
}

// Some calls report failure by `result` alone.
bool has_succeeded(const schema::Method& method, const upstream::Reply& reply) {
    const auto* const result = method.response->FindFieldByName("result");
    if (result == nullptr || result->type() != google::protobuf::FieldDescriptor::TYPE_BOOL) return true;
    return read_number(reply.body.flatten(), static_cast<std::uint32_t>(result->number())).value_or(0) != 0;
}

}  // namespace

Caller::Caller(Octane& octane, DenyList deny, std::chrono::milliseconds default_timeout)
    : octane_(octane),
      deny_(std::move(deny)),
      default_timeout_(default_timeout),
      traits_(known_schemas(octane.connection().schemas())),
      surface_(octane.connection().schemas()) {}

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

base::Result<Route> Caller::route(const ConnectionState& state, std::string_view service, std::string_view method) const {
    auto route = surface_.find(state.schema, state.is_release_known, service, method);
    if (!route) return route;
    if (const auto* refusal = deny_.reason(*route->called)) return base::make_error(ErrorCode::method_denied, *refusal);
    if (route->method == nullptr) return route;
    if (const auto* refusal = deny_.reason(*route->method)) return base::make_error(ErrorCode::method_denied, *refusal);
    return route;
}

base::Result<Caller::Target> Caller::resolve(std::string_view service, std::string_view method) const {
    auto found = route(*octane_.connection().state(), service, method);
    if (!found) return std::move(found).error();
    if (found->method != nullptr) return Target{found->schema, found->method};
    return base::make_error(ErrorCode::octane_lacks_method, found->called->display + " stands for several methods of " +
                                                                found->schema->name() +
                                                                ", and only POST /<service>/<method> chooses among them");
}

base::Error Caller::explain(const Target& target, const upstream::Reply& reply) const {
    base::Error error;
    error.grpc = reply.status;
    error.code = rpc::error_code_of(reply.status);
    error.message = reply.message;
    if (reply.status == GrpcStatus::aborted && !reply.was_sent) return stale_epoch(target.method->display);
    if (is_size_limit(reply)) {
        error.code = ErrorCode::message_too_large;
        error.message = "the answer or request of " + target.method->display + " is larger than the limit of " +
                        std::to_string(octane_.max_message()) + " bytes that --max-message sets (" + reply.message + ")";
    } else if (reply.status == GrpcStatus::unavailable) {
        error.message = octane_.unreachable_message(reply.message);
    } else if (reply.status == GrpcStatus::unimplemented) {
        const std::string others = surface_.releases_with(*target.method, target.schema.get());
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
        if (const auto busy = octane_.busy()) error.message += "; " + busy_words(*busy, std::chrono::steady_clock::now());
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
    status.connections = state->connections;
    if (!state->is_connected)
        status.error = octane_.unreachable_message(state->has_verdict ? state->error : "the first attempt is under way");
    status.calls_in_flight = load.in_flight;
    status.calls_waiting = load.waiting;
    if (auto busy = octane_.busy()) status.at_work_on = OctaneStatus::Work{std::move(busy->method), busy->since};
    if (auto broken = octane_.last_break()) {
        auto& last = status.last_break.emplace();
        last.at = broken->at;
        for (auto& call : broken->calls) {
            last.calls.push_back({std::move(call.method), std::move(call.id), call.begun, call.was_in_flight});
        }
    }
    if (load.full_since)
        status.busy = std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - *load.full_since);
    return status;
}

base::Result<base::Done> Caller::prepare(const ConnectionState& state, const schema::Method& method, const MethodTraits& traits,
                                         std::string& request) const {
    if (const auto* refusal = deny_.reason(method)) return base::make_error(ErrorCode::method_denied, *refusal);
    if (auto refusal = deny_.reason(method, request)) return base::make_error(ErrorCode::method_denied, std::move(*refusal));
    suppress_dialogs(traits, request);
    // Without Octane that is what everybody is told.
    if (!state.is_connected) return base::Done{};
    return check_instance(method, traits, request);
}

// Without a limit nothing waits, and nothing is kept in order or joined.
asio::awaitable<upstream::Reply> Caller::ask(const schema::Method& method, const MethodTraits& traits, std::string request,
                                             CallOptions options) const {
    if (!octane_.queue().has_limit()) return octane_.call(method.path, std::move(request), options);
    if (traits.is_read) return reads_.ask(octane_, method.path, std::move(request), options);
    return ask_edit(reads_, octane_, method.path, std::move(request), options);
}

base::Result<base::Done> Caller::conclude(const schema::Method& method, const MethodTraits& traits, const upstream::Reply& reply,
                                          EditEvent edit) const {
    // Epoch 0: begun before it was known whether Octane is there.
    const bool is_same_epoch = edit.epoch == 0 || octane_.connection().epoch() == edit.epoch;
    if (traits.voids_handles) {
        if (has_succeeded(method, reply)) octane_.project_loaded(method.display, edit.epoch);
    } else if (traits.deals_in_handles && !is_same_epoch) {
        return stale_epoch(method.display);
    }
    if (!traits.is_read) tell(method, std::move(edit));
    return base::Done{};
}

void Caller::tell(const schema::Method& method, EditEvent edit) const {
    if (!on_edit_) return;
    edit.method = rpc::short_method(method.path);
    edit.epoch = octane_.connection().epoch();
    edit.time = std::chrono::system_clock::now();
    on_edit_(edit);
}

void Caller::announce(const Target& target) const {
    tell(*target.method, {});
}

asio::awaitable<base::Result<CallAnswer>> Caller::call(CallRequest request) const {
    auto state = octane_.connection().state();  // one call is judged by one state
    if (!state->has_verdict) {
        const bool is_client_there = co_await wait_for_verdict(request.client_gone);
        if (!is_client_there) co_return base::make_error(ErrorCode::cancelled, "the client went away before the call was begun");
        state = octane_.connection().state();
    }
    if (request.epoch && state->is_connected && *request.epoch != state->epoch) {
        co_return base::make_error(ErrorCode::stale_epoch, "the request is of epoch " + std::to_string(*request.epoch) +
                                                               ", but Octane is at epoch " + std::to_string(state->epoch) +
                                                               ": it reconnected or its project changed since, so the handles "
                                                               "are void; ask for them anew");
    }
    auto found = route(*state, request.service, request.method);
    if (!found) co_return std::move(found).error();
    if (!found->called->is_unary) {
        co_return base::make_error(
            ErrorCode::bad_path,
            found->called->display +
                " is a streaming method and cannot be called with one POST; GET /render/stream carries Octane's events");
    }
    // Checked before Octane is asked: a refusal means that nothing was done.
    wire::BytesPath raw_path;
    if (!request.raw_path.empty()) {
        auto path = wire::parse_bytes_path(found->answer_type(), request.raw_path);
        if (!path) co_return std::move(path).error();
        raw_path = *std::move(path);
    }
    wire::JsonReadOptions reading;
    reading.is_strict = request.is_strict;
    reading.foreign = found->foreign;
    auto wire_request = wire::json_to_wire(found->request_type(), request.body, reading);
    if (!wire_request) co_return std::move(wire_request).error();
    auto settled = settle(*found, std::move(wire_request->bytes));
    if (!settled) co_return std::move(settled).error();
    const schema::Method& method = *found->method;
    const MethodTraits& traits = traits_.of(method);
    auto prepared = prepare(*state, method, traits, *settled);
    if (!prepared) co_return std::move(prepared).error();
    EditEvent edit;
    edit.epoch = state->epoch;
    if (!traits.is_read) {
        edit.call_id = request.call_id;
        if (!traits.instance.empty()) edit.object = read_instance(*settled);
    }

    CallOptions options;
    options.lane = lane_of(method);
    options.timeout = request.timeout.value_or(default_timeout_);
    options.slot = request.client_gone;
    options.client = request.client;
    options.id = request.call_id;
    options.is_read = traits.is_read;
    options.epoch = traits.deals_in_handles ? state->epoch : 0;
    upstream::Reply reply = co_await ask(method, traits, std::move(*settled), options);
    if (reply.status != GrpcStatus::ok) co_return explain({found->schema, &method}, reply);
    auto concluded = conclude(method, traits, reply, std::move(edit));
    if (!concluded) co_return std::move(concluded).error();
    auto body = translate_answer(*found, std::move(reply.body));
    if (!body) co_return std::move(body).error();

    CallAnswer answer;
    answer.method = &method;
    answer.schema = found->schema;
    answer.warnings = std::move(wire_request->warnings);
    if (!raw_path.empty()) {
        auto raw = wire::find_bytes(raw_path, *body);
        if (!raw) co_return std::move(raw).error();
        answer.raw = std::move(*raw);
        co_return answer;
    }
    auto written = wire::wire_to_json(found->answer_type(), *body, request.dialect, answer.json);
    if (!written) co_return std::move(written).error();
    co_return answer;
}

}  // namespace octane::livelink
