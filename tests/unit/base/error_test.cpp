#include "base/error.hpp"

#include <doctest/doctest.h>

#include <array>
#include <set>
#include <string_view>

namespace octane::base {
namespace {

constexpr std::array kEveryCode = {ErrorCode::bad_path,
                                   ErrorCode::bad_json,
                                   ErrorCode::bad_value,
                                   ErrorCode::unknown_member,
                                   ErrorCode::bad_header,
                                   ErrorCode::bad_query,
                                   ErrorCode::bad_http,
                                   ErrorCode::upstream_bad_request,
                                   ErrorCode::token_missing,
                                   ErrorCode::upstream_unauthenticated,
                                   ErrorCode::origin_refused,
                                   ErrorCode::host_refused,
                                   ErrorCode::method_denied,
                                   ErrorCode::upstream_permission_denied,
                                   ErrorCode::service_not_found,
                                   ErrorCode::method_not_found,
                                   ErrorCode::path_not_found,
                                   ErrorCode::no_such_upstream,
                                   ErrorCode::upstream_not_found,
                                   ErrorCode::verb_not_allowed,
                                   ErrorCode::upstream_conflict,
                                   ErrorCode::body_too_large,
                                   ErrorCode::too_many_variants,
                                   ErrorCode::upstream_exhausted,
                                   ErrorCode::header_too_large,
                                   ErrorCode::cancelled,
                                   ErrorCode::internal,
                                   ErrorCode::bad_answer,
                                   ErrorCode::upstream_unreachable,
                                   ErrorCode::upstream_internal,
                                   ErrorCode::release_lacks_method,
                                   ErrorCode::message_too_large,
                                   ErrorCode::shutting_down,
                                   ErrorCode::too_many_connections,
                                   ErrorCode::deadline_exceeded,
                                   ErrorCode::pass_not_found,
                                   ErrorCode::not_acceptable,
                                   ErrorCode::stale_epoch,
                                   ErrorCode::upgrade_required,
                                   ErrorCode::no_frame,
                                   ErrorCode::body_too_slow,
                                   ErrorCode::bodies_exhausted,
                                   ErrorCode::upstream_away};

TEST_CASE("every error number carries an HTTP error status that the contract knows") {
    const std::set<int> known = {400, 401, 403, 404, 405, 406, 408, 409, 413, 426, 429, 431, 499, 500, 501, 502, 503, 504};
    std::set<int> numbers;
    for (const auto code : kEveryCode) {
        CAPTURE(static_cast<int>(code));
        CHECK(known.contains(http_status(code)));
        CHECK(numbers.insert(static_cast<int>(code)).second);
    }
}

TEST_CASE("the gRPC statuses have the names and numbers of gRPC") {
    constexpr std::array<std::string_view, 17> kNames = {
        "OK",        "CANCELLED",      "UNKNOWN",           "INVALID_ARGUMENT",   "DEADLINE_EXCEEDED",
        "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
        "ABORTED",   "OUT_OF_RANGE",   "UNIMPLEMENTED",     "INTERNAL",           "UNAVAILABLE",
        "DATA_LOSS", "UNAUTHENTICATED"};
    for (std::size_t i = 0; i < kNames.size(); ++i) CHECK(grpc_status_name(static_cast<GrpcStatus>(i)) == kNames[i]);
    CHECK(grpc_status_name(static_cast<GrpcStatus>(17)) == "UNKNOWN");
    CHECK(grpc_status_name(static_cast<GrpcStatus>(-1)) == "UNKNOWN");
}

TEST_CASE("an error of the proxy itself gets the nearest gRPC status") {
    CHECK(nearest_grpc_status(ErrorCode::bad_json) == GrpcStatus::invalid_argument);
    CHECK(nearest_grpc_status(ErrorCode::token_missing) == GrpcStatus::unauthenticated);
    CHECK(nearest_grpc_status(ErrorCode::origin_refused) == GrpcStatus::permission_denied);
    CHECK(nearest_grpc_status(ErrorCode::service_not_found) == GrpcStatus::not_found);
    CHECK(nearest_grpc_status(ErrorCode::verb_not_allowed) == GrpcStatus::unimplemented);
    CHECK(nearest_grpc_status(ErrorCode::upstream_conflict) == GrpcStatus::aborted);
    CHECK(nearest_grpc_status(ErrorCode::body_too_large) == GrpcStatus::resource_exhausted);
    CHECK(nearest_grpc_status(ErrorCode::upgrade_required) == GrpcStatus::failed_precondition);
    CHECK(nearest_grpc_status(ErrorCode::upstream_exhausted) == GrpcStatus::resource_exhausted);
    CHECK(nearest_grpc_status(ErrorCode::header_too_large) == GrpcStatus::resource_exhausted);
    CHECK(nearest_grpc_status(ErrorCode::cancelled) == GrpcStatus::cancelled);
    CHECK(nearest_grpc_status(ErrorCode::internal) == GrpcStatus::internal);
    CHECK(nearest_grpc_status(ErrorCode::bad_answer) == GrpcStatus::internal);
    CHECK(nearest_grpc_status(ErrorCode::upstream_unreachable) == GrpcStatus::unavailable);
    CHECK(nearest_grpc_status(ErrorCode::upstream_away) == GrpcStatus::unavailable);
    CHECK(nearest_grpc_status(ErrorCode::release_lacks_method) == GrpcStatus::unimplemented);
    CHECK(nearest_grpc_status(ErrorCode::message_too_large) == GrpcStatus::resource_exhausted);
    CHECK(nearest_grpc_status(ErrorCode::shutting_down) == GrpcStatus::unavailable);
    CHECK(nearest_grpc_status(ErrorCode::deadline_exceeded) == GrpcStatus::deadline_exceeded);
}

TEST_CASE("no error number is nearest to OK or UNKNOWN") {
    for (const auto code : kEveryCode) {
        CAPTURE(static_cast<int>(code));
        CHECK(nearest_grpc_status(code) != GrpcStatus::ok);
        CHECK(nearest_grpc_status(code) != GrpcStatus::unknown);
    }
}

TEST_CASE("make_error keeps the number and the words and fills in the status") {
    const Error error = make_error(ErrorCode::method_not_found, "no such method");
    CHECK(error.code == ErrorCode::method_not_found);
    CHECK(error.grpc == GrpcStatus::not_found);
    CHECK(error.message == "no such method");
}

}  // namespace
}  // namespace octane::base
