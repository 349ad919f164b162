// Room: rpc. gRPC statuses as errors of the HTTP side: docs/api.md §2, error table.
#pragma once

#include <string>

#include "base/error.hpp"

namespace octane::rpc {

// The error number whose first three digits are the HTTP status that the contract gives this gRPC status on /<service>/<method>.
base::ErrorCode error_code_of(base::GrpcStatus status);

}  // namespace octane::rpc
