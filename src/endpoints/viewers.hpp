// Room: endpoints. Those who watch all frames: /render/stream, /render/mjpeg, /render/ws. docs/api.md §3.
#pragma once

#include "endpoints/context.hpp"
#include "frames/viewer.hpp"
#include "http/message.hpp"

namespace octane::endpoints {

boost::asio::awaitable<http::Response> open_stream(const Context& context, http::Request& request);
boost::asio::awaitable<http::Response> open_mjpeg(const Context& context, http::Request& request);
boost::asio::awaitable<http::Response> open_web_socket(const Context& context, http::Request& request);

// What a viewer in that container asks for in its query, with a place for its pictures, if it can be had. `client` is whose
// share of the pictures it is. Errors: read_view_query's; 40006 bad_query for a format that the container cannot carry; 42901
// too_many_variants.
base::Result<frames::ViewerOptions> read_viewer_options(const Context& context, const http::Query& query, std::string_view client,
                                                        frames::Container container);

}  // namespace octane::endpoints
