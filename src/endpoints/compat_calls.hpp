// Room: endpoints. octaneWebR's way to call methods and to ask for health: docs/octane.md §3.3, docs/api.md §5.
#pragma once

#include <optional>

#include "endpoints/site.hpp"
#include "http/exchange.hpp"
#include "http/message.hpp"
#include "wire/wire_to_json.hpp"

namespace octane::endpoints {

// Its JSON: every member, null for unset messages, a one-of's name as the key after its member, bytes as Node's Buffer.
inline constexpr wire::JsonWriteOptions kWebDialect{.with_defaults = true, .one_of_keys = true, .bytes_as_buffer = true};

// POST /api/grpc/<Service>/<method>: the bare answer; every failure is 500 {"error":"<code> <NAME>: <text>","service","method",
// "code"}.
boost::asio::awaitable<http::Response> call_from_web(const Site& site, http::Request& request);

// The refusals of refuse_call() and judge_call(), as this surface spells them.
std::optional<http::Response> refuse_call_from_web(const Site& site, http::Request& request, const http::BodySource& body);

// GET /api/health: 200 also when Octane is away, as octaneWebR's own server answers: the page asks once, and never again at 503.
boost::asio::awaitable<http::Response> web_health(const Site& site, http::Request& request);

}  // namespace octane::endpoints
