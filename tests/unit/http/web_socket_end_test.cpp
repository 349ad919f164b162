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
