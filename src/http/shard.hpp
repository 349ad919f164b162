// Room: http. One loop's share of a server: its connections, their deadlines, and the watch over clients that wait for an answer.
//
// Lives on its loop; every function is called there. One timer a second serves all deadlines, and one at 50 ms, which runs only
// while handlers do, looks whether their clients are still there: a call of a few milliseconds pays for neither.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/send_queue.hpp"
#include "http/server_context.hpp"

namespace octane::http {

class ClientConnection;

class Shard : public std::enable_shared_from_this<Shard> {
  public:
    Shard(std::shared_ptr<ServerContext> context, std::shared_ptr<const Router> routes,
          std::shared_ptr<const AccessPolicy> access, boost::asio::io_context& loop, unsigned index);

    void add(ClientConnection& connection);
    void remove(ClientConnection& connection);  // by the connection's destructor
    void watch_handlers();                      // a handler has begun

    void drain();      // closes idle connections; the others close after their response
    void close_all();  // closes every connection, also those that are still to come

    // For the requests that begin from now on.
    void set_routes(std::shared_ptr<const Router> routes) { routes_ = std::move(routes); }
    [[nodiscard]] const std::shared_ptr<const Router>& routes() const { return routes_; }
    void set_access(std::shared_ptr<const AccessPolicy> access) { access_ = std::move(access); }
    [[nodiscard]] const AccessPolicy& access() const { return *access_; }  // until the next suspension
    void set_tls(std::shared_ptr<boost::asio::ssl::context> context) { tls_ = std::move(context); }
    [[nodiscard]] boost::asio::ssl::context* tls() const { return tls_.get(); }

    // Since when the connection has been idle that has been so for the longest; nothing if none is.
    [[nodiscard]] std::optional<std::chrono::steady_clock::time_point> oldest_idle() const;
    bool evict_oldest_idle();  // false if none is idle

    [[nodiscard]] bool is_draining() const { return is_draining_; }
    [[nodiscard]] std::uint32_t seconds() const { return seconds_; }  // counts while there are connections
    [[nodiscard]] std::string_view date_line() const { return date_line_; }
    [[nodiscard]] ServerContext& context() const { return *context_; }
    [[nodiscard]] boost::asio::io_context& loop() const { return loop_; }
    [[nodiscard]] unsigned index() const { return index_; }
    [[nodiscard]] SendQueue& sends() { return sends_; }

  private:
    void arm_sweep();
    void sweep();
    void watch();
    void refresh_date();
    [[nodiscard]] ClientConnection* find_oldest_idle() const;

    std::shared_ptr<ServerContext> context_;
    std::shared_ptr<const Router> routes_;
    std::shared_ptr<const AccessPolicy> access_;
    std::shared_ptr<boost::asio::ssl::context> tls_;
    boost::asio::io_context& loop_;
    unsigned index_;
    std::vector<ClientConnection*> connections_;
    SendQueue sends_;
    boost::asio::steady_timer sweep_timer_;
    boost::asio::steady_timer watch_timer_;
    std::uint32_t seconds_ = 0;
    std::string date_line_;
    bool is_sweeping_ = false;
    bool is_watching_ = false;
    bool is_draining_ = false;
    bool is_closed_ = false;
};

}  // namespace octane::http
