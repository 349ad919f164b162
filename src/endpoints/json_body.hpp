// Room: endpoints. Small JSON bodies and messages of the proxy's own endpoints.
//
// The only way in which foreign text becomes a JSON value: values are copied and written by recursion, so how long the text is
// and how deep and how many its values are is bounded before the first one is made. What is read on a loop holds up all others
// there.
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

// The text as a JSON object; an empty one is {}. Error 40002 bad_json, whose message begins with `what`: "the message". How long
// a body may be is its route's to say (http::RouteRules).
base::Result<nlohmann::json> read_json_object(std::string_view text, std::string_view what);

// An answer that nobody keeps.
http::Response json_response(std::string json, int status = 200);

}  // namespace octane::endpoints
