// Room: http. The one place where an Error becomes a reply. CONTRACT §2.
#include <nlohmann/json.hpp>

#include "http/message.hpp"

namespace octane::http {

Response error_response(const base::Error& error, std::string_view call_id) {
    nlohmann::ordered_json body;
    body["success"] = false;
    body["error"] = error.message;
    body["status"] = base::grpc_status_name(error.grpc);
    body["code"] = static_cast<int>(error.grpc);
    if (!call_id.empty()) body["callId"] = call_id;

    Response response;
    response.status = base::http_status(error.code);
    // Octane's own text need not be valid UTF-8; the reply always is.
    response.body = body.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
    if (error.code == base::ErrorCode::token_missing) response.headers.emplace_back("WWW-Authenticate", "Bearer");
    return response;
}

}  // namespace octane::http
