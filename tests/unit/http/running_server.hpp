// Tests of room http: a server on a free port with the routes that the tests ask for.
#pragma once

#include <atomic>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
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
    explicit RunningServer(const std::function<void(Router&)>& add_routes, Settings settings = {}) : loops_(settings.loops) {
        const auto router = std::make_shared<Router>();
        add_routes(*router);
        settings.options.host = "127.0.0.1";
        settings.options.port = 0;
        server_ = std::make_unique<Server>(loops_, router, std::make_shared<const AccessPolicy>(std::move(settings.access)),
                                           std::move(settings.options), std::move(settings.hooks));
        loops_.start();
        server_->start();
    }

    [[nodiscard]] std::uint16_t port() const { return server_->port(); }
    [[nodiscard]] Client connect() const { return Client(port()); }
    // What it sends is there before the server takes note of the connection, however slow the machine is: it is never silent.
    // The loop that accepts stands still meanwhile, until the promise is broken at the end.
    [[nodiscard]] Client connect_with(std::string_view first) {
        std::promise<void> halted;
        std::promise<void> done;
        boost::asio::post(loops_.at(0), [&halted, is_done = done.get_future()] {
            halted.set_value();
            is_done.wait();
        });
        halted.get_future().get();
        return {port(), first};
    }
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

// A handler that waits until the client leaves or the test opens the gate, and tells which of them it was.
struct Gate {
    std::promise<void> entered;
    std::promise<bool> ended_by_client;
    std::atomic<boost::asio::steady_timer*> timer{nullptr};
    boost::asio::io_context* loop = nullptr;

    void open() {
        boost::asio::post(*loop, [this] { timer.load()->cancel(); });
    }
};

inline boost::asio::awaitable<Response> wait_at(Gate& gate, Request& request) {
    boost::asio::steady_timer timer(*request.loop, std::chrono::hours(1));
    gate.timer = &timer;
    gate.loop = request.loop;
    gate.entered.set_value();
    bool has_client_left = false;
    request.client_gone.slot().assign([&timer, &has_client_left](boost::asio::cancellation_type) {
        has_client_left = true;
        timer.cancel();
    });
    (void)co_await timer.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
    request.client_gone.slot().clear();
    gate.ended_by_client.set_value(has_client_left);
    co_return text("waited");
}

inline std::string get(std::string_view path, std::string_view more = {}) {
    return "GET " + std::string(path) + " HTTP/1.1\r\nHost: localhost\r\n" + std::string(more) + "\r\n";
}

inline std::string post(std::string_view path, std::string_view body, std::string_view more = {}) {
    return "POST " + std::string(path) + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n" + std::string(more) + "\r\n" + std::string(body);
}

}  // namespace octane::http::test
