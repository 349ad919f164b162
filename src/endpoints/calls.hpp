// Room: endpoints. POST /<service>/<method>: docs/api.md §2.
#pragma once

#include <optional>

#include "endpoints/context.hpp"
#include "http/message.hpp"

namespace octane::endpoints {

boost::asio::awaitable<http::Response> call_method(const Context& context, http::Request& request);

// For calls whose body is large or of unknown size: the refusal of a name that is unknown or may not be called, from the head
// alone, so that nobody sends and nothing keeps a body in vain. Small bodies come with the head anyway.
std::optional<http::Response> refuse_call(const Context& context, http::Request& request);

}  // namespace octane::endpoints
