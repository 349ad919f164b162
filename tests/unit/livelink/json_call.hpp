// Tests of the livelink room: a call with a JSON body, as the endpoints make it.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "livelink/octane.hpp"

namespace octane::livelink::tests {

struct JsonCall {
    std::string_view service;
    std::string_view method;
    std::string_view body;
    bool is_strict = false;
    wire::JsonWriteOptions dialect;
    std::optional<std::chrono::milliseconds> timeout;
    std::string raw_path;
    boost::asio::cancellation_slot client_gone;
    std::string_view call_id;
    std::string_view client;
    std::optional<std::uint64_t> epoch;
    bool wants_empty_objects = false;
};

struct JsonAnswer {
    const schema::Method* method = nullptr;  // what Octane was asked
    std::string json;
    base::ByteChain raw;
    std::vector<std::string> warnings;
};

inline boost::asio::awaitable<base::Result<JsonAnswer>> call_json(const Octane& octane, JsonCall call) {
    rpc::CallRequest request;
    request.head = {call.service, call.method, call.call_id, call.epoch, call.wants_empty_objects};
    request.timeout = call.timeout;
    request.client_gone = call.client_gone;
    request.client = call.client;
    rpc::JsonCodec codec({call.is_strict, call.dialect, !call.raw_path.empty()});
    auto plan = co_await octane.caller().plan(request);
    if (!plan) co_return std::move(plan).error();
    base::Result<wire::BytesPath> path = wire::BytesPath();
    if (!call.raw_path.empty()) path = wire::parse_bytes_path((*plan)->answer_type(), call.raw_path);
    if (!path) co_return std::move(path).error();
    auto done = co_await octane.caller().run(**plan, request, call.body, codec);
    if (!done) co_return std::move(done).error();
    JsonAnswer answer{&(*plan)->method(), std::move(codec.json()), {}, codec.warnings()};
    if (call.raw_path.empty()) co_return answer;
    auto raw = wire::find_bytes(*path, codec.bytes());
    if (!raw) co_return std::move(raw).error();
    answer.raw = *std::move(raw);
    co_return answer;
}

}  // namespace octane::livelink::tests
