// Room: endpoints. Small JSON bodies and messages of the proxy's own endpoints.
//
// The only way in which foreign text becomes a JSON value: values are copied and written by recursion, so how deep and how many
// they are is bounded before the first one is made.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "http/message.hpp"

namespace octane::endpoints {

inline constexpr int kDeepestJson = 64;                 // levels
inline constexpr std::size_t kMostJsonValues = 100000;  // in one text

// The text as a JSON object; an empty one is {}. Error 40002 bad_json, whose message begins with `what`: "the message".
base::Result<nlohmann::json> read_json_object(std::string_view text, std::string_view what);

// The same of a request's body.
base::Result<nlohmann::json> read_json_object(const http::Request& request);

// An answer that nobody keeps.
http::Response json_response(std::string json, int status = 200);

}  // namespace octane::endpoints
