#include "endpoints/health.hpp"

#include <chrono>
#include <nlohmann/json.hpp>
#include <utility>

#include "schema/describe.hpp"

namespace octane::endpoints {
namespace asio = boost::asio;
using Json = nlohmann::ordered_json;

namespace {

http::Response json_response(int status, std::string body) {
    http::Response response;
    response.status = status;
    response.body = std::move(body);
    response.headers.emplace_back("Cache-Control", "no-store");
    return response;
}

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

Json describe_queue(const rpc::OctaneStatus& octane) {
    Json json = {{"in_flight", octane.calls_in_flight}, {"waiting", octane.calls_waiting}};
    if (octane.busy) json["busy_s"] = octane.busy->count();
    return json;
}

}  // namespace

asio::awaitable<http::Response> health(const Context& context, http::Request&) {
    const auto octane = context.caller.octane_status();
    Json json = {{"status", octane.is_connected ? "ok" : "unavailable"}, {"connected", octane.is_connected}};
    if (!octane.is_connected) json["error"] = octane.error;
    json["version"] = context.version;
    json["octane"] = {{"address", octane.address}, {"api", octane.api}, {"version", octane.version}, {"epoch", octane.epoch}};
    json["frames"] = describe_frames(context.stats);
    json["queue"] = describe_queue(octane);
    json["uptime_s"] =
        std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - context.started).count();
    json["warnings"] = context.warnings;
    if (octane.is_connected && !octane.is_release_known) {
        json["warnings"].push_back("Octane's release could not be made out, " + octane.api +
                                   " is assumed; --api says which it is");
    }
    co_return json_response(octane.is_connected ? 200 : 503, json.dump(-1, ' ', false, Json::error_handler_t::replace));
}

asio::awaitable<http::Response> alive(const Context&, http::Request&) {
    co_return json_response(200, R"({"status":"ok"})");
}

asio::awaitable<http::Response> list_services(const Context& context, http::Request&) {
    co_return json_response(200, schema::describe_services(*context.caller.schema()));
}

asio::awaitable<http::Response> show_service(const Context& context, http::Request& request) {
    const auto schema = context.caller.schema();
    const auto service = schema->find_service(request.captures[0]);
    if (!service) co_return http::error_response(service.error());
    co_return json_response(200, schema::describe_service(*schema, **service));
}

}  // namespace octane::endpoints
