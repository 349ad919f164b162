// Room: base. The one error type that travels on the path of a request.
//
// An error number is its HTTP status times one hundred plus a running number, so the status can be read off the number and no
// second table is needed. The message is one sentence for the person who made the request; it never holds paths or secrets.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace octane::base {

// The status codes of gRPC, spelled here so that rooms which may not include grpcpp can name them.
enum class GrpcStatus : int {
    ok = 0,
    cancelled = 1,
    unknown = 2,
    invalid_argument = 3,
    deadline_exceeded = 4,
    not_found = 5,
    already_exists = 6,
    permission_denied = 7,
    resource_exhausted = 8,
    failed_precondition = 9,
    aborted = 10,
    out_of_range = 11,
    unimplemented = 12,
    internal = 13,
    unavailable = 14,
    data_loss = 15,
    unauthenticated = 16,
};

// "NOT_FOUND" for GrpcStatus::not_found; "UNKNOWN" for a number outside the list.
std::string_view grpc_status_name(GrpcStatus status);

enum class ErrorCode : int {
    bad_path = 40001,
    bad_json = 40002,
    bad_value = 40003,
    unknown_member = 40004,
    bad_header = 40005,
    bad_query = 40006,
    bad_http = 40007,
    upstream_bad_request = 40010,
    token_missing = 40101,
    upstream_unauthenticated = 40110,
    origin_refused = 40301,
    host_refused = 40302,
    method_denied = 40303,
    upstream_permission_denied = 40310,
    service_not_found = 40401,
    method_not_found = 40402,
    path_not_found = 40403,
    pass_not_found = 40404,
    no_such_upstream = 40405,
    upstream_not_found = 40410,
    verb_not_allowed = 40501,
    not_acceptable = 40601,
    stale_epoch = 40901,  // handles of the request are void since
    upstream_conflict = 40910,
    body_too_slow = 40801,
    body_too_large = 41301,
    upgrade_required = 42601,  // a plain request where only a WebSocket can be opened
    too_many_variants = 42901,
    upstream_exhausted = 42910,
    header_too_large = 43101,
    cancelled = 49910,
    internal = 50001,
    bad_answer = 50002,
    upstream_unreachable = 50003,  // UNAVAILABLE of an Octane: 500 is what its existing clients know
    upstream_internal = 50010,
    release_lacks_method = 50110,
    message_too_large = 50201,
    shutting_down = 50302,  // a call that had not ended when the proxy did
    no_frame = 50304,
    too_many_connections = 50303,
    bodies_exhausted = 50305,
    upstream_away = 50306,  // UNAVAILABLE of any other upstream
    deadline_exceeded = 50410,
};

constexpr int http_status(ErrorCode code) {
    return static_cast<int>(code) / 100;
}

struct Error {
    ErrorCode code = ErrorCode::internal;
    GrpcStatus grpc = GrpcStatus::internal;  // Octane's status, or the nearest one for the proxy's own errors
    std::string message;
    std::string details{};  // what the upstream said besides, as one JSON array; empty: nothing
};

// The nearest gRPC status for an error that the proxy itself found.
GrpcStatus nearest_grpc_status(ErrorCode code);

// An error of the proxy itself, with the nearest gRPC status filled in.
inline Error make_error(ErrorCode code, std::string message) {
    return Error{code, nearest_grpc_status(code), std::move(message), {}};
}

}  // namespace octane::base
