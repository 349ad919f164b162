// Room: endpoints. Small JSON bodies of the proxy's own endpoints.
#pragma once

#include <nlohmann/json.hpp>

#include "base/result.hpp"
#include "http/message.hpp"

namespace octane::endpoints {

// The body as a JSON object; an empty body is {}. Error 40002 bad_json.
base::Result<nlohmann::json> read_json_object(const http::Request& request);

// 200 that nobody keeps.
http::Response json_response(std::string json);

}  // namespace octane::endpoints
