#include "rpc/status_map.hpp"

#include <doctest/doctest.h>

#include <array>
#include <utility>

namespace octane::rpc {
namespace {

using base::GrpcStatus;

// The rows of the contract's error table that are gRPC statuses, as they are on /<service>/<method>.
constexpr std::array<std::pair<GrpcStatus, int>, 16> kTable = {{
    {GrpcStatus::cancelled, 499},
    {GrpcStatus::unknown, 500},
    {GrpcStatus::invalid_argument, 400},
    {GrpcStatus::deadline_exceeded, 504},
    {GrpcStatus::not_found, 404},
    {GrpcStatus::already_exists, 409},
    {GrpcStatus::permission_denied, 403},
    {GrpcStatus::resource_exhausted, 429},
    {GrpcStatus::failed_precondition, 400},
    {GrpcStatus::aborted, 409},
    {GrpcStatus::out_of_range, 400},
    {GrpcStatus::unimplemented, 501},
    {GrpcStatus::internal, 500},
    {GrpcStatus::unavailable, 503},  // of an Octane 500: its policy says so
    {GrpcStatus::data_loss, 500},
    {GrpcStatus::unauthenticated, 401},
}};

TEST_CASE("every gRPC status has the HTTP status of the contract's table") {
    for (const auto& [status, expected] : kTable) {
        CAPTURE(base::grpc_status_name(status));
        CHECK(base::http_status(error_code_of(status)) == expected);
    }
}

TEST_CASE("a status that gRPC does not have is an internal error") {
    CHECK(base::http_status(error_code_of(static_cast<GrpcStatus>(99))) == 500);
    CHECK(base::http_status(error_code_of(static_cast<GrpcStatus>(-1))) == 500);
}

TEST_CASE("errors of Octane are told apart from those that the proxy itself found") {
    CHECK(error_code_of(GrpcStatus::invalid_argument) == base::ErrorCode::upstream_bad_request);
    CHECK(error_code_of(GrpcStatus::not_found) == base::ErrorCode::upstream_not_found);
    CHECK(error_code_of(GrpcStatus::permission_denied) == base::ErrorCode::upstream_permission_denied);
    CHECK(error_code_of(GrpcStatus::unauthenticated) == base::ErrorCode::upstream_unauthenticated);
    CHECK(error_code_of(GrpcStatus::internal) == base::ErrorCode::upstream_internal);
}

}  // namespace
}  // namespace octane::rpc
