#include "endpoints/json_body.hpp"

#include <string>
#include <utility>

namespace octane::endpoints {

base::Result<nlohmann::json> read_json_object(const http::Request& request) {
    if (request.body.find_first_not_of(" \t\r\n") == std::string::npos) return nlohmann::json::object();
    auto json = nlohmann::json::parse(request.body, nullptr, false);
    if (json.is_discarded()) return base::make_error(base::ErrorCode::bad_json, "the body is not JSON");
    if (!json.is_object()) return base::make_error(base::ErrorCode::bad_json, "the body must be a JSON object");
    return json;
}

http::Response json_response(std::string json) {
    http::Response response;
    response.body = std::move(json);
    response.headers.emplace_back("Cache-Control", "no-store");
    return response;
}

}  // namespace octane::endpoints
