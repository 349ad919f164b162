// Room: endpoints. What all handlers work with, whichever upstream they serve; made by the app, alive as long as the server.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "endpoints/bindings.hpp"
#include "endpoints/log_files.hpp"
#include "endpoints/request_stats.hpp"
#include "endpoints/upstream_table.hpp"
#include "http/body_cache.hpp"
#include "http/refusals.hpp"

namespace octane::endpoints {

struct Site {
    std::string version;                // of the proxy
    std::vector<std::string> warnings;  // what start-up found; shown in /health
    std::filesystem::path web_root;     // empty: the built-in page
    std::chrono::steady_clock::time_point started;
    const RequestStats& requests;
    std::function<std::size_t()> open_connections;
    boost::asio::thread_pool& workers;                                                     // for what must not hold up a loop
    std::shared_ptr<LogFiles> logs = std::make_shared<LogFiles>(std::filesystem::path());  // in the state directory
    boost::asio::any_io_executor log_writer = boost::asio::make_strand(workers);    // one at a time: a slow disk takes one worker
    std::shared_ptr<http::BodyCache> bodies = std::make_shared<http::BodyCache>();  // of the page's files and of /services
    std::function<const http::Refusals*()> refusals = [] { return nullptr; };       // those of the server
    UpstreamTable upstreams{};
    std::shared_ptr<const Bindings> bindings{};  // null: no path stands for a method
};

}  // namespace octane::endpoints
