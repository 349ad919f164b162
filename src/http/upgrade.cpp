#include "http/upgrade.hpp"

#include <algorithm>
#include <boost/beast/core/string.hpp>

#include "http/dispatch.hpp"
#include "http/header_list.hpp"

namespace octane::http {
namespace {

using boost::beast::iequals;

constexpr std::size_t kKeySize = 24;  // sixteen bytes in base64

// Whether a header that is a list of words, and may stand several times, has the word.
bool has_word(const Request& request, std::string_view name, std::string_view word) {
    for (const auto& [key, value] : request.headers) {
        if (!iequals(key, name)) continue;
        std::string_view rest = value;
        while (!rest.empty()) {
            if (iequals(take_item(rest), word)) return true;
        }
    }
    return false;
}

bool is_key(std::string_view key) {
    const auto is_digit = [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
    };
    return key.size() == kKeySize && key.ends_with("==") && std::all_of(key.begin(), key.end() - 2, is_digit);
}

Response upgrade_required(const Request& request, std::string message) {
    auto response = refusal_response(base::make_error(base::ErrorCode::upgrade_required, std::move(message)), request);
    response.headers.emplace_back("Upgrade", "websocket");
    response.headers.emplace_back("Sec-WebSocket-Version", "13");
    return response;
}

}  // namespace

bool is_upgrade(const Request& request) {
    return has_word(request, "Upgrade", "websocket");
}

std::optional<Response> refuse_upgrade(const Request& request, bool is_http_1_0, bool has_rest) {
    if (is_http_1_0 || request.verb != "GET" || !has_word(request, "Upgrade", "websocket") ||
        !has_word(request, "Connection", "upgrade")) {
        return upgrade_required(request, "this path is a WebSocket: open it with new WebSocket(\"ws://…" +
                                             request.path.substr(0, 200) + "\"), not with a plain HTTP request");
    }
    if (request.header("Sec-WebSocket-Version") != "13")
        return upgrade_required(request, "the header Sec-WebSocket-Version must be 13, the version of RFC 6455");
    if (!is_key(request.header("Sec-WebSocket-Key"))) {
        return refusal_response(
            base::make_error(base::ErrorCode::bad_header, "the header Sec-WebSocket-Key must be sixteen bytes in base64"),
            request);
    }
    if (has_rest) {
        return refusal_response(
            base::make_error(base::ErrorCode::bad_http, "nothing may follow the opening request before it is answered"), request);
    }
    return std::nullopt;
}

}  // namespace octane::http
