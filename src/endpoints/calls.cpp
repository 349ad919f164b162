#include "endpoints/calls.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <utility>

#include "base/ids.hpp"
#include "endpoints/content_type.hpp"
#include "rpc/deadline.hpp"
#include "telemetry/log.hpp"
#include "wire/json_text.hpp"

namespace octane::endpoints {
namespace asio = boost::asio;
using telemetry::Level;

namespace {

constexpr std::size_t kLoggedBody = 1024;  // CONTRACT §7: requests are cut at 1 kB
constexpr std::size_t kLongestCallId = 128;

// The caller's own id if it can stand in a header and a log line, else a new one.
std::string call_id_of(const http::Request& request) {
    const std::string_view given = request.header("X-Call-Id");
    const bool is_usable = !given.empty() && given.size() <= kLongestCallId &&
                           std::ranges::all_of(given, [](char c) { return c > ' ' && c < 0x7F; });
    return is_usable ? std::string(given) : base::make_call_id();
}

base::Result<rpc::CallRequest> read_request(const http::Request& request) {
    rpc::CallRequest call;
    call.service = request.captures[0];
    call.method = request.captures[1];
    call.body = request.body;
    const std::string_view strict = request.header("X-Strict");
    call.is_strict = !strict.empty() && strict != "0" && strict != "false";
    call.dialect.with_defaults = request.query.flag("defaults");
    if (const auto enums = request.query.find("enums")) {
        if (*enums != "number" && *enums != "name") {
            return base::make_error(base::ErrorCode::bad_query,
                                    "?enums= is '" + std::string(enums->substr(0, 40)) + "'; it takes number or name");
        }
        call.dialect.enums_as_numbers = *enums == "number";
    }
    if (const auto raw = request.query.find("raw")) {
        if (raw->empty())
            return base::make_error(base::ErrorCode::bad_query,
                                    "?raw= takes the path of a bytes field, such as renderImages.data.0.buffer.data");
        call.raw_path = *raw;
    }
    auto timeout =
        rpc::read_deadline({request.header("X-Timeout"), request.header("grpc-timeout"), request.header("Connect-Timeout-Ms")});
    if (!timeout) return std::move(timeout).error();
    call.timeout = *timeout;
    return call;
}

void append_warnings(std::string& out, const std::vector<std::string>& warnings) {
    out += '[';
    for (std::size_t i = 0; i < warnings.size(); ++i) {
        if (i > 0) out += ',';
        wire::append_json_string(out, warnings[i]);
    }
    out += ']';
}

http::Response make_response(rpc::CallAnswer answer, bool is_bare, bool is_raw) {
    http::Response response;
    if (is_raw) {
        response.chain = std::move(answer.raw);
        response.content_type =
            recognise_content(response.chain.segments().empty() ? std::string_view() : response.chain.segments().front());
    }
    if (is_raw || is_bare) {
        if (!is_raw) response.body = std::move(answer.json);
        if (!answer.warnings.empty()) {
            std::string text;
            append_warnings(text, answer.warnings);
            response.headers.emplace_back("X-Warnings", std::move(text));
        }
        return response;
    }
    response.body.reserve(answer.json.size() + 32);
    response.body += R"({"success":true,"data":)";
    response.body += answer.json;
    if (!answer.warnings.empty()) {
        response.body += ",\"warnings\":";
        append_warnings(response.body, answer.warnings);
    }
    response.body += '}';
    return response;
}

std::string name_of(const http::Request& request) {
    return request.captures[0] + "." + request.captures[1];
}

double milliseconds_since(std::chrono::steady_clock::time_point begin) {
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
}

std::string host_of(const http::Request& request) {
    return request.remote.substr(0, request.remote.rfind(':'));
}

std::string shown(double milliseconds) {
    char text[32];
    const int length = std::snprintf(text, sizeof text, "%.1f ms", milliseconds);
    return {text, static_cast<std::size_t>(length)};
}

void log_failure(const http::Request& request, const base::Error& error, const std::string& call_id, double took_ms) {
    const int status = base::http_status(error.code);
    const Level level = status >= 500 ? Level::warn : Level::info;
    if (!telemetry::is_logged(level)) return;
    telemetry::log(level, "ERROR: " + name_of(request) + " " + std::to_string(status) + " " + error.message,
                   {{"status", base::grpc_status_name(error.grpc)},
                    {"from", host_of(request)},
                    telemetry::incidental({"id", call_id}),
                    {"ms", took_ms}});
}

}  // namespace

asio::awaitable<http::Response> call_method(const Context& context, http::Request& request) {
    const auto begin = std::chrono::steady_clock::now();
    const std::string call_id = call_id_of(request);
    if (telemetry::is_logged(Level::debug)) {
        telemetry::log(Level::debug, "POST " + request.path + " from " + host_of(request),
                       {{"id", call_id}, {"request", request.body.substr(0, kLoggedBody)}});
    }
    auto call = read_request(request);
    base::Result<rpc::CallAnswer> answer = rpc::CallAnswer();
    if (call) {
        call->client_gone = request.client_gone.slot();
        answer = co_await context.caller.call(*call);
    } else {
        answer = std::move(call).error();
    }
    http::Response response;
    if (answer) {
        if (telemetry::is_logged(Level::debug)) {
            telemetry::log(Level::debug, "SUCCESS: " + name_of(request) + " 200 " + shown(milliseconds_since(begin)),
                           {{"id", call_id}});
        }
        response = make_response(std::move(*answer), request.query.flag("bare"), !call->raw_path.empty());
    } else {
        log_failure(request, answer.error(), call_id, milliseconds_since(begin));
        response = http::error_response(answer.error(), call_id);
    }
    response.headers.emplace_back("X-Call-Id", call_id);
    co_return response;
}

}  // namespace octane::endpoints
