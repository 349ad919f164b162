// Room: endpoints. GET /render/frame: the newest frame as one answer, now or when the next one comes. docs/api.md §3.
#pragma once

#include "endpoints/context.hpp"
#include "http/message.hpp"

namespace octane::endpoints {

boost::asio::awaitable<http::Response> newest_frame(const Context& context, http::Request& request);

}  // namespace octane::endpoints
