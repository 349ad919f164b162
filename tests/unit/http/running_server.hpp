// Tests of room http: a server on a free port with the routes that the tests ask for.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

#include "client.hpp"
#include "http/server.hpp"

namespace octane::http::test {

// Handlers that answer without waiting need no coroutine of their own in the tests.
inline boost::asio::awaitable<Response> ready(Response response) {
    co_return response;
}

inline Response text(std::string body) {
    Response response;
    response.content_type = "text/plain";
    response.body = std::move(body);
    return response;
}

inline Handler answering(std::function<Response(Request&)> make) {
    return [make = std::move(make)](Request& request) { return ready(make(request)); };
}

struct Settings {
    ServerOptions options;
    AccessOptions access;
    ServerHooks hooks;
    unsigned loops = 2;
};

class RunningServer {
  public:
    explicit RunningServer(const std::function<void(Router&)>& add_routes, Settings settings = {})
        : loops_(settings.loops), access_(std::move(settings.access)) {
        add_routes(router_);
        settings.options.host = "127.0.0.1";
        settings.options.port = 0;
        server_ = std::make_unique<Server>(loops_, router_, access_, std::move(settings.options), std::move(settings.hooks));
        loops_.start();
        server_->start();
    }

    [[nodiscard]] std::uint16_t port() const { return server_->port(); }
    [[nodiscard]] Client connect() const { return Client(port()); }
    Server& operator*() { return *server_; }
    Server* operator->() { return server_.get(); }

    // A connection counts until its loop has taken note of its end.
    void await_connections(std::size_t count) const {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        while (server_->connections() > count) {
            if (std::chrono::steady_clock::now() > deadline) throw std::runtime_error("connections stay open");
            std::this_thread::yield();
        }
    }

    [[nodiscard]] Loops& loops() { return loops_; }

  private:
    Loops loops_;
    Router router_;
    AccessPolicy access_;
    std::unique_ptr<Server> server_;
};

// What most tests need: an echo, a fixed text, and what the request looked like.
inline void usual_routes(Router& router) {
    router.add("GET", "/hello", answering([](Request&) { return text("hello"); }));
    router.add("POST", "/echo", answering([](Request& request) { return text(request.body); }));
    router.add("GET", "/path/{one}/{two}",
               answering([](Request& request) { return text(request.captures[0] + '|' + request.captures[1]); }));
    router.add("GET", "/livez", answering([](Request&) { return text("live"); }));
}

inline std::string get(std::string_view path, std::string_view more = {}) {
    return "GET " + std::string(path) + " HTTP/1.1\r\nHost: localhost\r\n" + std::string(more) + "\r\n";
}

inline std::string post(std::string_view path, std::string_view body, std::string_view more = {}) {
    return "POST " + std::string(path) + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n" + std::string(more) + "\r\n" + std::string(body);
}

}  // namespace octane::http::test
