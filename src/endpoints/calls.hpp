// Room: endpoints. POST /<service>/<method>: docs/api.md §2.
#pragma once

#include "endpoints/context.hpp"
#include "http/message.hpp"

namespace octane::endpoints {

boost::asio::awaitable<http::Response> call_method(const Context& context, http::Request& request);

}  // namespace octane::endpoints
