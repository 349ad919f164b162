#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "http/body_budget.hpp"
#include "http/incoming_message.hpp"
#include "http/web_socket.hpp"
#include "web_socket_stage.hpp"

using namespace octane::http;
using namespace octane::http::test;

namespace {

constexpr std::size_t kMostOfLarge = 4'000'000;
constexpr int kMostTimes = 16;  // as long as usual; a ping then comes every 8 s, and a client waits 20 s for a frame

// The whole memory for bodies is taken by a message above it.
Settings with_memory(std::size_t bytes) {
    Settings settings;
    settings.options.body_memory = bytes;
    return settings;
}

// Bytes a second. All times are so many times as long as usual.
Settings with_least_rate(std::size_t rate, int times) {
    Settings settings;
    settings.options.ping_interval = times * std::chrono::milliseconds(250);
    settings.options.body_timeout = times * std::chrono::seconds(1);
    settings.options.least_body_rate = rate;
    return settings;
}

std::shared_ptr<Peer> peer_for_large() {
    auto peer = std::make_shared<Peer>();
    peer->most = kMostOfLarge;
    return peer;
}

// Sends `begin`, and a portion of `rest` for each ping. What comes instead of a further ping; nothing if the client was dropped,
// which is also done to one that a slow machine keeps from answering a ping in time.
std::optional<Frame> send_slowly(Client& client, std::string_view begin, std::string_view rest, std::size_t portion) {
    client.send_while_taken(begin);
    while (!client.is_closed_by_server()) {
        auto next = read_frame(client);
        if (next.opcode != kPing) return next;
        client.send_while_taken(rest.substr(0, portion));
        rest.remove_prefix(std::min(portion, rest.size()));
    }
    return std::nullopt;
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
    const auto begin = std::string_view(bytes).substr(0, 2'000'000);
    const auto rest = std::string_view(bytes).substr(2'000'000, 900);
    bool is_told = false;
    for (int times = 1; !is_told; times *= 2) {  // until the client is in time with its answers to pings
        REQUIRE(times <= kMostTimes);
        const auto peer = peer_for_large();
        RunningServer server(socket_route(peer), with_least_rate(1000, times));
        auto client = server.connect();
        open_on(client, *peer);
        const auto last = send_slowly(client, begin, rest, 1);
        if (!last) continue;
        is_told = true;
        CHECK(last->close_code() == 1008);
        const auto limits = std::to_string(times * 1000) + " bytes in " + std::to_string(times) + " s";
        CHECK(last->payload.substr(2) == "the message came too slowly: less than " + limits);
        peer->await_ending();
        client.close();
        peer->await_end();
        CHECK(peer->messages.empty());
        CHECK(peer->closed == 1);
    }
}

TEST_CASE("A large message that comes at the least rate, and one of up to 1 MiB at any rate, are waited for") {
    std::size_t size = 0;
    std::size_t rate = 0;
    bool has_least_rate = false;
    SUBCASE("large") {
        size = 3'000'000;
        rate = 1;
        has_least_rate = true;
    }
    SUBCASE("not large") {
        size = 1'000'000;
        rate = 1'000'000;
    }
    const auto bytes = frame(kBinary, pattern(size));
    const auto begin = std::string_view(bytes).substr(0, bytes.size() - 100);
    const auto rest = std::string_view(bytes).substr(begin.size());
    bool is_waited_for = false;
    for (int times = 1; !is_waited_for; times *= 2) {  // until the client is in time with its answers to pings
        REQUIRE(times <= kMostTimes);
        const auto peer = peer_for_large();
        RunningServer server(socket_route(peer), with_least_rate(rate, times));
        auto client = server.connect();
        open_on(client, *peer);
        peer->then = [&] { peer->socket->finish(CloseCode::normal, ""); };
        // Five pings take longer than the time for one portion, and 20 bytes for each are more than the least rate.
        const auto last = send_slowly(client, begin, rest, 20);
        if (!last || (has_least_rate && last->close_code() == 1008)) continue;
        is_waited_for = true;
        CHECK(last->close_code() == 1000);
        client.close();
        peer->await_end();
        CHECK(peer->messages.size() == 1);
    }
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
