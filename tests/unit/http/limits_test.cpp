#include <doctest/doctest.h>

#include <future>
#include <nlohmann/json.hpp>

#include "running_server.hpp"

using namespace octane::http;
using namespace octane::http::test;

namespace {

Settings small_limits() {
    Settings settings;
    settings.options.max_body = 1000;
    settings.options.max_header = 2000;
    return settings;
}

void check_error(const Reply& reply, int status, const char* name) {
    CHECK(reply.status == status);
    CHECK(reply.get("connection") == "close");
    const auto json = nlohmann::json::parse(reply.body);
    CHECK(json["success"] == false);
    CHECK(json["status"] == name);
}

}  // namespace

TEST_CASE("A body of exactly the limit is taken and one byte more is 413") {
    RunningServer server(usual_routes, small_limits());
    auto client = server.connect();
    CHECK(client.ask(post("/echo", std::string(1000, 'x'))).body.size() == 1000);
    const auto reply = client.ask(post("/echo", std::string(1001, 'x'), "Origin: http://localhost\r\n"));
    check_error(reply, 413, "RESOURCE_EXHAUSTED");
    CHECK(reply.body.find("--max-body") != std::string::npos);
    CHECK(reply.get("access-control-allow-origin") == "http://localhost");
    CHECK(client.is_closed_by_server());
}

TEST_CASE("A client that goes on sending a refused body still reads the answer") {
    RunningServer server(usual_routes, small_limits());
    auto client = server.connect();
    client.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 8000000\r\n\r\n");
    CHECK(client.send_while_taken(std::string(8'000'000, 'x')) == 8'000'000);
    check_error(client.read_reply(), 413, "RESOURCE_EXHAUSTED");
    CHECK(client.is_closed_by_server());
}

TEST_CASE("A refused body that never ends is not read for ever") {
    RunningServer server(usual_routes, small_limits());
    auto client = server.connect();
    client.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900000000\r\n\r\n");
    const std::string piece(1'000'000, 'x');
    std::size_t taken = 0;
    for (int i = 0; i < 900; ++i) {
        const auto size = client.send_while_taken(piece);
        taken += size;
        if (size < piece.size()) break;
    }
    CHECK(taken < 200'000'000);
}

TEST_CASE("Expect: 100-continue is answered before the body, or refused at once if it is too large") {
    RunningServer server(usual_routes, small_limits());
    auto client = server.connect();
    client.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
    CHECK(client.read_head().status == 100);
    CHECK(client.ask("body").body == "body");
    check_error(client.ask("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4000\r\nExpect: 100-continue\r\n\r\n"), 413,
                "RESOURCE_EXHAUSTED");
    CHECK(client.is_closed_by_server());
}

TEST_CASE("A refused origin is told so before its body is taken in") {
    RunningServer server(usual_routes);
    auto client = server.connect();
    const auto reply =
        client.ask("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4000\r\nOrigin: https://evil.example\r\n\r\n");
    check_error(reply, 403, "PERMISSION_DENIED");
    CHECK(client.is_closed_by_server());
}

TEST_CASE("Chunked bodies obey the same limit") {
    RunningServer server(usual_routes, small_limits());
    auto client = server.connect();
    const std::string head = "POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n";
    const std::string half = "1f4\r\n" + std::string(500, 'x') + "\r\n";
    CHECK(client.ask(head + half + half + "0\r\n\r\n").body.size() == 1000);
    check_error(client.ask(head + half + half + "1\r\nx\r\n0\r\n\r\n"), 413, "RESOURCE_EXHAUSTED");
    CHECK(client.is_closed_by_server());
}

TEST_CASE("A chunk line without end is refused") {
    RunningServer server(usual_routes, small_limits());
    auto client = server.connect();
    client.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
    client.send("1;" + std::string(200'000, 'x'));
    check_error(client.read_reply(), 431, "RESOURCE_EXHAUSTED");
}

TEST_CASE("Headers over the limit are 431, in one line, in many, and in the target") {
    RunningServer server(usual_routes, small_limits());
    std::string many = "GET /hello HTTP/1.1\r\nHost: localhost\r\n";
    for (int i = 0; i < 100; ++i) many += "X-Header-" + std::to_string(i) + ": some value\r\n";
    for (const auto& request :
         {get("/hello", "X-Long: " + std::string(3000, 'x') + "\r\n"), many + "\r\n", get("/" + std::string(3000, 'x'))}) {
        auto client = server.connect();
        check_error(client.ask(request), 431, "RESOURCE_EXHAUSTED");
        CHECK(client.is_closed_by_server());
    }
}

TEST_CASE("Headers over the limit are 431 also when each line comes alone") {
    RunningServer server(usual_routes, small_limits());
    auto client = server.connect();
    client.send("GET /hello HTTP/1.1\r\n");
    for (int i = 0; i < 100; ++i) client.send_while_taken("X-Header: some value that is not short\r\n");
    check_error(client.read_reply(), 431, "RESOURCE_EXHAUSTED");
}

TEST_CASE("What is not HTTP is 400 and the connection is closed") {
    RunningServer server(usual_routes);
    for (const std::string request :
         {"garbage\r\n\r\n", "\x16\x03\x01\x02\x01\x01 TLS hello\r\n\r\n", "GET /hello HTTP/2.0\r\nHost: localhost\r\n\r\n",
          "GET /hello\r\n\r\n", "GET /hello HTTP/1.1\r\n\r\n",
          "GET /hello HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n",
          "GET /hello HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost\r\nOrigin: http://localhost\r\n\r\n",
          "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
          "POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip\r\n\r\n",
          "POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
          "POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
          "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
          "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
          "POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
          "GET /%zz HTTP/1.1\r\nHost: localhost\r\n\r\n", "GET /%00 HTTP/1.1\r\nHost: localhost\r\n\r\n",
          "GET hello HTTP/1.1\r\nHost: localhost\r\n\r\n"}) {
        CAPTURE(request);
        auto client = server.connect();
        check_error(client.ask(request), 400, "INVALID_ARGUMENT");
        CHECK(client.is_closed_by_server());
    }
}

TEST_CASE("An empty line before a request is overlooked") {
    RunningServer server(usual_routes);
    auto client = server.connect();
    CHECK(client.ask(post("/echo", "a") + "\r\n").body == "a");
    CHECK(client.ask(get("/hello")).body == "hello");
}

TEST_CASE("A header that does not come in and a silent connection are closed after their time, and a stuck body gets 408") {
    Settings settings;
    settings.options.idle_timeout = std::chrono::seconds(1);
    settings.options.body_timeout = std::chrono::seconds(1);
    RunningServer server(usual_routes, std::move(settings));
    auto silent = server.connect();
    auto slow = server.connect_with("GET /hello HTTP/1.1\r\nHost: ");
    auto stuck = server.connect_with("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nhalf");
    CHECK(silent.is_closed_by_server());
    CHECK(slow.is_closed_by_server());
    const auto late = stuck.read_reply();
    check_error(late, 408, "DEADLINE_EXCEEDED");
    CHECK(late.body.find("less than 500 bytes in 1 s") != std::string::npos);
    CHECK(stuck.is_closed_by_server());
}

TEST_CASE("A call that takes longer than a silent connection may last is not cut, with or without a body") {
    for (const auto& request : {get("/wait"), post("/wait", "body")}) {
        Gate gate;
        Settings settings;
        settings.options.idle_timeout = std::chrono::seconds(1);
        settings.options.body_timeout = std::chrono::seconds(1);
        RunningServer server(
            [&gate](Router& router) {
                for (const char* verb : {"GET", "POST"})
                    router.add(verb, "/wait", [&gate](Request& asked) { return wait_at(gate, asked); });
            },
            std::move(settings));
        auto client = server.connect_with(request);
        gate.entered.get_future().get();
        // One after the other is closed for its silence.
        for (int i = 0; i < 2; ++i) CHECK(server.connect().is_closed_by_server());
        gate.open();
        CHECK(client.read_reply().body == "waited");
        CHECK_FALSE(gate.ended_by_client.get_future().get());
    }
}

TEST_CASE("A client that does not read its answer is closed after its time") {
    std::promise<void> given_up;
    Settings settings;
    settings.options.body_timeout = std::chrono::seconds(1);
    settings.hooks.on_response = [&](const Request&, int, std::chrono::steady_clock::duration) { given_up.set_value(); };
    RunningServer server(
        [](Router& router) { router.add("GET", "/big", answering([](Request&) { return text(std::string(50'000'000, 'x')); })); },
        std::move(settings));
    Client client(server.port(), 4096);
    client.send(get("/big"));
    given_up.get_future().get();
    CHECK(client.read_to_end().size() < 50'000'000);
}
