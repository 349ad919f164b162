#include "livelink/octane.hpp"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include "telemetry/log.hpp"

namespace octane::livelink {
namespace asio = boost::asio;
namespace {

ConnectionOptions with_address(ConnectionOptions options, const std::string& host, const std::string& address) {
    options.address = address;
    options.host = host;
    return options;
}

std::vector<telemetry::CallStats::Name> names_of(const std::vector<std::shared_ptr<const schema::Schema>>& schemas) {
    std::vector<telemetry::CallStats::Name> names;
    for (const auto& schema : schemas) {
        for (const auto* service : schema->services()) {
            for (int i = 0; i < service->method_count(); ++i) {
                const auto method = schema->find_method(service->full_name(), service->method(i)->name());
                if (method) names.push_back({(*method)->path, (*method)->display});
            }
        }
    }
    return names;
}

upstream::Reply unsent(base::GrpcStatus status, std::string message) {
    upstream::Reply reply;
    reply.was_sent = false;
    reply.status = status;
    reply.message = std::move(message);
    return reply;
}

// The calls before a break as one text for the log.
std::string tell(const rpc::CallHistory::Break& broken) {
    std::string text;
    for (const auto& call : broken.calls) {
        if (!text.empty()) text += ", ";
        const auto age = std::chrono::duration_cast<std::chrono::milliseconds>(broken.at - call.begun).count();
        text += call.method + (call.id.empty() ? "" : " id=" + call.id) + " " + std::to_string(age) + " ms before" +
                (call.was_in_flight ? " (unanswered)" : "");
    }
    return text;
}

}  // namespace

Octane::Octane(const OctaneOptions& options, asio::any_io_executor executor)
    : address_(upstream::address_of(options.channel)),
      max_message_(options.channel.max_message),
      stats_(names_of(options.connection.schemas)),
      calls_(options.channel),
      frames_(options.channel, calls_),
      queue_(options.concurrency),
      connection_(calls_, std::move(executor), with_address(options.connection, options.channel.host, address_)) {
    connection_.on_change([this](const std::shared_ptr<const ConnectionState>& state) { follow(*state); });
}

void Octane::follow(const ConnectionState& state) {
    const auto now = rpc::CallHistory::Clock::now();
    if (std::exchange(was_connected_, state.is_connected) == state.is_connected) return;
    if (state.is_connected) return log_.connection_made(now);
    log_.connection_lost(now);
    const auto broken = log_.last_break(now);
    if (!broken || broken->calls.empty()) return;
    telemetry::log(telemetry::Level::warn, "The last calls before Octane was lost", {{"calls", tell(*broken)}});
}

std::string Octane::unreachable_message(const std::string& cause) const {
    if (cause == kNameUnknown) {
        return "Octane cannot be reached at " + address_ +
               ", because that name does not resolve here; pass --octane-host 127.0.0.1 if Octane runs on this machine, else "
               "--octane-host with the name or address of the machine it runs on";
    }
    return "Octane cannot be reached at " + address_ + " (" + (cause.empty() ? "no connection" : cause) +
           "); start Octane and enable its gRPC server (Help > LiveLink, or File > Preferences > GRPC API, then restart it), or "
           "say with "
           "--octane-host and --octane-port where it is";
}

asio::awaitable<upstream::Reply> Octane::call(std::string path, std::string request, CallOptions options) {
    return call_on(calls_, std::move(path), std::move(request), options);
}

asio::awaitable<upstream::Reply> Octane::call_for_frame(std::string path, std::string request, CallOptions options) {
    return call_on(frames_, std::move(path), std::move(request), options);
}

asio::awaitable<upstream::Reply> Octane::call_on(upstream::Channel& channel, std::string path, std::string request,
                                                 CallOptions options) {
    const auto state = connection_.state();
    if (!state->is_connected && state->has_verdict) {
        stats_.count_unsent(base::GrpcStatus::unavailable);
        co_return unsent(base::GrpcStatus::unavailable, state->error);
    }
    const auto begin = rpc::CallHistory::Clock::now();
    const rpc::Turn turn(options.lane, options.client, options.is_read);
    rpc::CallQueue::Place place;
    if (auto free = queue_.try_enter(turn)) {
        place = std::move(*free);
    } else {
        auto entered = co_await queue_.enter(turn, options.timeout, options.slot);
        if (!entered) {
            stats_.count_unsent(entered.error().grpc);
            co_return unsent(entered.error().grpc, entered.error().message);
        }
        place = std::move(*entered);
    }
    // Octane may have gone and come back while the call waited: here, or before for the answer to an equal one.
    if (options.epoch != 0 && connection_.epoch() != options.epoch) {
        stats_.count_unsent(base::GrpcStatus::aborted);
        co_return unsent(base::GrpcStatus::aborted, "");
    }
    rpc::CallRecord record(log_, stats_, path, options.id);
    upstream::UnaryCall unary;
    unary.path = path;
    unary.request = std::move(request);
    unary.slot = options.slot;
    if (options.timeout.count() > 0) {
        const auto waited = std::chrono::duration_cast<std::chrono::milliseconds>(record.begun() - begin);
        unary.timeout = std::max(options.timeout - waited, std::chrono::milliseconds(1));
    }
    upstream::Reply reply = co_await channel.unary(std::move(unary));
    record.set_status(reply.status);
    co_return reply;
}

void Octane::shutdown() {
    queue_.close();
    calls_.shutdown();
    frames_.shutdown();
}

}  // namespace octane::livelink
