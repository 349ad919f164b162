#include "base/error.hpp"

#include <array>

namespace octane::base {

std::string_view grpc_status_name(GrpcStatus status) {
    static constexpr std::array<std::string_view, 17> kNames = {
        "OK",        "CANCELLED",      "UNKNOWN",           "INVALID_ARGUMENT",   "DEADLINE_EXCEEDED",
        "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
        "ABORTED",   "OUT_OF_RANGE",   "UNIMPLEMENTED",     "INTERNAL",           "UNAVAILABLE",
        "DATA_LOSS", "UNAUTHENTICATED"};
    const auto index = static_cast<std::size_t>(status);
    return index < kNames.size() ? kNames[index] : kNames[2];
}

GrpcStatus nearest_grpc_status(ErrorCode code) {
    switch (http_status(code)) {
        case 400: return GrpcStatus::invalid_argument;
        case 401: return GrpcStatus::unauthenticated;
        case 403: return GrpcStatus::permission_denied;
        case 404: return GrpcStatus::not_found;
        case 405: return GrpcStatus::unimplemented;
        case 406: return GrpcStatus::invalid_argument;
        case 408: return GrpcStatus::deadline_exceeded;
        case 409: return GrpcStatus::aborted;
        case 426: return GrpcStatus::failed_precondition;
        case 413:
        case 429:
        case 431: return GrpcStatus::resource_exhausted;
        case 499: return GrpcStatus::cancelled;
        case 501: return GrpcStatus::unimplemented;
        case 502: return GrpcStatus::resource_exhausted;
        case 503: return GrpcStatus::unavailable;
        case 504: return GrpcStatus::deadline_exceeded;
        default: return code == ErrorCode::upstream_unreachable ? GrpcStatus::unavailable : GrpcStatus::internal;
    }
}

}  // namespace octane::base
