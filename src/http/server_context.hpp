// Room: http. What all loops of one server share, and the count of its open connections.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string_view>
#include <utility>

#include "http/client_counts.hpp"
#include "http/refusals.hpp"
#include "http/server.hpp"

namespace octane::http {

// Immutable but for the counts; any thread.
struct ServerContext {
    ServerContext(ServerOptions given, ServerHooks called)
        : options(std::move(given)), hooks(std::move(called)), bodies(options.body_memory) {}

    const ServerOptions options;
    const ServerHooks hooks;
    BodyBudget bodies;
    Refusals refusals;
    const std::shared_ptr<ClientCounts> clients = std::make_shared<ClientCounts>();

    std::atomic<std::size_t> open{0};
    std::mutex mutex;
    std::condition_variable all_closed;

    void report_exception(std::string_view what) const noexcept;
};

// A place among the server's connections; taken when one is accepted, given back when its ClientConnection ends.
class ConnectionPlace {
  public:
    ConnectionPlace(std::shared_ptr<ServerContext> context, ClientPlace client)
        : client_(std::move(client)), context_(std::move(context)) {
        ++context_->open;
    }
    ~ConnectionPlace() {
        if (!context_ || --context_->open != 0) return;
        {
            const std::lock_guard lock(context_->mutex);
            context_->all_closed.notify_all();
        }
        if (context_->hooks.on_all_closed) context_->hooks.on_all_closed();
    }
    ConnectionPlace(ConnectionPlace&&) = default;
    ConnectionPlace& operator=(ConnectionPlace&&) = delete;
    ConnectionPlace(const ConnectionPlace&) = delete;
    ConnectionPlace& operator=(const ConnectionPlace&) = delete;

  private:
    ClientPlace client_;
    std::shared_ptr<ServerContext> context_;
};

}  // namespace octane::http
