// Room: endpoints. octaneWebR's WebSocket /api/callbacks: docs/octane.md §3.3, docs/api.md §5.
//
// The page sends {"type":"subscribe"} and gets newImage as text, or {"type":"subscribe","binary":true} and gets binary messages;
// it may do so again to change its mind. Before the first it is no viewer: nothing is made for it. {"type":"ping"} is answered;
// what else it says has no meaning here.
#pragma once

#include "endpoints/context.hpp"
#include "http/message.hpp"

namespace octane::endpoints {

boost::asio::awaitable<http::Response> open_callbacks(const Context& context, http::Request& request);

}  // namespace octane::endpoints
