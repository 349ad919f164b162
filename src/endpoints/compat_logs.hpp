// Room: endpoints. The logs of existing pages: docs/octane.md §3.2 (octaneProxy) and §3.3 (octaneWebR). docs/api.md §5.
#pragma once

#include "endpoints/log_files.hpp"
#include "endpoints/site.hpp"
#include "http/exchange.hpp"
#include "http/message.hpp"

namespace octane::endpoints {

// Of a text that fills a log, every character may be written as \n or \"; more than that is not meant for one.
inline constexpr std::size_t kLongestLogBody = 4 * LogFiles::kLargest;  // bytes

// octaneProxy: one log per session, {sessionId, …}.
boost::asio::awaitable<http::Response> clear_session_log(const Site& site, http::Request& request);
boost::asio::awaitable<http::Response> append_session_log(const Site& site, http::Request& request);
boost::asio::awaitable<http::Response> save_session_log(const Site& site, http::Request& request);
boost::asio::awaitable<http::Response> show_session_log(const Site& site, http::Request& request);

// octaneWebR: POST /api/log and /api/logClear in any letter case; any other name is a method of a service "api".
bool is_page_log(const http::Request& request);
boost::asio::awaitable<void> page_log(const Site& site, http::Exchange& exchange);

}  // namespace octane::endpoints
