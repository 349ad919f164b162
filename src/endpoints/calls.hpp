// Room: endpoints. POST /<service>/<method>: docs/api.md §2.
#pragma once

#include <optional>

#include "endpoints/query_names.hpp"
#include "endpoints/site.hpp"
#include "http/exchange.hpp"
#include "http/message.hpp"

namespace octane::endpoints {

// The upstream that a call is for. The request's captures are the service, the method and, where the path names it, the upstream.
base::Result<const UpstreamEntry*> find_upstream(const Site& site, const http::Request& request);

boost::asio::awaitable<http::Response> call_method(const Site& site, http::Request& request);

// The refusal of an option that calls do not have and, for those whose body is large or of unknown size, of a name that is
// unknown or may not be called: from the head alone, so that nobody sends and nothing keeps a body in vain. Small bodies come
// with the head anyway.
std::optional<http::Response> refuse_call(const Site& site, http::Request& request, const http::BodySource& body);

// What refuse_call() refuses, without an answer made of it: for other surfaces that call methods. `names` are the options of the
// query that the surface has.
std::optional<base::Error> judge_call(const Site& site, const http::Request& request, QueryNames names,
                                      const http::BodySource& body);

}  // namespace octane::endpoints
