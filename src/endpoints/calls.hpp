// Room: endpoints. POST /<service>/<method>: CONTRACT §2.
#pragma once

#include <string>

#include "endpoints/context.hpp"
#include "http/message.hpp"
#include "schema/schema.hpp"

namespace octane::endpoints {

boost::asio::awaitable<http::Response> call_method(const Context& context, http::Request& request);

// The answer {} of connectedNode and its kind becomes {"result":{}}: a pin that nothing is connected to. octaneWeb walks the pins
// until one lacks the key (octane-livelink.md §3.5), and Octane may leave it unset.
void name_missing_node(const schema::Method& method, std::string& json);

}  // namespace octane::endpoints
