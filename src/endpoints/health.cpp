#include "endpoints/health.hpp"

#include <chrono>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "endpoints/context.hpp"
#include "endpoints/json_body.hpp"

namespace octane::endpoints {
namespace asio = boost::asio;
using Json = nlohmann::ordered_json;

namespace {

Json describe_frames(const frames::FrameStats& stats) {
    Json json = {{"viewers", stats.viewers.load()}, {"seq", stats.published.load()}};
    const auto last = stats.last_callback_us.load();
    if (last == 0) {
        json["age_s"] = nullptr;
    } else {
        const auto now =
            std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
        json["age_s"] = static_cast<double>((now - last) / 1000) / 1000.0;
    }
    return json;
}

Json describe_queue(const livelink::OctaneStatus& octane) {
    Json json = {{"in_flight", octane.calls_in_flight}, {"waiting", octane.calls_waiting}};
    if (octane.busy) json["busy_s"] = octane.busy->count();
    return json;
}

double seconds_since(std::chrono::steady_clock::time_point time) {
    const auto passed = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - time);
    return static_cast<double>(passed.count()) / 1000.0;
}

Json describe_octane(const livelink::OctaneStatus& octane) {
    Json json = {{"state", name_of(octane.link)},
                 {"address", octane.address},
                 {"api", octane.api},
                 {"version", octane.version},
                 {"epoch", octane.epoch}};
    if (octane.silent_for) json["silent_s"] = std::floor(octane.silent_for->count() * 10) / 10;
    if (octane.at_work_on) {
        json["busy"] = {{"method", octane.at_work_on->method}, {"since_s", seconds_since(octane.at_work_on->since)}};
    }
    return json;
}

// What may have broken the connection.
Json describe_last_calls(const livelink::OctaneStatus::Break& broken) {
    Json calls = Json::array();
    for (const auto& call : broken.calls) {
        const auto before = std::chrono::duration_cast<std::chrono::milliseconds>(broken.at - call.begun);
        calls.push_back({{"method", call.method},
                         {"callId", call.id},
                         {"began_before_s", static_cast<double>(before.count()) / 1000.0},
                         {"in_flight", call.was_in_flight}});
    }
    return {{"broke_s", seconds_since(broken.at)}, {"calls", std::move(calls)}};
}

std::string text_of(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json uptime_of(const Site& site) {
    return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - site.started).count();
}

Json describe_octane_health(const Context& context) {
    const auto octane = context.octane.status();
    Json json = {{"status", octane.is_connected ? "ok" : "unavailable"}, {"connected", octane.is_connected}};
    if (!octane.is_connected) json["error"] = octane.error;
    json["version"] = context.site.version;
    json["octane"] = describe_octane(octane);
    if (octane.last_break) json["last_calls"] = describe_last_calls(*octane.last_break);
    json["frames"] = describe_frames(context.stats);
    json["queue"] = describe_queue(octane);
    json["uptime_s"] = uptime_of(context.site);
    json["warnings"] = context.site.warnings;
    if (octane.is_connected && !octane.is_release_known) {
        json["warnings"].push_back("Octane's release could not be made out, " + octane.api +
                                   " is assumed; --api says which it is");
    }
    return json;
}

// Why it is not there; empty if it is.
std::string trouble_of(const upstream::Upstream& upstream, const upstream::UpstreamState& state) {
    if (state.silent_since) return upstream.silence_message();
    if (state.is_connected) return {};
    return upstream.unreachable_message(state.has_verdict ? state.error : "the first attempt is under way");
}

const char* state_of(const upstream::UpstreamState& state) {
    if (state.silent_since) return "silent";
    if (state.is_connected) return "connected";
    return state.has_verdict ? "lost" : "connecting";
}

Json describe_upstream(const UpstreamEntry& entry) {
    const auto& upstream = entry.upstream();
    const auto state = upstream.liveness().state();
    Json json = {
        {"name", upstream.name()}, {"kind", entry.octane != nullptr ? "octane" : "grpc"}, {"address", upstream.address()}};
    if (entry.octane != nullptr) {
        const auto octane = entry.octane->octane.status();
        json["state"] = name_of(octane.link);
        if (!octane.is_connected) json["error"] = octane.error;
        json["api"] = octane.api;
        json["version"] = octane.version;
        json["epoch"] = octane.epoch;
        json["viewers"] = entry.octane->stats.viewers.load();
        json["services"] = state->schema->services().size();
        return json;
    }
    json["state"] = state_of(*state);
    if (const auto error = trouble_of(upstream, *state); !error.empty()) json["error"] = error;
    json["is_schema_known"] = state->is_schema_certain;
    json["services"] = state->schema->services().size();
    return json;
}

Json describe_upstream_health(const UpstreamEntry& entry, const Site& site) {
    const auto state = entry.upstream().liveness().state();
    const bool is_there = state->is_connected && !state->silent_since;
    Json json = {{"status", is_there ? "ok" : "unavailable"}, {"connected", is_there}};
    if (const auto error = trouble_of(entry.upstream(), *state); !error.empty()) json["error"] = error;
    json["version"] = site.version;
    json["upstream"] = describe_upstream(entry);
    const auto load = entry.caller->invoker().load();
    json["queue"] = {{"in_flight", load.in_flight}, {"waiting", load.waiting}};
    json["uptime_s"] = uptime_of(site);
    json["warnings"] = site.warnings;
    return json;
}

Json list_of(const Site& site) {
    Json list = Json::array();
    for (const auto& entry : site.upstreams.entries()) list.push_back(describe_upstream(entry));
    return list;
}

}  // namespace

asio::awaitable<http::Response> health(const Site& site, http::Request& request) {
    auto upstream = request.captures.empty() ? base::Result<const UpstreamEntry*>(&site.upstreams.first())
                                             : site.upstreams.named(request.captures[0]);
    if (!upstream) co_return http::error_response(upstream.error());
    const auto* const octane = (*upstream)->octane;
    Json json = octane != nullptr ? describe_octane_health(*octane) : describe_upstream_health(**upstream, site);
    if (site.upstreams.entries().size() > 1 && request.captures.empty()) json["upstreams"] = list_of(site);
    const int status = json["connected"] == true ? 200 : 503;
    co_return json_response(text_of(json), status);
}

asio::awaitable<http::Response> list_upstreams(const Site& site, http::Request&) {
    co_return json_response(text_of({{"upstreams", list_of(site)}}), 200);
}

asio::awaitable<http::Response> alive(const Site&, http::Request&) {
    co_return json_response(R"({"status":"ok"})");
}

asio::awaitable<http::Response> ready(const Site& site, http::Request& request) {
    return request.query.flag("octane") ? health(site, request) : alive(site, request);
}

bool is_probe(const http::Request& request) {
    return request.path == "/livez" || (request.path == "/readyz" && !request.query.flag("octane"));
}

}  // namespace octane::endpoints
