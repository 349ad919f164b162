#include "rpc/explain.hpp"

#include <string>
#include <string_view>

#include "rpc/status_map.hpp"

namespace octane::rpc {
using base::ErrorCode;
using base::GrpcStatus;

namespace {

// gRPC's own words when a message is above the limit, whichever side found it.
bool is_size_limit(const upstream::Reply& reply) {
    return reply.status == GrpcStatus::resource_exhausted && reply.message.find("larger than max") != std::string::npos;
}

}  // namespace

base::Error explain_failure(const upstream::Upstream& upstream, const schema::Method& method, const upstream::Reply& reply) {
    base::Error error;
    error.grpc = reply.status;
    error.code = error_code_of(reply.status);
    error.message = reply.message;
    if (reply.is_going_down) {
        error = base::make_error(ErrorCode::shutting_down, "the proxy is going down");
        if (reply.was_sent) {
            error.message +=
                ", and " + method.display + " had not ended by then; " + upstream.title() + " may still be at work on it";
        }
    } else if (is_size_limit(reply)) {
        error.code = ErrorCode::message_too_large;
        error.message = "the answer or request of " + method.display + " is larger than the limit of " +
                        std::to_string(upstream.max_message()) + " bytes that --max-message sets (" + reply.message + ")";
    } else if (reply.status == GrpcStatus::unavailable) {
        error.message = upstream.unreachable_message(reply.message);
    } else if (reply.status == GrpcStatus::unimplemented) {
        error.message = upstream.title() + " does not implement " + method.display +
                        (reply.message.empty() ? "" : " (" + reply.message + ")");
    } else if (reply.status == GrpcStatus::deadline_exceeded && upstream.liveness().state()->silent_since) {
        error.message = method.display + " got no answer before its deadline; " + upstream.silence_message();
    } else if (reply.status == GrpcStatus::deadline_exceeded && (reply.message.empty() || reply.message == "Deadline Exceeded")) {
        error.message = method.display + " did not answer before its deadline; " + upstream.title() +
                        " may still be at work on it (X-Timeout sets another deadline, --timeout the default)";
    } else if (error.message.empty()) {
        error.message = method.display + " failed with " + std::string(base::grpc_status_name(reply.status)) +
                        " and no further words from " + upstream.title();
    }
    return error;
}

}  // namespace octane::rpc
