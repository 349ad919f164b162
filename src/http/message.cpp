#include "http/message.hpp"

#include <algorithm>
#include <boost/beast/core/string.hpp>
#include <nlohmann/json.hpp>

#include "http/percent.hpp"

namespace octane::http {

Query::Query(std::string_view raw) {
    while (!raw.empty()) {
        const auto end = raw.find('&');
        const auto pair = raw.substr(0, end);
        raw.remove_prefix(end == std::string_view::npos ? raw.size() : end + 1);
        if (pair.empty()) continue;
        const auto equals = pair.find('=');
        const auto name_text = pair.substr(0, equals);
        const auto value_text = equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1);
        // A malformed escape is kept as it stands: whoever reads the parameter judges it.
        auto name = percent_decode(name_text, PlusSign::space).value_or(std::string(name_text));
        const auto plus = name == "token" ? PlusSign::literal : PlusSign::space;
        auto value = percent_decode(value_text, plus).value_or(std::string(value_text));
        pairs_.emplace_back(std::move(name), std::move(value));
    }
}

std::optional<std::string_view> Query::find(std::string_view name) const {
    for (auto pair = pairs_.rbegin(); pair != pairs_.rend(); ++pair) {
        if (pair->first == name) return pair->second;
    }
    return std::nullopt;
}

void Query::set(const std::string& name, std::string value) {
    remove(name);
    pairs_.emplace_back(name, std::move(value));
}

void Query::remove(std::string_view name) {
    std::erase_if(pairs_, [name](const auto& pair) { return pair.first == name; });
}

bool Query::flag(std::string_view name) const {
    const auto value = find(name);
    return value && *value != "0" && *value != "false" && *value != "no";
}

std::string_view Request::header(std::string_view name) const {
    for (const auto& [key, value] : headers) {
        if (boost::beast::iequals(key, name)) return value;
    }
    return {};
}

std::string_view Request::client() const {
    if (!forwarded_for.empty()) return forwarded_for;
    return std::string_view(remote).substr(0, remote.rfind(':'));
}

std::string_view Request::call_id() const {
    constexpr std::size_t kLongest = 128;
    const auto given = header("X-Call-Id");
    const bool is_usable = given.size() <= kLongest && std::ranges::all_of(given, [](char c) { return c > ' ' && c < 0x7F; });
    return is_usable ? given : std::string_view();
}

Response error_response(const base::Error& error, std::string_view call_id) {
    nlohmann::ordered_json body;
    body["success"] = false;
    body["error"] = error.message;
    body["status"] = base::grpc_status_name(error.grpc);
    body["code"] = static_cast<int>(error.grpc);
    if (!error.details.empty()) body["details"] = nlohmann::ordered_json::parse(error.details);
    if (!call_id.empty()) body["callId"] = call_id;

    Response response;
    response.status = base::http_status(error.code);
    // Another program's text need not be valid UTF-8; the reply always is.
    response.body = body.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
    append_error_headers(response, error.code);
    return response;
}

void append_error_headers(Response& response, base::ErrorCode code) {
    if (code == base::ErrorCode::token_missing) response.headers.emplace_back("WWW-Authenticate", "Bearer");
    if (code == base::ErrorCode::bodies_exhausted || code == base::ErrorCode::too_many_connections)
        response.headers.emplace_back("Retry-After", "5");
}

}  // namespace octane::http
