#include <doctest/doctest.h>

#include <atomic>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <future>

#include "running_server.hpp"

using namespace octane::http;
using namespace octane::http::test;
namespace asio = boost::asio;

namespace {

std::function<void(Router&)> gated_routes(Gate& gate) {
    return [&gate](Router& router) {
        usual_routes(router);
        router.add("GET", "/wait", [&gate](Request& request) { return wait_at(gate, request); });
    };
}

}  // namespace

TEST_CASE("A handler hears of it when its client leaves") {
    Gate gate;
    RunningServer server(gated_routes(gate));
    auto client = server.connect();
    client.send(get("/wait"));
    gate.entered.get_future().get();
    client.close();
    CHECK(gate.ended_by_client.get_future().get());
}

TEST_CASE("A handler hears of it also when a pipelined request still waits to be read") {
    Gate gate;
    RunningServer server(gated_routes(gate));
    auto client = server.connect();
    client.send(get("/wait"));
    gate.entered.get_future().get();
    client.send(get("/hello"));
    client.close();
    CHECK(gate.ended_by_client.get_future().get());
}

TEST_CASE("A client that has ended its own half, but reads, is answered") {
    Gate gate;
    RunningServer server(gated_routes(gate));
    auto client = server.connect();
    client.send(get("/wait"));
    gate.entered.get_future().get();
    client.shutdown_send();
    CHECK(client.read_head().status == 100);  // the server has seen the end, and asked
    gate.open();
    CHECK_FALSE(gate.ended_by_client.get_future().get());
    const auto reply = client.read_reply();
    CHECK(reply.status == 200);
    CHECK(reply.body == "waited");
}

TEST_CASE("A client of HTTP/1.0 that has ended its own half gets nothing but its answer") {
    Gate gate;
    Gate seen;
    RunningServer server(
        [&](Router& router) {
            gated_routes(gate)(router);
            router.add("GET", "/seen", [&seen](Request& request) { return wait_at(seen, request); });
        },
        {.options = {}, .access = {}, .hooks = {}, .loops = 1});
    auto client = server.connect();
    client.send("GET /wait HTTP/1.0\r\n\r\n");
    gate.entered.get_future().get();
    client.shutdown_send();
    auto other = server.connect();
    other.send(get("/seen"));
    seen.entered.get_future().get();
    other.shutdown_send();
    CHECK(other.read_head().status == 100);  // so the watch has looked at both
    gate.open();
    CHECK_FALSE(gate.ended_by_client.get_future().get());
    const auto reply = client.read_reply();
    CHECK(reply.status == 200);
    CHECK(reply.body == "waited");
    seen.open();
    CHECK(other.read_reply().body == "waited");
}

TEST_CASE("A client that stays is not taken for gone, and its pipelined request is answered afterwards") {
    Gate gate;
    RunningServer server(gated_routes(gate));
    auto client = server.connect();
    client.send(get("/wait") + get("/hello"));
    gate.entered.get_future().get();
    gate.open();
    CHECK_FALSE(gate.ended_by_client.get_future().get());
    CHECK(client.read_reply().body == "waited");
    CHECK(client.read_reply().body == "hello");
}

TEST_CASE("A draining server closes idle connections, finishes requests and takes no new ones") {
    Gate gate;
    RunningServer server(gated_routes(gate));
    auto idle = server.connect();
    CHECK(idle.ask(get("/hello")).status == 200);
    auto busy = server.connect();
    busy.send(get("/wait"));
    gate.entered.get_future().get();
    server->stop_accepting();
    CHECK(idle.is_closed_by_server());
    server.await_connections(1);
    gate.open();
    const auto reply = busy.read_reply();
    CHECK(reply.body == "waited");
    CHECK(reply.get("connection") == "close");
    CHECK(busy.is_closed_by_server());
    CHECK_THROWS(static_cast<void>(server.connect()));
}

TEST_CASE("Closing all ends waiting handlers and every connection") {
    Gate gate;
    RunningServer server(gated_routes(gate));
    auto idle = server.connect();
    CHECK(idle.ask(get("/hello")).status == 200);
    auto busy = server.connect();
    busy.send(get("/wait"));
    gate.entered.get_future().get();
    server->close_all();
    CHECK(gate.ended_by_client.get_future().get());
    CHECK(idle.is_closed_by_server());
    CHECK(busy.is_closed_by_server());
}

TEST_CASE("Not even a refusal is held for more than a few clients beyond max_connections") {
    Settings settings;
    settings.options.max_connections = 0;
    RunningServer server(usual_routes, std::move(settings));
    std::vector<std::unique_ptr<Client>> waiting;
    for (int i = 0; i < 64; ++i) waiting.push_back(std::make_unique<Client>(server.port()));
    auto beyond = server.connect();
    CHECK(beyond.is_closed_by_server());
    CHECK(waiting.back()->ask(get("/hello")).status == 503);
}

TEST_CASE("Connections are dealt to the loops in turn") {
    RunningServer server([](Router& router) {
        router.add("GET", "/loop", answering([](Request& request) { return text(std::to_string(request.loop_index)); }));
    });
    std::string seen;
    for (int i = 0; i < 4; ++i) seen += server.connect().ask(get("/loop")).body;
    CHECK((seen == "0101" || seen == "1010"));
}

TEST_CASE("An address that cannot be bound is named") {
    RunningServer server(usual_routes);
    Loops loops(1);
    const auto router = std::make_shared<const Router>();
    const auto access = std::make_shared<const AccessPolicy>(AccessOptions());
    ServerOptions options;
    options.host = "127.0.0.1";
    options.port = server.port();
    CHECK_THROWS_WITH_AS(Server(loops, router, access, options, {}),
                         doctest::Contains(("127.0.0.1:" + std::to_string(server.port())).c_str()), std::system_error);
    options.host = "no-such-host.invalid";
    CHECK_THROWS_AS(Server(loops, router, access, options, {}), std::system_error);
}

TEST_CASE("The bound address is told as it stands in a URL") {
    Loops loops(1);
    const auto router = std::make_shared<const Router>();
    const auto access = std::make_shared<const AccessPolicy>(AccessOptions());
    ServerOptions options;
    options.host = "::1";
    options.port = 0;
    const Server server(loops, router, access, options, {});
    CHECK(server.port() != 0);
    CHECK(server.address() == "[::1]:" + std::to_string(server.port()));
}
