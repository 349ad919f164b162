#include "endpoints/call_log.hpp"

#include <cstdio>
#include <string_view>
#include <utility>

#include "base/ids.hpp"
#include "rpc/busy_words.hpp"
#include "telemetry/log.hpp"

namespace octane::endpoints {
using telemetry::Level;

namespace {

constexpr std::size_t kLoggedBody = 1024;  // docs/api.md §7: requests are cut at 1 kB

std::string call_id_of(const http::Request& request) {
    const std::string_view given = request.call_id();
    return given.empty() ? base::make_call_id() : std::string(given);
}

std::string name_of(const http::Request& request) {
    return request.captures[0] + "." + request.captures[1];
}

std::string host_of(const http::Request& request) {
    return std::string(request.client());
}

double milliseconds_since(std::chrono::steady_clock::time_point begin) {
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
}

std::string shown(double milliseconds) {
    char text[32];
    const int length = std::snprintf(text, sizeof text, "%.1f ms", milliseconds);
    return {text, static_cast<std::size_t>(length)};
}

}  // namespace

CallLog::CallLog(const http::Request& request)
    : request_(request), begin_(std::chrono::steady_clock::now()), call_id_(call_id_of(request)) {}

void CallLog::note_request() const {
    if (std::exchange(is_noted_, true)) return;
    if (!telemetry::is_logged(Level::debug)) return;
    telemetry::log(Level::debug, request_.verb + " " + request_.path + " from " + host_of(request_),
                   {{"id", call_id_}, {"request", request_.body.substr(0, kLoggedBody)}});
}

void CallLog::success() const {
    if (!telemetry::is_logged(Level::debug)) return;
    telemetry::log(Level::debug, "SUCCESS: " + name_of(request_) + " 200 " + shown(milliseconds_since(begin_)),
                   {{"id", call_id_}});
}

void CallLog::failure(const base::Error& error, int status) const {
    note_request();
    const Level level = status >= 500 ? Level::warn : Level::info;
    if (!telemetry::is_logged(level)) return;
    const std::string what = "ERROR: " + name_of(request_) + " " + std::to_string(status) + " ";
    const telemetry::Field reason("status", base::grpc_status_name(error.grpc));
    const telemetry::Field from("from", host_of(request_));
    const telemetry::Field id = telemetry::incidental({"id", call_id_});
    const telemetry::Field took("ms", milliseconds_since(begin_));
    const auto said = error.grpc == base::GrpcStatus::deadline_exceeded ? rpc::without_busy_times(error.message)
                                                                        : rpc::TimelessSentence{error.message, {}};
    if (said.time.empty()) return telemetry::log(level, what + said.sentence, {reason, from, id, took});
    telemetry::log(level, what + said.sentence, {reason, from, id, took, telemetry::incidental({"busy_for", said.time})});
}

}  // namespace octane::endpoints
