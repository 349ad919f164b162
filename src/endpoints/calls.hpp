// Room: endpoints. POST /<service>/<method>: docs/api.md §2.
#pragma once

#include <optional>

#include "endpoints/context.hpp"
#include "endpoints/query_names.hpp"
#include "http/exchange.hpp"
#include "http/message.hpp"

namespace octane::endpoints {

boost::asio::awaitable<http::Response> call_method(const Context& context, http::Request& request);

// The refusal of an option that calls do not have and, for those whose body is large or of unknown size, of a name that is
// unknown or may not be called: from the head alone, so that nobody sends and nothing keeps a body in vain. Small bodies come
// with the head anyway.
std::optional<http::Response> refuse_call(const Context& context, http::Request& request, const http::BodySource& body);

// What refuse_call() refuses, without an answer made of it: for other surfaces that call methods. `names` are the options of the
// query that the surface has.
std::optional<base::Error> judge_call(const Context& context, const http::Request& request, QueryNames names,
                                      const http::BodySource& body);

}  // namespace octane::endpoints
