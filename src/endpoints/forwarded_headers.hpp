// Room: endpoints. Which headers of a request go on to the upstream as metadata: docs/api.md §2 "Headers". Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "http/message.hpp"

namespace octane::endpoints {

// Whether a header of that name, in lower case, can be metadata: not those of one connection, of HTTP or of gRPC itself.
bool may_be_forwarded(std::string_view name);

// traceparent, tracestate, x-request-id, and `names`, which are in lower case, but none that a header Connection names. What ends
// in "-bin" is base64 and becomes bytes. Error 40005 for a value that gRPC could not send.
base::Result<std::vector<std::pair<std::string, std::string>>> forwarded_headers(const http::Request& request,
                                                                                 std::span<const std::string> names);

}  // namespace octane::endpoints
