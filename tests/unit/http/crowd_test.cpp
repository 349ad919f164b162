// More connections than there is room for: who has to go, and who gets in.
#include <doctest/doctest.h>

#include <boost/asio/post.hpp>
#include <deque>
#include <future>

#include "running_server.hpp"

using namespace octane::http;
using namespace octane::http::test;

namespace {

Settings room_for(std::size_t connections) {
    Settings settings;
    settings.options.max_connections = connections;
    settings.options.max_refused = 4;
    return settings;
}

void gated(Router& router, Gate& gate) {
    usual_routes(router);
    router.add("GET", "/wait", [&gate](Request& request) { return wait_at(gate, request); });
}

// What has been answered is over for the loops, too.
void let_loops_finish(RunningServer& server) {
    for (std::size_t i = 0; i < server.loops().size(); ++i) {
        std::promise<void> done;
        boost::asio::post(server.loops().at(i), [&done] { done.set_value(); });
        done.get_future().get();
    }
}

}  // namespace

TEST_CASE("a new connection gets the place of the one that has been idle for the longest, whichever loop has it") {
    for (const std::size_t room : {4U, 5U}) {
        CAPTURE(room);
        RunningServer server(usual_routes, room_for(room));
        std::deque<Client> idle;
        for (std::size_t i = 0; i < room; ++i) {
            idle.emplace_back(server.port());
            CHECK(idle.back().ask(get("/hello")).status == 200);
            let_loops_finish(server);
        }
        CHECK(idle[0].ask(get("/hello")).status == 200);  // so the second is the oldest now
        let_loops_finish(server);
        auto late = server.connect();
        CHECK(late.ask(get("/hello")).body == "hello");
        CHECK(idle[1].is_closed_by_server());
        CHECK(idle[0].ask(get("/hello")).status == 200);
        CHECK(idle[2].ask(get("/hello")).status == 200);
    }
}

TEST_CASE("connections that never send a request, or never end its head, shut out nobody") {
    RunningServer server(usual_routes, room_for(4));
    std::deque<Client> silent;
    for (int i = 0; i < 20; ++i) {
        silent.emplace_back(server.port());
        if (i % 2 == 0) silent.back().send("GET /hello HTTP/1.1\r\nHost: loc");
    }
    for (int i = 0; i < 20; ++i) {
        auto client = server.connect();
        CHECK(client.ask(get("/hello")).status == 200);
    }
}

TEST_CASE("where none is idle a new connection is told so, and beyond the bound for that it is closed") {
    Gate gate;
    RunningServer server([&gate](Router& router) { gated(router, gate); }, room_for(1));
    auto busy = server.connect();
    busy.send(get("/wait"));
    gate.entered.get_future().get();
    auto refused = server.connect();
    const auto reply = refused.ask(get("/hello"));
    CHECK(reply.status == 503);
    CHECK(reply.has("retry-after"));
    CHECK(server->refusals().counted(RefusedFor::no_room) == 1);
    gate.open();
    CHECK(busy.read_reply().body == "waited");
}

TEST_CASE("one address has so many connections and no more; what it closes it may open again") {
    Settings settings = room_for(100);
    settings.options.max_per_client = 3;
    settings.options.counts_loopback = true;
    RunningServer server(usual_routes, std::move(settings));
    std::deque<Client> clients;
    for (int i = 0; i < 3; ++i) {
        clients.emplace_back(server.port());
        CHECK(clients.back().ask(get("/hello")).status == 200);
    }
    auto refused = server.connect();
    const auto reply = refused.ask(get("/hello"));
    CHECK(reply.status == 503);
    CHECK(reply.body.find("127.0.0.1") != std::string::npos);
    CHECK(reply.body.find("--max-connections-per-client") != std::string::npos);
    CHECK(refused.is_closed_by_server());
    CHECK(server->refusals().counted(RefusedFor::too_many_of_client) == 1);
    clients.clear();
    server.await_connections(0);
    CHECK(server.connect().ask(get("/hello")).status == 200);
}

TEST_CASE("this machine is not bounded by itself: a reverse proxy may stand there") {
    Settings settings = room_for(100);
    settings.options.max_per_client = 1;
    RunningServer server(usual_routes, std::move(settings));
    auto one = server.connect();
    CHECK(one.ask(get("/hello")).status == 200);
    CHECK(server.connect().ask(get("/hello")).status == 200);
}

TEST_CASE("behind a trusted proxy the clients that it names are bounded, and not the proxy") {
    Gate first;
    Settings settings = room_for(100);
    settings.options.max_per_client = 1;
    settings.options.counts_loopback = true;
    settings.access.trusted_proxies = {*Network::parse("127.0.0.1")};
    RunningServer server([&first](Router& router) { gated(router, first); }, std::move(settings));
    const std::string_view client_a = "X-Forwarded-For: 203.0.113.1\r\n";
    auto busy = server.connect();
    busy.send(get("/wait", client_a));
    first.entered.get_future().get();
    auto other = server.connect();
    CHECK(other.ask(get("/hello", client_a)).status == 503);
    CHECK(other.ask(get("/hello", "X-Forwarded-For: 203.0.113.2\r\n")).status == 200);
    first.open();
    CHECK(busy.read_reply().status == 200);
    CHECK(busy.ask(get("/hello", client_a)).status == 200);
    let_loops_finish(server);  // a connection that waits for the next request is nobody's
    auto third = server.connect();
    CHECK(third.ask(get("/hello", client_a)).status == 200);
}
