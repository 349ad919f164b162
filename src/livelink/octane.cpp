#include "livelink/octane.hpp"

#include <google/protobuf/descriptor.h>

#include <utility>

#include "livelink/busy_watch.hpp"
#include "livelink/release_detection.hpp"

namespace octane::livelink {
namespace asio = boost::asio;
using upstream::Reply;

namespace {

upstream::UpstreamOptions upstream_options(const OctaneOptions& options) {
    upstream::UpstreamOptions result;
    result.name = options.name;
    result.words.title = "Octane";
    result.words.unreachable_hint =
        "start Octane and enable its gRPC server (Help > LiveLink, or File > Preferences > GRPC API, then restart it), or say "
        "with --octane-host and --octane-port where it is";
    result.words.name_hint =
        "pass --octane-host 127.0.0.1 if Octane runs on this machine, else --octane-host with the name or address of the machine "
        "it runs on";
    result.words.silence_hint =
        "Octane may be frozen, or the way to it cut (a tunnel whose far end is gone); the proxy keeps asking, and goes on by "
        "itself";
    result.words.doubt_hint = "; set --api if calls fail with UNIMPLEMENTED";
    result.channel = options.channel;
    result.probe = options.probe;
    result.schema = std::make_shared<ReleaseDetection>(options.schemas, options.should_detect);
    result.is_name_known = options.is_name_known;
    return result;
}

std::vector<telemetry::CallStats::Name> names_of(const Schemas& schemas) {
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

rpc::CallTerms terms_of(const OwnCall& own) {
    rpc::CallTerms terms;
    terms.traits.lane = own.lane;
    terms.timeout = own.timeout;
    terms.slot = own.slot;
    return terms;
}

}  // namespace

Octane::Octane(const OctaneOptions& options, asio::any_io_executor executor)
    : upstream_(upstream_options(options), executor),
      invoker_(upstream_, {options.concurrency, true, names_of(options.schemas)}),
      epochs_(upstream_.liveness(), executor, options.epoch_base),
      policy_(invoker_, epochs_, options.schemas, DenyList(options.deny, options.allow, known_schemas(options.schemas)),
              options.limits),
      caller_(invoker_, policy_, options.timeout) {}

asio::awaitable<Reply> Octane::call(std::string path, std::string request, OwnCall own) {
    return invoker_.call_alone(std::move(path), std::move(request), terms_of(own));
}

asio::awaitable<Reply> Octane::call_for_frame(std::string path, std::string request, OwnCall own) {
    auto terms = terms_of(own);
    terms.is_bulk = true;
    return invoker_.call_alone(std::move(path), std::move(request), std::move(terms));
}

const char* name_of(OctaneLink link) {
    switch (link) {
        case OctaneLink::connecting: return "connecting";
        case OctaneLink::connected: return "connected";
        case OctaneLink::busy: return "busy";
        case OctaneLink::silent: return "silent";
        case OctaneLink::lost: return "lost";
    }
    return "";
}

OctaneStatus Octane::status() const {
    const auto now = state();
    const auto load = invoker_.load();
    OctaneStatus status;
    status.is_connected = now->is_connected && !now->silent_since;
    if (now->silent_since) {
        status.silent_for = std::chrono::steady_clock::now() - *now->silent_since;
        status.error = silence_message();
    } else if (!now->is_connected) {
        status.error = unreachable_message(now->has_verdict ? now->error : "the first attempt is under way");
    }
    status.is_release_known = now->is_release_known;
    status.address = address();
    status.api = now->schema->name();
    status.version = now->version;
    status.epoch = now->epoch;
    status.connections = now->connections;
    status.calls_in_flight = load.in_flight;
    status.calls_waiting = load.waiting;
    if (auto busy = invoker_.busy()) status.at_work_on = OctaneStatus::Work{std::move(busy->method), busy->since};
    if (auto broken = invoker_.last_break()) {
        auto& last = status.last_break.emplace();
        last.at = broken->at;
        for (auto& call : broken->calls) {
            last.calls.push_back({std::move(call.method), std::move(call.id), call.begun, call.was_in_flight});
        }
    }
    if (load.full_since)
        status.busy = std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - *load.full_since);
    const bool is_long = status.at_work_on && std::chrono::steady_clock::now() - status.at_work_on->since >= BusyWatch::kLong;
    if (now->silent_since) {
        status.link = OctaneLink::silent;
    } else if (!now->is_connected) {
        status.link = now->has_verdict ? OctaneLink::lost : OctaneLink::connecting;
    } else {
        status.link = is_long ? OctaneLink::busy : OctaneLink::connected;
    }
    return status;
}

void Octane::close() {
    invoker_.close();
    upstream_.close();
}

bool Octane::shutdown() {
    invoker_.close();
    return upstream_.shutdown();
}

}  // namespace octane::livelink
