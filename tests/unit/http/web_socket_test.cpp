#include "http/web_socket.hpp"

#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <future>
#include <thread>
#include <vector>

#include "running_server.hpp"
#include "web_socket_client.hpp"

using namespace octane::http;
using namespace octane::http::test;
namespace asio = boost::asio;

namespace {

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
    int closed = 0;
    bool was_called_inside = false;

  private:
    bool is_inside_write_ = false;
};

Response opening_for(std::shared_ptr<Peer> peer, Request& request) {
    peer->loop = request.loop;
    Response response;
    response.on_web_socket = [peer](std::shared_ptr<WebSocket> socket) {
        socket->listen(peer);
        peer->socket = std::move(socket);
        peer->opened.set_value();
    };
    return response;
}

std::function<void(Router&)> socket_route(std::shared_ptr<Peer> peer) {
    return [peer](Router& router) {
        router.add("GET", "/socket", answering([peer](Request& request) { return opening_for(peer, request); }));
        usual_routes(router);
    };
}

void open_on(Client& client, Peer& peer) {
    client.send(opening("/socket"));
    if (client.read_head().status != 101) throw std::runtime_error("the socket did not open");
    peer.opened.get_future().get();
}

std::string pattern(std::size_t size) {
    std::string bytes(size, '\0');
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i % 251);
    return bytes;
}

}  // namespace

TEST_CASE("The opening handshake is answered as RFC 6455 says, without compression and without being asked twice") {
    auto peer = std::make_shared<Peer>();
    std::atomic<int> status = 0;
    Settings settings;
    settings.hooks.on_response = [&](const Request&, int code, std::chrono::steady_clock::duration) { status = code; };
    RunningServer server(socket_route(peer), std::move(settings));
    auto client = server.connect();
    client.send(opening("/socket", "Sec-WebSocket-Extensions: permessage-deflate\r\nOrigin: http://localhost:5173\r\n"));
    const auto head = client.read_head();
    CHECK(head.status == 101);
    CHECK(head.get("upgrade") == "websocket");
    CHECK(head.get("sec-websocket-accept") == kAccept);
    CHECK_FALSE(head.has("sec-websocket-extensions"));
    peer->opened.get_future().get();
    CHECK(status == 101);
}

TEST_CASE("Messages go both ways, whatever their length and in however many parts") {
    auto peer = std::make_shared<Peer>();
    RunningServer server(socket_route(peer));
    auto client = server.connect();
    open_on(client, *peer);
    peer->then = [&] {
        const auto& [kind, bytes] = peer->messages.back();
        const auto half = std::string_view(bytes).substr(0, bytes.size() / 2);
        peer->write(kind, {half, "", std::string_view(bytes).substr(half.size())});
    };
    for (const std::size_t size : {0UL, 1UL, 125UL, 126UL, 65535UL, 65536UL, WebSocket::kMaxIncoming}) {
        CAPTURE(size);
        const auto bytes = pattern(size);
        client.send(frame(kBinary, bytes));
        const auto back = read_frame(client);
        CHECK(back.opcode == kBinary);
        CHECK(back.is_last);
        CHECK((back.payload == bytes));
        peer->await_written(static_cast<int>(peer->messages.size()));
    }
    client.send(frame(kText, "gr", Last::no) + frame(0, "\xC3", Last::no) + frame(0, "\xBC\xC3\x9F"));
    const auto back = read_frame(client);
    CHECK(back.opcode == kText);
    CHECK(back.payload == "grüß");
    CHECK_FALSE(peer->was_called_inside);
}

TEST_CASE("A message of many megabytes is one frame, held back by a slow reader") {
    auto peer = std::make_shared<Peer>();
    const std::string big = pattern(20'000'000);
    RunningServer server(socket_route(peer));
    Client client(server.port(), 4096);
    open_on(client, *peer);
    const auto opened_at = peer->run([&] { return peer->socket->last_progress(); });
    peer->run([&] { peer->write(MessageKind::binary, {"head", big}); });
    CHECK(peer->run([&] { return peer->socket->is_writing(); }));
    CHECK(peer->written == 0);
    const auto frame = read_frame(client);
    CHECK(frame.is_last);
    CHECK((frame.payload == "head" + big));
    peer->await_written(1);
    CHECK_FALSE(peer->run([&] { return peer->socket->is_writing(); }));
    CHECK(peer->run([&] { return peer->socket->last_progress(); }) > opened_at);
}

TEST_CASE("A plain request to a WebSocket's path gets 426 and may go on to something else") {
    auto peer = std::make_shared<Peer>();
    RunningServer server(socket_route(peer));
    auto client = server.connect();
    const auto refusal = client.ask(get("/socket"));
    CHECK(refusal.status == 426);
    CHECK(refusal.get("upgrade") == "websocket");
    CHECK(refusal.get("connection") == "Upgrade");
    CHECK(refusal.get("access-control-allow-origin") == "*");
    CHECK(refusal.body.find("this path is a WebSocket: open it with new WebSocket") != std::string::npos);
    CHECK(client.ask(get("/hello")).body == "hello");
    client.send("HEAD /socket HTTP/1.1\r\nHost: localhost\r\n\r\n");
    CHECK(client.read_reply(BodyOf::head).status == 426);
    CHECK(client.ask(post("/socket", "{}")).status == 405);
    CHECK(client.ask(get("/socket", "Upgrade: websocket\r\n")).status == 426);
    CHECK(client.ask(get("/socket", "Upgrade: h2c\r\nConnection: Upgrade\r\n")).status == 426);
    CHECK(peer->socket == nullptr);
}

TEST_CASE("A broken handshake is refused with the reason") {
    auto peer = std::make_shared<Peer>();
    RunningServer server(socket_route(peer));
    const std::string upgrade = "Upgrade: websocket\r\nConnection: Upgrade\r\n";
    const std::string key = "Sec-WebSocket-Key: " + std::string(kKey) + "\r\n";
    SUBCASE("an old version") {
        const auto refusal = server.connect().ask(get("/socket", upgrade + key + "Sec-WebSocket-Version: 8\r\n"));
        CHECK(refusal.status == 426);
        CHECK(refusal.get("sec-websocket-version") == "13");
    }
    SUBCASE("no key, or one that is none") {
        for (const std::string wrong :
             {"", "Sec-WebSocket-Key: short==\r\n", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25j!Q==\r\n"}) {
            const auto refusal = server.connect().ask(get("/socket", upgrade + wrong + "Sec-WebSocket-Version: 13\r\n"));
            CHECK(refusal.status == 400);
            CHECK(refusal.body.find("Sec-WebSocket-Key") != std::string::npos);
        }
    }
    SUBCASE("talking before the answer") {
        CHECK(server.connect().ask(opening("/socket") + frame(kText, "early")).status == 400);
    }
    SUBCASE("HTTP/1.0") {
        auto client = server.connect();
        client.send("GET /socket HTTP/1.0\r\n" + upgrade + key + "Sec-WebSocket-Version: 13\r\n\r\n");
        CHECK(client.read_head().status == 426);
    }
    CHECK(peer->socket == nullptr);
}

TEST_CASE("Host, origin and token are checked before the upgrade, and answered in plain HTTP") {
    auto peer = std::make_shared<Peer>();
    Settings settings;
    settings.access.token = "secret";
    RunningServer server(socket_route(peer), std::move(settings));
    CHECK(server.connect().ask(opening("/socket?token=secret", "Origin: https://elsewhere.example\r\n")).status == 403);
    CHECK(server.connect().ask(opening("/socket?token=secret", "Origin: null\r\n")).status == 403);
    CHECK(server.connect().ask(opening("/socket")).status == 401);
    CHECK(server.connect().ask(opening("/socket?token=wrong")).status == 401);
    CHECK(peer->socket == nullptr);
    auto client = server.connect();
    client.send(opening("/socket?token=secret", "Origin: http://localhost:3000\r\n"));
    CHECK(client.read_head().status == 101);
}

TEST_CASE("A ping comes back with its own bytes, after the message that is on its way") {
    auto peer = std::make_shared<Peer>();
    const std::string big = pattern(20'000'000);
    RunningServer server(socket_route(peer));
    auto client = server.connect();
    open_on(client, *peer);
    client.send(frame(kPing, "are you there?"));
    const auto pong = read_frame(client);
    CHECK(pong.opcode == kPong);
    CHECK(pong.payload == "are you there?");

    peer->run([&] { peer->write(MessageKind::binary, {big}); });
    client.send(frame(kPing, "1") + frame(kText, "between") + frame(kPing, "2"));
    CHECK((read_frame(client).payload == big));
    CHECK(read_frame(client).payload == "1");
    CHECK(read_frame(client).payload == "2");
    CHECK(peer->run([&] { return peer->messages.size(); }) == 1);
}

TEST_CASE("Pings by the thousand are all answered, one at a time") {
    auto peer = std::make_shared<Peer>();
    RunningServer server(socket_route(peer));
    auto client = server.connect();
    open_on(client, *peer);
    std::string pings;
    for (int i = 0; i < 5000; ++i) pings += frame(kPing, std::to_string(i));
    client.send(pings);
    for (int i = 0; i < 5000; ++i) REQUIRE(read_frame(client).payload == std::to_string(i));
}

TEST_CASE("A message that is too large ends the connection with 1009, whole or in pieces") {
    auto peer = std::make_shared<Peer>();
    RunningServer server(socket_route(peer));
    auto client = server.connect();
    open_on(client, *peer);
    SUBCASE("whole") {
        client.send_while_taken(frame(kBinary, pattern(WebSocket::kMaxIncoming + 1)));
    }
    SUBCASE("in pieces") {
        for (int i = 0; i < 20; ++i) client.send_while_taken(frame(i == 0 ? kBinary : 0, pattern(100'000), Last::no));
    }
    CHECK(read_frame(client).close_code() == 1009);
    client.close();
    peer->await_end();
    CHECK(peer->messages.empty());
    CHECK(peer->closed == 1);
}

TEST_CASE("What breaks the protocol ends the connection with its code") {
    auto peer = std::make_shared<Peer>();
    RunningServer server(socket_route(peer));
    auto client = server.connect();
    open_on(client, *peer);
    SUBCASE("text that is not UTF-8") {
        client.send(frame(kText, "\xC3\x28"));
        CHECK(read_frame(client).close_code() == 1007);
    }
    SUBCASE("a frame that is not masked") {
        client.send("\x81\x02hi");
        CHECK(read_frame(client).close_code() == 1002);
    }
    SUBCASE("an opcode that does not exist") {
        client.send(frame(3, "hi"));
        CHECK(read_frame(client).close_code() == 1002);
    }
    CHECK(client.is_closed_by_server());
    client.close();
    peer->await_end();
    CHECK(peer->messages.empty());
}

TEST_CASE("A client that closes is answered and gone") {
    auto peer = std::make_shared<Peer>();
    RunningServer server(socket_route(peer));
    auto client = server.connect();
    open_on(client, *peer);
    client.send(frame(kText, "last words") + close_frame(1001, "tab closed"));
    CHECK(read_frame(client).close_code() == 1001);
    CHECK(client.is_closed_by_server());
    client.close();
    peer->await_end();
    CHECK(peer->messages.size() == 1);
    CHECK(peer->closed == 1);
    server.await_connections(0);
}

TEST_CASE("A client that vanishes without a word is gone too") {
    auto peer = std::make_shared<Peer>();
    RunningServer server(socket_route(peer));
    auto client = server.connect();
    open_on(client, *peer);
    client.close();
    peer->await_end();
    CHECK(peer->closed == 1);
}

TEST_CASE("Finishing waits for the message under way, says why, and waits for the client's own close") {
    auto peer = std::make_shared<Peer>();
    const std::string big = pattern(20'000'000);
    RunningServer server(socket_route(peer));
    auto client = server.connect();
    open_on(client, *peer);
    peer->run([&] {
        peer->write(MessageKind::binary, {big});
        peer->socket->finish(CloseCode::policy, std::string(200, 'r'));
        peer->socket->finish(CloseCode::normal, "again");
    });
    CHECK((read_frame(client).payload == big));
    const auto end = read_frame(client);
    CHECK(end.close_code() == 1008);
    CHECK(end.payload.substr(2) == std::string(123, 'r'));
    CHECK(peer->run([&] { return peer->closed; }) == 0);
    client.send(close_frame(1008));
    CHECK(client.is_closed_by_server());
    client.close();
    peer->await_end();
    CHECK(peer->closed == 1);
}

TEST_CASE("Finishing from inside on_message works, also when the client closes at the same time") {
    auto peer = std::make_shared<Peer>();
    RunningServer server(socket_route(peer));
    auto client = server.connect();
    open_on(client, *peer);
    peer->then = [&] { peer->socket->finish(CloseCode::normal, "as you like"); };
    client.send(frame(kText, "stop") + close_frame(1000));
    CHECK(read_frame(client).close_code() == 1000);
    client.close();
    peer->await_end();
    CHECK(peer->closed == 1);
}

TEST_CASE("Aborting calls on_closed once and never from inside, also with a message under way") {
    auto peer = std::make_shared<Peer>();
    const std::string big(50'000'000, 'x');
    RunningServer server(socket_route(peer));
    auto client = server.connect();
    open_on(client, *peer);
    peer->run([&] {
        peer->write(MessageKind::binary, {big});
        const auto socket = peer->socket;
        socket->abort();
        socket->abort();
        CHECK(peer->closed == 0);
    });
    peer->await_end();
    CHECK(peer->closed == 1);
    CHECK(peer->written == 0);
}

TEST_CASE("A socket that nobody holds is closed") {
    RunningServer server([](Router& router) {
        router.add("GET", "/dropped", answering([](Request&) {
                       Response response;
                       response.on_web_socket = [](const std::shared_ptr<WebSocket>&) {};
                       return response;
                   }));
    });
    auto client = server.connect();
    client.send(opening("/dropped"));
    CHECK(client.read_head().status == 101);
    CHECK(client.is_closed_by_server());
}

TEST_CASE("An exception in a listener is reported and ends only that socket") {
    auto peer = std::make_shared<Peer>();
    std::promise<std::string> reported;
    Settings settings;
    settings.hooks.on_exception = [&](std::string_view what) { reported.set_value(std::string(what)); };
    RunningServer server(socket_route(peer), std::move(settings));
    auto client = server.connect();
    open_on(client, *peer);
    peer->then = [] { throw std::runtime_error("a listener's mistake"); };
    client.send(frame(kText, "hello"));
    CHECK(reported.get_future().get() == "a listener's mistake");
    peer->await_end();
    CHECK(server.connect().ask(get("/hello")).body == "hello");
}

TEST_CASE("A client that is there but mute is pinged and then dropped") {
    auto peer = std::make_shared<Peer>();
    Settings settings;
    settings.options.ping_interval = std::chrono::milliseconds(20);
    RunningServer server(socket_route(peer), std::move(settings));
    auto client = server.connect();
    open_on(client, *peer);
    CHECK(read_frame(client).opcode == kPing);
    peer->await_end();
    CHECK(peer->closed == 1);
}

TEST_CASE("A client that reads nothing of a message is dropped although nobody else looks") {
    auto peer = std::make_shared<Peer>();
    const std::string big(50'000'000, 'x');
    Settings settings;
    settings.options.ping_interval = std::chrono::milliseconds(20);
    RunningServer server(socket_route(peer), std::move(settings));
    Client client(server.port(), 4096);
    open_on(client, *peer);
    peer->run([&] {
        if (peer->socket) peer->write(MessageKind::binary, {big});
    });
    peer->await_end();
    CHECK(peer->written == 0);
}

TEST_CASE("A server that closes everything says 1001 first") {
    auto peer = std::make_shared<Peer>();
    RunningServer server(socket_route(peer));
    auto client = server.connect();
    open_on(client, *peer);
    server->stop_accepting();
    peer->run([&] { peer->write(MessageKind::text, {"still here"}); });
    CHECK(read_frame(client).payload == "still here");
    peer->await_written(1);
    server->close_all();
    CHECK(read_frame(client).close_code() == 1001);
    peer->await_end();
    CHECK(peer->closed == 1);
}

TEST_CASE("A socket that opens while the server drains is told to go away") {
    auto peer = std::make_shared<Peer>();
    Server* running = nullptr;
    RunningServer server([&](Router& router) {
        router.add("GET", "/socket", [&](Request& request) -> asio::awaitable<Response> {
            running->stop_accepting();
            co_await asio::post(*request.loop, asio::use_awaitable);
            co_return opening_for(peer, request);
        });
    });
    running = &*server;
    auto client = server.connect();
    open_on(client, *peer);
    CHECK(read_frame(client).close_code() == 1001);
    client.send(close_frame(1001));
    client.close();
    peer->await_end();
}
