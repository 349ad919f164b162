#include "http/web_socket.hpp"

#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <future>
#include <thread>
#include <vector>

#include "web_socket_stage.hpp"

using namespace octane::http;
using namespace octane::http::test;
namespace asio = boost::asio;

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
    const auto end = read_frame(client);
    CHECK(end.close_code() == 1009);
    CHECK(end.payload.substr(2) == "a message may have at most 1048576 bytes");
    client.close();
    peer->await_end();
    CHECK(peer->messages.empty());
    CHECK(peer->closed == 1);
}

TEST_CASE("Where larger messages are accepted, one is bounded by that alone, whole or in pieces") {
    constexpr std::size_t kMost = 4'000'000;
    auto peer = std::make_shared<Peer>();
    peer->most = kMost;
    RunningServer server(socket_route(peer));
    auto client = server.connect();
    open_on(client, *peer);
    const auto bytes = pattern(kMost);
    peer->then = [&] { peer->write(MessageKind::text, {"ok"}); };
    for (int round = 1; round <= 2; ++round) {
        client.send(frame(kBinary, bytes));
        CHECK(read_frame(client).payload == "ok");
        peer->await_written(round);
    }
    for (std::size_t at = 0; at < kMost; at += 500'000)
        client.send(frame(at == 0 ? kBinary : 0, bytes.substr(at, 500'000), at + 500'000 < kMost ? Last::no : Last::yes));
    CHECK(read_frame(client).payload == "ok");
    peer->await_written(3);
    client.send_while_taken(frame(kBinary, pattern(kMost + 1)));
    const auto end = read_frame(client);
    CHECK(end.close_code() == 1009);
    CHECK(end.payload.substr(2) == "a message may have at most this and that");
    client.close();
    peer->await_end();
    REQUIRE(peer->messages.size() == 3);
    for (const auto& [kind, message] : peer->messages) CHECK((message == bytes));
}

TEST_CASE("Messages above the usual limit count in the memory for bodies, until the next one may come") {
    std::array<std::shared_ptr<Peer>, 4> peers;
    for (auto& peer : peers) {
        peer = std::make_shared<Peer>();
        peer->most = 4'000'000;
        peer->then = [&peer] { peer->write(MessageKind::text, {"ok"}); };
    }
    auto& holder = *peers[0];
    holder.then = [&holder] {
        holder.socket->hold(true);
        holder.write(MessageKind::text, {"held"});
    };
    Settings settings;
    settings.options.body_memory = 5'000'000;
    RunningServer server(
        [&peers](Router& router) {
            for (std::size_t i = 0; i < peers.size(); ++i)
                router.add("GET", "/" + std::to_string(i),
                           answering([peer = peers[i]](Request& request) { return opening_for(peer, request); }));
        },
        std::move(settings));
    const auto send = [&](Client& client, std::size_t number, std::size_t size) {
        client.send(opening("/" + std::to_string(number)));
        REQUIRE(client.read_head().status == 101);
        peers.at(number)->opened.get_future().get();
        client.send_while_taken(frame(kBinary, pattern(size)));
        return read_frame(client);
    };
    auto first = server.connect();
    CHECK(send(first, 0, 3'000'000).payload == "held");
    auto usual = server.connect();
    CHECK(send(usual, 1, WebSocket::kMaxIncoming).payload == "ok");  // takes nothing of it
    auto second = server.connect();
    const auto refused = send(second, 2, 3'000'000);
    CHECK(refused.close_code() == 1013);
    CHECK(refused.payload.find("--body-memory") != std::string::npos);
    second.close();
    peers[2]->await_end();
    holder.run([&] { holder.socket->hold(false); });
    auto third = server.connect();
    CHECK(send(third, 3, 3'000'000).payload == "ok");
    for (auto* const client : {&first, &usual, &third}) client->close();
    for (const std::size_t number : {0U, 1U, 3U}) peers.at(number)->await_end();
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
