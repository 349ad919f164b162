// Stand-in renderer: faults by method.
#include "standin/faults.hpp"

#include <array>
#include <charconv>
#include <stdexcept>
#include <utility>

namespace octane::standin {
namespace {

constexpr std::array<std::string_view, 17> kStatusNames{
    "OK",        "CANCELLED",      "UNKNOWN",           "INVALID_ARGUMENT",   "DEADLINE_EXCEEDED",
    "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
    "ABORTED",   "OUT_OF_RANGE",   "UNIMPLEMENTED",     "INTERNAL",           "UNAVAILABLE",
    "DATA_LOSS", "UNAUTHENTICATED"};

std::pair<std::string_view, std::string_view> split(std::string_view text, char at, std::string_view form) {
    const auto found = text.find(at);
    if (found == std::string_view::npos || found == 0)
        throw std::invalid_argument("'" + std::string(text) + "' is not of the form " + std::string(form));
    return {text.substr(0, found), text.substr(found + 1)};
}

}  // namespace

std::string Faults::short_name(std::string_view method) {
    if (method.starts_with('/')) method.remove_prefix(1);
    auto cut = method.find('/');
    if (cut == std::string_view::npos) cut = method.rfind('.');
    if (cut == std::string_view::npos) return std::string(method);
    std::string_view service = method.substr(0, cut);
    if (const auto dot = service.rfind('.'); dot != std::string_view::npos) service.remove_prefix(dot + 1);
    if (service.size() > 7 && service.ends_with("Service")) service.remove_suffix(7);
    return std::string(service) + "/" + std::string(method.substr(cut + 1));
}

std::optional<grpc::StatusCode> Faults::status_code(std::string_view name) {
    for (std::size_t i = 0; i < kStatusNames.size(); ++i)
        if (kStatusNames[i] == name) return static_cast<grpc::StatusCode>(i);
    return std::nullopt;
}

void Faults::add_stall(std::string_view method_and_ms) {
    const auto [method, ms] = split(method_and_ms, '=', "METHOD=MS");
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(ms.data(), ms.data() + ms.size(), value);
    if (error != std::errc() || end != ms.data() + ms.size() || value < 0)
        throw std::invalid_argument("'" + std::string(ms) + "' is not a number of milliseconds");
    stall(method, std::chrono::milliseconds(value));
}

void Faults::add_failure(std::string_view method_and_status) {
    const auto [method, status] = split(method_and_status, '=', "METHOD=STATUS:TEXT");
    const auto colon = status.find(':');
    const auto code = status_code(status.substr(0, colon));
    if (!code) throw std::invalid_argument("'" + std::string(status.substr(0, colon)) + "' is not a gRPC status");
    fail(method, {*code, colon == std::string_view::npos ? std::string() : std::string(status.substr(colon + 1))});
}

Fault& Faults::entry(std::string_view method) {
    any_ = true;
    return faults_[short_name(method)];
}

void Faults::stall(std::string_view method, std::chrono::milliseconds time) {
    const std::lock_guard lock(mutex_);
    entry(method).stall = time;
}

void Faults::fail(std::string_view method, grpc::Status status) {
    const std::lock_guard lock(mutex_);
    entry(method).failure = std::move(status);
}

void Faults::crash(std::string_view method) {
    const std::lock_guard lock(mutex_);
    entry(method).crashes = true;
}

void Faults::clear() {
    const std::lock_guard lock(mutex_);
    faults_.clear();
    any_ = false;
    ++cleared_;
    changed_.notify_all();
}

std::optional<Fault> Faults::of(std::string_view method) const {
    if (!any_.load(std::memory_order_relaxed)) return std::nullopt;
    const std::string name = short_name(method);
    const std::lock_guard lock(mutex_);
    for (const std::string& key : {name, name.substr(0, name.find('/')) + "/*", std::string("*")})
        if (const auto found = faults_.find(key); found != faults_.end()) return found->second;
    return std::nullopt;
}

void Faults::wait(std::chrono::milliseconds time) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, time, [this, before = cleared_] { return stopped_ || cleared_ != before; });
}

void Faults::stop() {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    changed_.notify_all();
}

}  // namespace octane::standin
