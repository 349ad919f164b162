// Room: endpoints. Calls of methods over HTTP: POST /<service>/<method>, and GET where the method allows it. docs/api.md §2.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "endpoints/call_query.hpp"
#include "endpoints/query_names.hpp"
#include "endpoints/site.hpp"
#include "http/exchange.hpp"
#include "http/message.hpp"
#include "rpc/call_policy.hpp"

namespace octane::endpoints {

// The upstream that a call is for. The request's captures are the service, the method and, where the path names it, the upstream.
base::Result<const UpstreamEntry*> find_upstream(const Site& site, const http::Request& request);

boost::asio::awaitable<void> call_method(const Site& site, http::Exchange& exchange);

// The same with the request in the query, and no body. Error 405 for a method that may only be called with POST.
boost::asio::awaitable<void> get_method(const Site& site, http::Exchange& exchange);

// A call whose request somebody else makes, and whose failures have words of their own.
struct MadeCall {
    // A message of the plan's request_type(), of the body, which nobody has read.
    std::function<boost::asio::awaitable<base::Result<std::string>>(const rpc::CallPlan&)> request;
    // Of a method that takes a stream: the field that the body's pieces are; nothing where the path does not carry it.
    std::function<base::Result<std::optional<BodyField>>(const rpc::CallPlan&)> pieces;
    std::function<http::Response(const base::Error&, std::string_view call_id)> failure;
    std::string response_body;  // the member that alone is answered; empty: all of it
};

// The method that the captures name, with the options in the request's query; the answer has no envelope.
boost::asio::awaitable<void> call_made(const Site& site, http::Exchange& exchange, const MadeCall& made);

// Whether the path is that of a method that takes a stream: its body may be of any length. `upstream`: as the path names it, or
// empty.
bool is_conversation(const Site& site, const http::Request& request, const std::string& upstream);

// The refusal of an option that calls do not have.
std::optional<http::Response> refuse_call(const Site& site, http::Request& request, const http::BodySource& body);

// The refusal of a name that is unknown or may not be called, for a call whose body is large or of unknown size: from the head
// alone, so that nobody sends and nothing keeps a body in vain. Small bodies come with the head anyway. For other surfaces that
// call methods; `names` are the options of the query that the surface has.
std::optional<base::Error> judge_call(const Site& site, const http::Request& request, QueryNames names,
                                      const http::BodySource& body);

}  // namespace octane::endpoints
