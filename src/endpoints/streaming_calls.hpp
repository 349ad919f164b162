// Room: endpoints. Streaming methods over HTTP: docs/api.md §2 "Streaming methods".
#pragma once

#include <memory>

#include "endpoints/call_log.hpp"
#include "endpoints/call_query.hpp"
#include "endpoints/site.hpp"
#include "endpoints/upstream_table.hpp"
#include "http/exchange.hpp"
#include "rpc/caller.hpp"

namespace octane::endpoints {

// Answers the exchange, whatever comes. `message` is the one request of a method that takes no stream; nothing: the requests are
// read from the body, as JSON lines, or as the pieces of `field`. All that is passed must live until it is done.
boost::asio::awaitable<void> call_streaming(const Site& site, http::Exchange& exchange, const UpstreamEntry& upstream,
                                            std::shared_ptr<rpc::CallPlan> plan, const rpc::CallRequest& call,
                                            const CallQuery& query, std::optional<std::string> message, const CallLog& log,
                                            std::optional<BodyField> field = std::nullopt);

}  // namespace octane::endpoints
