#include "http/dispatch.hpp"

#include "telemetry/log.hpp"

namespace octane::http {
namespace {

using base::ErrorCode;
using base::make_error;

}  // namespace

Routed route(const Router& router, Request& request) {
    Routed routed;
    if (request.verb == "OPTIONS") return routed;
    auto match = router.find(request.verb, request.path);
    routed.entry = router.bound_to(request, match);
    if (routed.entry != nullptr) return routed;
    routed.entry = match.entry;
    routed.allow = std::move(match.allow);
    request.captures = std::move(match.captures);
    if (routed.entry == nullptr && routed.allow.empty()) routed.entry = router.fallback();
    return routed;
}

Response own_response(const Routed& routed, const Request& request) {
    if (request.verb == "OPTIONS") {
        Response response;
        response.status = 204;
        return response;
    }
    if (routed.allow.empty())
        return refusal_response(make_error(ErrorCode::path_not_found, "there is nothing at this path"), request);
    auto response = refusal_response(
        make_error(ErrorCode::verb_not_allowed, request.verb + " is not possible here, but " + routed.allow + " is"), request);
    response.headers.emplace_back("Allow", routed.allow);
    return response;
}

Response refusal_response(const base::Error& error, const Request& request) {
    if (error.code == ErrorCode::origin_refused || error.code == ErrorCode::host_refused) {
        telemetry::log(telemetry::Level::warn, error.message);
    }
    const auto call_id = request.call_id();
    auto response = error_response(error, call_id);
    if (!call_id.empty()) response.headers.emplace_back("X-Call-Id", call_id);
    return response;
}

Response busy_response(const Request& request) {
    return refusal_response(
        make_error(ErrorCode::too_many_connections, "the proxy serves as many connections as it may; try again later"), request);
}

Response too_many_of_client_response(const Request& request) {
    return refusal_response(
        make_error(ErrorCode::too_many_connections, "this address, " + std::string(request.client()) +
                                                        ", has as many connections as one may have "
                                                        "(--max-connections-per-client sets the limit); close some"),
        request);
}

}  // namespace octane::http
