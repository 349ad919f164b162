// Room: endpoints. Streaming methods on a WebSocket: one message for each request and for each answer. docs/api.md §2 "Streaming
// methods".
#pragma once

#include <memory>
#include <optional>

#include "endpoints/call_query.hpp"
#include "endpoints/site.hpp"
#include "endpoints/upstream_table.hpp"
#include "http/message.hpp"
#include "rpc/caller.hpp"

namespace octane::endpoints {

// What the query wants of the messages. Errors: 40001 for a unary method, 40006.
struct SocketForm;
base::Result<std::shared_ptr<const SocketForm>> read_socket_form(const http::Request& request, const rpc::CallPlan& plan);

// The response that opens the socket; the call begins with it. `site` and `upstream` must live as long as the server.
http::Response open_socket_call(const Site& site, const http::Request& request, const UpstreamEntry& upstream,
                                std::shared_ptr<rpc::CallPlan> plan, const rpc::CallRequest& call, const CallQuery& query,
                                std::shared_ptr<const SocketForm> form);

}  // namespace octane::endpoints
