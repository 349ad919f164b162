#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "http/body_budget.hpp"
#include "http/incoming_message.hpp"
#include "http/web_socket.hpp"
#include "web_socket_stage.hpp"

using namespace octane::http;
using namespace octane::http::test;

namespace {

constexpr std::size_t kMostOfLarge = 4'000'000;

// The whole memory for bodies is taken by a message above it.
Settings with_memory(std::size_t bytes) {
    Settings settings;
    settings.options.body_memory = bytes;
    return settings;
}

Settings with_least_rate(std::size_t rate) {
    Settings settings;
    settings.options.ping_interval = std::chrono::milliseconds(250);
    settings.options.body_timeout = std::chrono::seconds(1);
    settings.options.least_body_rate = rate;
    return settings;
}

std::shared_ptr<Peer> peer_for_large() {
    auto peer = std::make_shared<Peer>();
    peer->most = kMostOfLarge;
    return peer;
}

}  // namespace

TEST_CASE("The memory of a message counts for no more than the largest there can be, and always has room for its end") {
    BodyBudget budget(kMostOfLarge);
    IncomingMessage message(budget);
    std::size_t most = 0;
    SUBCASE("the usual limit, which counts nothing") {
        most = WebSocket::kMaxIncoming;
    }
    SUBCASE("a larger one") {
        most = kMostOfLarge;
        message.limit_to(most);
    }
    while (message.bytes().size() < most) {
        const auto room = message.prepare();
        REQUIRE(room);
        REQUIRE(room->size() > 0);
        message.commit(std::min(room->size(), most - message.bytes().size()));
    }
    const auto for_end = message.prepare();
    REQUIRE(for_end);
    CHECK(for_end->size() == 1);
    CHECK(budget.taken() == (most == kMostOfLarge ? kMostOfLarge : 0));
    CHECK(message.is_counted() == (most == kMostOfLarge));
    message.clear();
    message.give_back();
    CHECK(budget.taken() == 0);
}

TEST_CASE("A message as large as all of the memory for bodies comes through, also with an empty last piece") {
    const auto peer = peer_for_large();
    RunningServer server(socket_route(peer), with_memory(kMostOfLarge));
    auto client = server.connect();
    open_on(client, *peer);
    peer->then = [&] { peer->write(MessageKind::text, {"ok"}); };
    client.send(frame(kBinary, pattern(kMostOfLarge), Last::no));
    client.send(frame(0, ""));
    CHECK(read_frame(client).payload == "ok");
    client.close();
    peer->await_end();
}

TEST_CASE("A large message that comes too slowly ends the connection with 1008, whatever else the client says") {
    const auto bytes = frame(kBinary, pattern(3'000'000));  // made first: a mute client is soon dropped
    const auto peer = peer_for_large();
    RunningServer server(socket_route(peer), with_least_rate(1000));
    auto client = server.connect();
    open_on(client, *peer);
    client.send(bytes.substr(0, 2'000'000));
    Frame next;
    for (std::size_t at = 2'000'000; at < 2'000'900; ++at) {  // one byte for each ping
        next = read_frame(client);
        if (next.opcode != kPing) break;
        client.send_while_taken(bytes.substr(at, 1));
    }
    CHECK(next.close_code() == 1008);
    CHECK(next.payload.substr(2) == "the message came too slowly: less than 1000 bytes in 1 s");
    peer->await_ending();
    client.close();
    peer->await_end();
    CHECK(peer->messages.empty());
    CHECK(peer->closed == 1);
}

TEST_CASE("A large message that comes at the least rate, and one of up to 1 MiB at any rate, are waited for") {
    std::size_t size = 0;
    std::size_t rate = 0;
    SUBCASE("large") {
        size = 3'000'000;
        rate = 1;
    }
    SUBCASE("not large") {
        size = 1'000'000;
        rate = 1'000'000;
    }
    const auto bytes = frame(kBinary, pattern(size));
    const auto peer = peer_for_large();
    RunningServer server(socket_route(peer), with_least_rate(rate));
    auto client = server.connect();
    open_on(client, *peer);
    peer->then = [&] { peer->socket->finish(CloseCode::normal, ""); };
    std::size_t at = bytes.size() - 100;
    client.send(bytes.substr(0, at));
    for (int round = 0; round < 5; ++round, at += 10) {  // longer than the time for one portion
        REQUIRE(read_frame(client).opcode == kPing);
        client.send(bytes.substr(at, 10));
    }
    client.send(bytes.substr(at));
    CHECK(read_frame(client).close_code() == 1000);
    client.close();
    peer->await_end();
    CHECK(peer->messages.size() == 1);
}

TEST_CASE("Who lets go of a socket that refuses a message does not cut off the reason") {
    const auto peer = peer_for_large();
    peer->lets_go_at_ending = true;
    RunningServer server(socket_route(peer), with_memory(2'000'000));
    auto client = server.connect();
    open_on(client, *peer);
    SUBCASE("no memory") {
        client.send_while_taken(frame(kBinary, pattern(3'000'000)));
        CHECK(read_frame(client).close_code() == 1013);
    }
    SUBCASE("too large") {
        client.send_while_taken(frame(kBinary, pattern(kMostOfLarge + 1)));
        CHECK(read_frame(client).close_code() == 1009);
    }
    SUBCASE("the client's own end") {
        client.send(close_frame(1000));
        CHECK(read_frame(client).close_code() == 1000);
    }
    peer->await_ending();
    CHECK(peer->run([&] { return peer->closed; }) == 0);
    client.close();
    peer->await_end();
    CHECK(peer->closed == 1);
}

TEST_CASE("A refusal is told at once, while the message on its way still goes out, and then the reason") {
    const auto peer = peer_for_large();
    const std::string big = pattern(20'000'000);
    RunningServer server(socket_route(peer), with_memory(2'000'000));
    auto client = server.connect();
    open_on(client, *peer);
    peer->run([&] { peer->write(MessageKind::binary, {big}); });
    client.send_while_taken(frame(kBinary, pattern(3'000'000)));
    peer->await_ending();
    CHECK(peer->run([&] { return peer->socket->is_writing(); }));
    CHECK((read_frame(client).payload == big));
    CHECK(read_frame(client).close_code() == 1013);
    peer->await_written(1);
    peer->run([&] { peer->write(MessageKind::text, {"for nobody"}); });
    CHECK_FALSE(peer->run([&] { return peer->socket->is_writing(); }));
    CHECK(client.is_closed_by_server());
    client.close();
    peer->await_end();
    CHECK(peer->ending == 1);
    CHECK(peer->closed == 1);
}
