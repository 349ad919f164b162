#include "rpc/status_map.hpp"

namespace octane::rpc {

base::ErrorCode error_code_of(base::GrpcStatus status) {
    using base::ErrorCode;
    using base::GrpcStatus;
    switch (status) {
        case GrpcStatus::invalid_argument:
        case GrpcStatus::failed_precondition:
        case GrpcStatus::out_of_range: return ErrorCode::upstream_bad_request;
        case GrpcStatus::unauthenticated: return ErrorCode::upstream_unauthenticated;
        case GrpcStatus::permission_denied: return ErrorCode::upstream_permission_denied;
        case GrpcStatus::not_found: return ErrorCode::upstream_not_found;
        case GrpcStatus::already_exists:
        case GrpcStatus::aborted: return ErrorCode::upstream_conflict;
        case GrpcStatus::resource_exhausted: return ErrorCode::upstream_exhausted;
        case GrpcStatus::cancelled: return ErrorCode::cancelled;
        case GrpcStatus::deadline_exceeded: return ErrorCode::deadline_exceeded;
        case GrpcStatus::unimplemented: return ErrorCode::release_lacks_method;
        case GrpcStatus::unavailable: return ErrorCode::upstream_away;
        case GrpcStatus::ok:
        case GrpcStatus::unknown:
        case GrpcStatus::internal:
        case GrpcStatus::data_loss: break;
    }
    return ErrorCode::upstream_internal;
}

}  // namespace octane::rpc
