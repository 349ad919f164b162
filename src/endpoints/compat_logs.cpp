#include "endpoints/compat_logs.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include "base/nearest.hpp"
#include "endpoints/calls.hpp"
#include "endpoints/json_body.hpp"
#include "endpoints/log_files.hpp"
#include "http/dispatch.hpp"
#include "http/run_on.hpp"
#include "telemetry/line.hpp"

namespace octane::endpoints {
namespace asio = boost::asio;
using nlohmann::json;

namespace {

constexpr const char* kPageLog = "octaneWebR";
constexpr const char* kSuccess = R"({"success":true})";

// Any JSON value as text: a string as it is, anything else as JSON.
std::string as_text(const json& value) {
    return value.is_string() ? value.get<std::string>() : value.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string member(const json& object, const char* name) {
    const auto found = object.find(name);
    return found == object.end() || found->is_null() ? std::string() : as_text(*found);
}

struct SessionText {
    std::string id;
    json body;
};

base::Result<SessionText> read_session(const http::Request& request) {
    auto body = read_json_object(request.body, "the body");
    if (!body) return std::move(body).error();
    auto id = LogFiles::make_id(member(*body, "sessionId"));
    if (!id) return std::move(id).error();
    return SessionText{std::move(*id), std::move(*body)};
}

// "2026-03-01T12:00:00.000Z [warn] text\n"
void append_entry(std::string& lines, const json& entry) {
    lines += telemetry::format_time(std::chrono::system_clock::now());
    lines += " [" + (entry.is_object() ? member(entry, "level") : std::string()) + "] ";
    lines += entry.is_object() ? member(entry, "message") : as_text(entry);
    lines += '\n';
}

// What the log's writer does of a request, away from the loops: such bodies are long. Each returns its answer's JSON.

base::Result<std::string> clear_session(LogFiles& logs, const http::Request& request) {
    const auto session = read_session(request);
    if (!session) return session.error();
    const auto cleared = logs.replace(session->id, {});
    if (!cleared) return cleared.error();
    return std::string(R"({"success":true,"message":"Log cleared"})");
}

base::Result<std::string> append_to_session(LogFiles& logs, const http::Request& request) {
    const auto session = read_session(request);
    if (!session) return session.error();
    const auto written = logs.append(session->id, member(session->body, "logEntry") + '\n');
    if (!written) return written.error();
    return std::string(kSuccess);
}

base::Result<std::string> save_session(LogFiles& logs, const http::Request& request) {
    const auto session = read_session(request);
    if (!session) return session.error();
    const std::string content = member(session->body, "content");
    const auto written = logs.replace(session->id, content);
    if (!written) return written.error();
    nlohmann::ordered_json answer = {
        {"success", true}, {"filename", session->id + ".log"}, {"filepath", "/debug-logs/" + session->id}};
    const auto timestamp = session->body.find("timestamp");
    if (timestamp != session->body.end()) {
        answer["timestamp"] = *timestamp;
    } else {
        answer["timestamp"] = telemetry::format_time(std::chrono::system_clock::now());
    }
    answer["size"] = content.size();
    return answer.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

base::Result<std::string> append_to_page_log(LogFiles& logs, const http::Request& request) {
    const auto body = read_json_object(request.body, "the body");
    if (!body) return body.error();
    std::string lines;
    const auto entries = body->find("entries");
    if (entries != body->end() && entries->is_array()) {
        for (const auto& entry : *entries) append_entry(lines, entry);
    } else {
        append_entry(lines, *body);
    }
    const auto written = logs.append(kPageLog, lines);
    if (!written) return written.error();
    return std::string(kSuccess);
}

using LogWork = base::Result<std::string> (*)(LogFiles& logs, const http::Request& request);

asio::awaitable<http::Response> answer_with(LogWork work, const Site& site, const http::Request& request) {
    auto answer = co_await http::run_on(site.log_writer, [work, &site, &request] { return work(*site.logs, request); });
    co_return answer ? json_response(std::move(*answer)) : http::error_response(answer.error());
}

asio::awaitable<http::Response> clear_page_log(const Site& site) {
    const auto cleared = co_await http::run_on(site.log_writer, [&site] { return site.logs->replace(kPageLog, {}); });
    if (cleared) co_return json_response(R"({"status":"ok","message":"Log cleared"})");
    const json answer = {{"status", "error"}, {"error", cleared.error().message}};
    co_return json_response(answer.dump(), 500);
}

}  // namespace

asio::awaitable<http::Response> clear_session_log(const Site& site, http::Request& request) {
    return answer_with(clear_session, site, request);
}

asio::awaitable<http::Response> append_session_log(const Site& site, http::Request& request) {
    return answer_with(append_to_session, site, request);
}

asio::awaitable<http::Response> save_session_log(const Site& site, http::Request& request) {
    return answer_with(save_session, site, request);
}

asio::awaitable<http::Response> show_session_log(const Site& site, http::Request& request) {
    const auto id = LogFiles::make_id(request.captures[0]);
    if (!id) co_return http::error_response(base::make_error(base::ErrorCode::path_not_found, "Log file not found"));
    auto content = co_await http::run_on(site.log_writer, [&site, &id] { return site.logs->read(*id); });
    if (!content) co_return http::error_response(content.error());
    auto response = json_response(std::move(*content));
    response.content_type = "text/plain; charset=utf-8";  // what others wrote must never be taken for a page
    co_return response;
}

bool is_page_log(const http::Request& request) {
    constexpr std::string_view kFolder = "/api/";
    if (!request.path.starts_with(kFolder)) return false;
    const auto name = base::lowered(std::string_view(request.path).substr(kFolder.size()));
    return name == "log" || name == "logclear";
}

asio::awaitable<void> page_log(const Site& site, http::Exchange& exchange) {
    auto& request = exchange.request();
    if (!is_page_log(request)) {
        request.captures.insert(request.captures.begin(), "api");
        co_await call_method(site, exchange);
        co_return;
    }
    http::Response response;
    if (const auto whole = co_await http::read_whole_body(exchange); !whole)
        response = http::refusal_response(whole.error(), request);
    else if (base::lowered(request.captures[0]) == "log")
        response = co_await answer_with(append_to_page_log, site, request);
    else
        response = co_await clear_page_log(site);
    co_await exchange.answer(response);
}

}  // namespace octane::endpoints
