// Room: endpoints. /render/…: the callback that brings the frames. docs/api.md §3.
#pragma once

#include "endpoints/context.hpp"
#include "http/message.hpp"

namespace octane::endpoints {

boost::asio::awaitable<http::Response> register_callback(const Context& context, http::Request& request);
boost::asio::awaitable<http::Response> unregister_callback(const Context& context, http::Request& request);
boost::asio::awaitable<http::Response> callback_status(const Context& context, http::Request& request);
boost::asio::awaitable<http::Response> ping_client(const Context& context, http::Request& request);

}  // namespace octane::endpoints
