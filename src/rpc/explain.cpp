#include "rpc/explain.hpp"

#include <google/protobuf/descriptor.h>

#include <string>
#include <string_view>

#include "rpc/error_details.hpp"
#include "rpc/status_map.hpp"

namespace octane::rpc {
using base::ErrorCode;
using base::GrpcStatus;

namespace {

// gRPC's own words when a message is above a limit, whichever side found it: "… larger than max (SIZE vs. LIMIT)".
bool is_size_limit(const upstream::Reply& reply) {
    return reply.status == GrpcStatus::resource_exhausted && reply.message.find("larger than max") != std::string::npos;
}

// Whether the limit in these words is not the proxy's, so that it is the server's.
bool is_foreign_limit(std::string_view words, std::size_t own) {
    constexpr std::string_view kMark = " vs. ";
    const auto mark = words.rfind(kMark);
    return mark != std::string_view::npos && !words.substr(mark + kMark.size()).starts_with(std::to_string(own) + ")");
}

}  // namespace

base::Error explain_failure(const upstream::Upstream& upstream, const schema::Method& method, const upstream::Reply& reply) {
    base::Error error;
    error.grpc = reply.status;
    error.code = error_code_of(reply.status);
    error.message = reply.message;
    error.details = error_details_json(*method.descriptor->file()->pool(), reply.details);
    if (reply.is_going_down) {
        error = base::make_error(ErrorCode::shutting_down, "the proxy is going down");
        if (reply.was_sent) {
            error.message +=
                ", and " + method.display + " had not ended by then; " + upstream.title() + " may still be at work on it";
        }
    } else if (is_size_limit(reply)) {
        error.code = ErrorCode::message_too_large;
        error.message = "the answer or request of " + method.display + " is larger than ";
        if (is_foreign_limit(reply.message, upstream.max_message()))
            error.message += upstream.title() + " allows";
        else
            error.message += "the limit of " + std::to_string(upstream.max_message()) + " bytes that " +
                             upstream.max_message_option() + " sets";
        error.message += " (" + reply.message + ")";
    } else if (reply.status == GrpcStatus::unavailable && !reply.is_from_server) {
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
