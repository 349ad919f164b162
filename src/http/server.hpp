// Room: http. The web server: N loops, a listener, and a session per connection.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "http/access.hpp"
#include "http/loops.hpp"
#include "http/refusals.hpp"
#include "http/router.hpp"

namespace octane::http {

struct ServerOptions {
    std::string host = "0.0.0.0";
    std::uint16_t port = 51023;              // 0 picks a free one
    std::size_t max_body = 64UL << 20U;      // bytes; a larger body is answered 413
    std::size_t body_memory = 512UL << 20U;  // bytes of all bodies that are held; beyond them 503
    std::size_t max_header = 64UL << 10U;    // bytes; larger headers are answered 431
    std::size_t max_connections = 4096;      // beyond that the oldest idle one is closed; if none is, a new one is answered 503
    std::size_t max_refused = 64;            // connections beyond max_connections that still get their 503
    std::size_t max_per_client = 512;        // connections of one address; a trusted proxy is none, it speaks for others
    bool counts_loopback = false;            // max_per_client holds for this machine too, where a reverse proxy may stand
    std::chrono::seconds idle_timeout{120};  // between requests, and for a header to come in
    std::chrono::seconds body_timeout{60};   // without progress while writing an ordinary response
    std::size_t least_body_rate = 500;       // bytes a second, over body_timeout; a slower body is answered 408
    std::chrono::milliseconds ping_interval{30000};  // a WebSocket silent for so long is pinged, for as long again dropped
    std::shared_ptr<boost::asio::ssl::context> tls;  // null: plain HTTP; what new connections begin with until set_tls()
};

// What happened, for log and metrics; called on the connection's loop.
struct ServerHooks {
    std::function<void(const Request&, int status, std::chrono::steady_clock::duration)>
        on_response;  // after each response head, streams included
    std::function<void(const Request&, std::string& lines)>
        add_headers;                                          // appends header lines for the response about to be written
    std::function<void(std::string_view what)> on_exception;  // an exception reached the session's seam; the client got a 500
    std::function<void()> on_all_closed;                      // the last open connection has ended; any thread
};

class Server {
  public:
    // The loops must outlive the server. Throws std::system_error if the address cannot be bound (message names it).
    Server(Loops& loops, std::shared_ptr<const Router> routes, std::shared_ptr<const AccessPolicy> access, ServerOptions options,
           ServerHooks hooks);
    // Closes everything and waits up to 2 s for sessions to end, unless the loops are stopped; not on a loop's thread.
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    void start();  // begins accepting
    // Any thread. Requests whose head comes in later are routed by these; those under way keep the routes they began with.
    void set_routes(std::shared_ptr<const Router> routes);
    void set_access(std::shared_ptr<const AccessPolicy> access);       // any thread; for requests whose head comes in later
    void set_tls(std::shared_ptr<boost::asio::ssl::context> context);  // any thread; for later connections, of a server with TLS
    [[nodiscard]] std::string address() const;                         // "HOST:PORT" as bound; IPv6 in brackets
    [[nodiscard]] std::uint16_t port() const;

    void stop_accepting();  // any thread; idle kept-alive connections are closed, those with a request finish it and close
    [[nodiscard]] std::size_t connections() const;  // open ones, streams included
    [[nodiscard]] const Refusals& refusals() const;
    void close_all();  // any thread; closes every connection at once

  private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace octane::http
