#include "endpoints/compat_logs.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include "endpoints/calls.hpp"
#include "endpoints/iso_time.hpp"
#include "endpoints/json_body.hpp"
#include "endpoints/log_files.hpp"
#include "http/run_on.hpp"

namespace octane::endpoints {
namespace asio = boost::asio;
using nlohmann::json;

namespace {

constexpr const char* kPageLog = "octaneWebR";

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
    auto body = read_json_object(request);
    if (!body) return std::move(body).error();
    auto id = LogFiles::make_id(member(*body, "sessionId"));
    if (!id) return std::move(id).error();
    return SessionText{std::move(*id), std::move(*body)};
}

// "2026-03-01T12:00:00.000Z [warn] text\n"
void append_entry(std::string& lines, const json& entry) {
    lines += iso_time(std::chrono::system_clock::now());
    lines += " [" + (entry.is_object() ? member(entry, "level") : std::string()) + "] ";
    lines += entry.is_object() ? member(entry, "message") : as_text(entry);
    lines += '\n';
}

asio::awaitable<http::Response> write_page_log(const Context& context, const http::Request& request) {
    const auto body = read_json_object(request);
    if (!body) co_return http::error_response(body.error());
    std::string lines;
    const auto entries = body->find("entries");
    if (entries != body->end() && entries->is_array()) {
        for (const auto& entry : *entries) append_entry(lines, entry);
    } else {
        append_entry(lines, *body);
    }
    const auto written =
        co_await http::run_on(context.log_writer, [&context, &lines] { return context.logs->append(kPageLog, lines); });
    co_return written ? json_response(R"({"success":true})") : http::error_response(written.error());
}

asio::awaitable<http::Response> clear_page_log(const Context& context) {
    const auto cleared = co_await http::run_on(context.log_writer, [&context] { return context.logs->replace(kPageLog, {}); });
    if (cleared) co_return json_response(R"({"status":"ok","message":"Log cleared"})");
    const json answer = {{"status", "error"}, {"error", cleared.error().message}};
    co_return json_response(answer.dump(), 500);
}

std::string lower(std::string text) {
    for (char& c : text) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return text;
}

}  // namespace

asio::awaitable<http::Response> clear_session_log(const Context& context, http::Request& request) {
    const auto session = read_session(request);
    if (!session) co_return http::error_response(session.error());
    const auto cleared =
        co_await http::run_on(context.log_writer, [&context, &session] { return context.logs->replace(session->id, {}); });
    if (!cleared) co_return http::error_response(cleared.error());
    co_return json_response(R"({"success":true,"message":"Log cleared"})");
}

asio::awaitable<http::Response> append_session_log(const Context& context, http::Request& request) {
    const auto session = read_session(request);
    if (!session) co_return http::error_response(session.error());
    const std::string line = member(session->body, "logEntry") + '\n';
    const auto written = co_await http::run_on(context.log_writer,
                                               [&context, &session, &line] { return context.logs->append(session->id, line); });
    if (!written) co_return http::error_response(written.error());
    co_return json_response(R"({"success":true})");
}

asio::awaitable<http::Response> save_session_log(const Context& context, http::Request& request) {
    const auto session = read_session(request);
    if (!session) co_return http::error_response(session.error());
    const std::string content = member(session->body, "content");
    const auto written = co_await http::run_on(
        context.log_writer, [&context, &session, &content] { return context.logs->replace(session->id, content); });
    if (!written) co_return http::error_response(written.error());
    nlohmann::ordered_json answer = {
        {"success", true}, {"filename", session->id + ".log"}, {"filepath", "/debug-logs/" + session->id}};
    const auto timestamp = session->body.find("timestamp");
    if (timestamp != session->body.end()) {
        answer["timestamp"] = *timestamp;
    } else {
        answer["timestamp"] = iso_time(std::chrono::system_clock::now());
    }
    answer["size"] = content.size();
    co_return json_response(answer.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
}

asio::awaitable<http::Response> show_session_log(const Context& context, http::Request& request) {
    const auto id = LogFiles::make_id(request.captures[0]);
    if (!id) co_return http::error_response(base::make_error(base::ErrorCode::path_not_found, "Log file not found"));
    auto content = co_await http::run_on(context.log_writer, [&context, &id] { return context.logs->read(*id); });
    if (!content) co_return http::error_response(content.error());
    auto response = json_response(std::move(*content));
    response.content_type = "text/plain; charset=utf-8";
    // What stands in a log was written by others: it must never be taken for a page.
    response.headers.emplace_back("X-Content-Type-Options", "nosniff");
    co_return response;
}

asio::awaitable<http::Response> page_log(const Context& context, http::Request& request) {
    const std::string name = lower(request.captures[0]);
    if (name == "log") {
        auto written = co_await write_page_log(context, request);
        co_return written;
    }
    if (name == "logclear") {
        auto cleared = co_await clear_page_log(context);
        co_return cleared;
    }
    request.captures.insert(request.captures.begin(), "api");
    auto response = co_await call_method(context, request);
    co_return response;
}

}  // namespace octane::endpoints
