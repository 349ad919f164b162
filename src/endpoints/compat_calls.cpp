#include "endpoints/compat_calls.hpp"

#include <chrono>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "endpoints/call_log.hpp"
#include "endpoints/call_origin.hpp"
#include "endpoints/calls.hpp"
#include "endpoints/context.hpp"
#include "endpoints/json_body.hpp"
#include "telemetry/line.hpp"

namespace octane::endpoints {
namespace asio = boost::asio;
using Json = nlohmann::ordered_json;

namespace {

constexpr int kFailure = 500;

http::Response failure(const base::Error& error, const http::Request& request) {
    const auto code = static_cast<int>(error.grpc);
    const Json body = {
        {"error", std::to_string(code) + ' ' + std::string(base::grpc_status_name(error.grpc)) + ": " + error.message},
        {"service", request.captures[0]},
        {"method", request.captures[1]},
        {"code", code}};
    auto response = json_response(body.dump(-1, ' ', false, Json::error_handler_t::replace));
    response.status = kFailure;
    return response;
}

}  // namespace

std::optional<http::Response> refuse_call_from_web(const Site& site, http::Request& request, const http::BodySource& body) {
    const auto refused = judge_call(site, request, {}, body);
    if (!refused) return std::nullopt;
    const CallLog log(request);
    log.failure(*refused, kFailure);
    auto response = failure(*refused, request);
    response.headers.emplace_back("X-Call-Id", log.call_id());
    return response;
}

asio::awaitable<http::Response> call_from_web(const Site& site, http::Request& request) {
    const CallLog log(request);
    log.note_request();
    rpc::CallRequest call;
    call.head.service = request.captures[0];
    call.head.method = request.captures[1];
    const auto upstream = find_upstream(site, request);
    rpc::JsonCodec codec({upstream && (*upstream)->refuses_unknown, kWebDialect, {}});
    auto answer = read_origin(request, log.call_id(), call);
    if (answer) {
        if (upstream)
            answer = co_await (*upstream)->caller->call(call, request.body, codec);
        else
            answer = upstream.error();
    }
    http::Response response;
    if (answer) {
        log.success();
        response.body = std::move(codec.json());
    } else {
        log.failure(answer.error(), kFailure);
        response = failure(answer.error(), request);
    }
    response.headers.emplace_back("X-Call-Id", log.call_id());
    co_return response;
}

asio::awaitable<http::Response> web_health(const Site& site, http::Request&) {
    const auto* const octane = site.upstreams.first_octane();
    const bool is_connected =
        octane != nullptr ? octane->octane.status().is_connected : site.upstreams.first().upstream().liveness().is_connected();
    co_return json_response(std::string(R"({"status":")") + (is_connected ? "ok" : "unhealthy") + R"(","octane":")" +
                            (is_connected ? "connected" : "disconnected") + R"(","server":"octane-proxy","timestamp":")" +
                            telemetry::format_time(std::chrono::system_clock::now()) + "\"}");
}

}  // namespace octane::endpoints
