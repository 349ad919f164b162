// Tests of the http room: a WebSocket whose listener the test directs.
#pragma once

#include <atomic>
#include <boost/asio/post.hpp>
#include <functional>
#include <future>
#include <initializer_list>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/web_socket.hpp"
#include "running_server.hpp"
#include "web_socket_client.hpp"

namespace octane::http::test {

namespace asio = boost::asio;

// A listener that keeps what comes; the test directs it from its own thread by posting to the socket's loop.
class Peer : public WebSocketListener {
  public:
    void on_message(MessageKind kind, std::string_view bytes) override {
        messages.emplace_back(kind, bytes);
        if (then) then();
    }
    void on_written() override {
        if (is_inside_write_) was_called_inside = true;
        ++written;
        written.notify_all();
    }
    void on_ending() override {
        ++ending;
        ending.notify_all();
        if (lets_go_at_ending) socket.reset();
    }
    void on_closed() override {
        ++closed;
        socket.reset();
        gone.set_value();
    }

    void write(MessageKind kind, std::initializer_list<std::string_view> parts) {
        is_inside_write_ = true;
        socket->write(kind, {parts.begin(), parts.size()});
        is_inside_write_ = false;
    }
    void await_written(int count) {
        for (int seen = written; seen < count; seen = written) written.wait(seen);
    }
    void await_ending() { ending.wait(0); }
    void await_end() { gone.get_future().get(); }

    template <typename Action>
    auto run(Action action) {
        std::packaged_task<decltype(action())()> task(std::move(action));
        auto result = task.get_future();
        asio::post(*loop, [&task] { task(); });
        return result.get();
    }

    std::shared_ptr<WebSocket> socket;
    asio::io_context* loop = nullptr;
    std::promise<void> opened;
    std::promise<void> gone;
    std::function<void()> then;
    std::vector<std::pair<MessageKind, std::string>> messages;
    std::atomic<int> written = 0;
    std::atomic<int> ending = 0;
    bool lets_go_at_ending = false;
    std::size_t most = 0;  // bytes of a message, if not the usual limit
    int closed = 0;
    bool was_called_inside = false;

  private:
    bool is_inside_write_ = false;
};

inline Response opening_for(std::shared_ptr<Peer> peer, Request& request) {
    peer->loop = request.loop;
    Response response;
    response.on_web_socket = [peer](std::shared_ptr<WebSocket> socket) {
        socket->listen(peer);
        if (peer->most > 0) socket->accept_up_to(peer->most, "a message may have at most this and that");
        peer->socket = std::move(socket);
        peer->opened.set_value();
    };
    return response;
}

inline std::function<void(Router&)> socket_route(std::shared_ptr<Peer> peer) {
    return [peer](Router& router) {
        router.add("GET", "/socket", answering([peer](Request& request) { return opening_for(peer, request); }));
        usual_routes(router);
    };
}

inline void open_on(Client& client, Peer& peer) {
    client.send(opening("/socket"));
    if (client.read_head().status != 101) throw std::runtime_error("the socket did not open");
    peer.opened.get_future().get();
}

inline std::string pattern(std::size_t size) {
    std::string bytes(size, '\0');
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i % 251);
    return bytes;
}

}  // namespace octane::http::test
