#include "endpoints/health.hpp"

#include <chrono>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

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

}  // namespace

asio::awaitable<http::Response> health(const Context& context, http::Request&) {
    const auto octane = context.octane.status();
    Json json = {{"status", octane.is_connected ? "ok" : "unavailable"}, {"connected", octane.is_connected}};
    if (!octane.is_connected) json["error"] = octane.error;
    json["version"] = context.version;
    json["octane"] = describe_octane(octane);
    if (octane.last_break) json["last_calls"] = describe_last_calls(*octane.last_break);
    json["frames"] = describe_frames(context.stats);
    json["queue"] = describe_queue(octane);
    json["uptime_s"] =
        std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - context.started).count();
    json["warnings"] = context.warnings;
    if (octane.is_connected && !octane.is_release_known) {
        json["warnings"].push_back("Octane's release could not be made out, " + octane.api +
                                   " is assumed; --api says which it is");
    }
    co_return json_response(json.dump(-1, ' ', false, Json::error_handler_t::replace), octane.is_connected ? 200 : 503);
}

asio::awaitable<http::Response> alive(const Context&, http::Request&) {
    co_return json_response(R"({"status":"ok"})");
}

asio::awaitable<http::Response> ready(const Context& context, http::Request& request) {
    return request.query.flag("octane") ? health(context, request) : alive(context, request);
}

bool is_probe(const http::Request& request) {
    return request.path == "/livez" || (request.path == "/readyz" && !request.query.flag("octane"));
}

}  // namespace octane::endpoints
