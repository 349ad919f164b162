// Room: rpc. The deadline that a caller asks for in a header. docs/api.md §2.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "base/result.hpp"

namespace octane::rpc {

struct DeadlineHeaders {
    std::string_view x_timeout;           // "5s", "500ms", "2m"; a bare number is seconds
    std::string_view grpc_timeout;        // "5S", "500m": digits and one of H M S m u n
    std::string_view connect_timeout_ms;  // milliseconds
};

// Nothing if no header is set; the first of the three that is counts. "0" in X-Timeout means no deadline. Error 40005 bad_header
// names the header and what it may hold.
base::Result<std::optional<std::chrono::milliseconds>> read_deadline(const DeadlineHeaders& headers);

}  // namespace octane::rpc
