#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>
#include <future>
#include <nlohmann/json.hpp>

#include "http/exchange.hpp"
#include "http/response_writer.hpp"
#include "running_server.hpp"

using namespace octane::http;
using namespace octane::http::test;
namespace asio = boost::asio;

namespace {

std::string head_of_post(std::string_view path, std::size_t declared, std::string_view more = {}) {
    return "POST " + std::string(path) + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(declared) + "\r\n" +
           std::string(more) + "\r\n";
}

std::string chunk(std::string_view bytes) {
    std::array<char, 20> size{};
    const auto digits = std::snprintf(size.data(), size.size(), "%zx\r\n", bytes.size());
    return std::string(size.data(), static_cast<std::size_t>(digits)) + std::string(bytes) + "\r\n";
}

// Answers each piece of the body as it comes, in capitals: a conversation.
asio::awaitable<void> talk(Exchange& exchange) {
    Response head;
    head.content_type = "text/plain";
    const auto writer = co_await exchange.open(head);
    if (!writer) co_return;
    while (!exchange.body().is_at_end()) {
        const auto piece = co_await exchange.body().read();
        if (!piece) co_return;
        std::string answer(*piece);
        for (char& c : answer) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
        const std::array<std::string_view, 2> parts{answer, "!"};
        if (answer.empty()) continue;
        const bool is_written = co_await writer->write(parts);
        if (!is_written) co_return;
    }
    writer->finish();
}

asio::awaitable<void> measure(Exchange& exchange) {
    std::size_t size = 0;
    std::size_t largest = 0;
    while (!exchange.body().is_at_end()) {
        const auto piece = co_await exchange.body().read();
        if (!piece) {
            Response refusal = error_response(piece.error());
            co_await exchange.answer(refusal);
            co_return;
        }
        size += piece->size();
        largest = std::max(largest, piece->size());
    }
    Response response = text(std::to_string(size) + (largest <= 128UL << 10U ? " in pieces" : " at once"));
    co_await exchange.answer(response);
}

// Writes until the client takes no more, and tells how many bytes that were.
asio::awaitable<void> pour(Exchange& exchange, std::promise<std::size_t>& poured) {
    Response head;
    const auto writer = co_await exchange.open(head);
    const std::string piece(1UL << 20U, 'p');
    const std::array<std::string_view, 1> parts{piece};
    std::size_t size = 0;
    bool is_taken = writer != nullptr;
    while (is_taken) {
        is_taken = co_await writer->write(parts);
        if (is_taken) size += piece.size();
    }
    poured.set_value(size);
}

}  // namespace

TEST_CASE("A body for a path that is nowhere, or for another verb, is answered by the head alone") {
    RunningServer server(usual_routes);
    for (const auto& [request, status] :
         {std::pair(head_of_post("/nowhere", 50'000'000), 404), std::pair(head_of_post("/hello", 50'000'000), 405),
          std::pair(head_of_post("/nowhere", 50'000'000, "Expect: 100-continue\r\n"), 404)}) {
        auto client = server.connect();
        const auto reply = client.ask(request);
        CHECK(reply.status == status);
        CHECK(reply.get("connection") == "close");
        CHECK(client.is_closed_by_server());
    }
}

TEST_CASE("A fallback sees the head and no body") {
    RunningServer server([](Router& router) {
        router.set_fallback(answering([](Request& request) { return text(std::to_string(request.body.size())); }));
    });
    auto client = server.connect();
    CHECK(client.ask(post("/nowhere", "body")).body == "0");
}

TEST_CASE("A small body that nobody wanted does not cost the connection, whether it is here already or comes later") {
    RunningServer server(usual_routes);
    auto client = server.connect();
    CHECK(client.ask(post("/nowhere", "{}")).status == 404);
    client.send(head_of_post("/nowhere", 5000));
    CHECK(client.read_reply().status == 404);
    client.send(std::string(5000, 'x'));
    CHECK(client.ask(get("/hello")).body == "hello");
    CHECK(client.ask(get("/hello", "Content-Length: 2\r\n") + "{}").body == "hello");
    const auto waits = client.ask(head_of_post("/nowhere", 5000, "Expect: 100-continue\r\n"));
    CHECK(waits.status == 404);
    CHECK(waits.get("connection") == "close");
}

TEST_CASE("A route's own limit is said to be one, for declared and for chunked bodies") {
    RunningServer server([](Router& router) {
        router.add("POST", "/small", answering([](Request& request) { return text(request.body); }),
                   {.max_body = 10, .pace = BodyPace::steady, .check = {}});
    });
    auto client = server.connect();
    CHECK(client.ask(post("/small", "0123456789")).body == "0123456789");
    CHECK(client.ask(head_of_post("/small", 11)).status == 413);
    auto other = server.connect();
    const auto reply = other.ask("POST /small HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n" +
                                 chunk("01234") + chunk("012345") + "0\r\n\r\n");
    CHECK(reply.status == 413);
    CHECK(reply.body.find("larger than 10 bytes, the limit of this path") != std::string::npos);
}

TEST_CASE("A route may say in its own words that a body is too large") {
    RouteRules rules;
    rules.max_body = 100;
    rules.refuse = [](const octane::base::Error& error, const Request& request) {
        auto response = text(request.path + ": " + error.message.substr(0, 4));
        response.status = octane::base::http_status(error.code);
        return response;
    };
    RunningServer server([&rules](Router& router) {
        router.add("POST", "/words", answering([](Request& request) { return text(request.body); }), rules);
    });
    auto client = server.connect();
    CHECK(client.ask(post("/words", "small")).body == "small");
    const auto reply = client.ask(post("/words", std::string(101, 'x'), "Origin: http://localhost\r\n"));
    CHECK(reply.status == 413);
    CHECK(reply.body.starts_with("/words: "));
    CHECK(reply.get("access-control-allow-origin") == "http://localhost");
}

TEST_CASE("A check of the head answers before the body is read") {
    RunningServer server([](Router& router) {
        usual_routes(router);
        RouteRules rules;
        rules.check = [](Request& request, const BodySource&) -> std::optional<Response> {
            if (request.captures[0] != "denied") return std::nullopt;
            Response refusal = text("denied by its head");
            refusal.status = 403;
            return refusal;
        };
        router.add("POST", "/calls/{name}", answering([](Request& request) { return text(request.body); }), std::move(rules));
    });
    auto client = server.connect();
    CHECK(client.ask(post("/calls/other", "taken")).body == "taken");
    const auto reply = client.ask(head_of_post("/calls/denied", 50'000'000));
    CHECK(reply.status == 403);
    CHECK(reply.body == "denied by its head");
}

TEST_CASE("All bodies together stay within their memory, and the next one after that is told which option sets it") {
    Settings settings;
    settings.options.body_memory = 3'500'000;
    Gate gate;
    RunningServer server(
        [&gate](Router& router) {
            usual_routes(router);
            router.add("POST", "/hold", [&gate](Request& request) { return wait_at(gate, request); });
        },
        std::move(settings));
    auto holds = server.connect();
    holds.send(post("/hold", std::string(2'000'000, 'x')));
    gate.entered.get_future().get();
    auto refused = server.connect();
    const auto reply = refused.ask(post("/echo", std::string(2'000'000, 'y')));
    CHECK(reply.status == 503);
    CHECK(reply.has("retry-after"));
    CHECK(nlohmann::json::parse(reply.body)["status"] == "UNAVAILABLE");
    CHECK(reply.body.find("--body-memory") != std::string::npos);
    CHECK(reply.get("connection") == "close");
    auto small = server.connect();
    CHECK(small.ask(post("/echo", "small")).body == "small");
    gate.open();
    CHECK(holds.read_reply().body == "waited");
    CHECK(holds.ask(post("/echo", std::string(2'000'000, 'z'))).status == 200);
}

TEST_CASE("A body larger than the memory for all is refused by its head") {
    Settings settings;
    settings.options.body_memory = 1000;
    RunningServer server(usual_routes, std::move(settings));
    auto client = server.connect();
    CHECK(client.ask(post("/echo", std::string(1000, 'x'))).status == 200);
    const auto reply = client.ask(head_of_post("/echo", 1001));
    CHECK(reply.status == 413);
    CHECK(reply.body.find("--body-memory") != std::string::npos);
}

TEST_CASE("What a budget has given comes back with its share") {
    BodyBudget budget(100);
    {
        BodyShare share;
        CHECK(share.take(budget, 60));
        CHECK_FALSE(share.take(budget, 41));
        CHECK(share.take(budget, 40));
        CHECK(share.bytes() == 100);
        CHECK(budget.taken() == 100);
    }
    CHECK(budget.taken() == 0);
}

TEST_CASE("A body that drips ends with 408, though each byte is progress") {
    Settings settings;
    settings.options.body_timeout = std::chrono::seconds(1);
    settings.options.least_body_rate = 100'000'000;
    RunningServer server(usual_routes, std::move(settings));
    auto client = server.connect();
    client.send(head_of_post("/echo", 50'000'000));
    while (!client.has_bytes()) client.send("x");
    const auto reply = client.read_reply();
    CHECK(reply.status == 408);
    CHECK(reply.body.find("less than 100000000 bytes in 1 s") != std::string::npos);
    CHECK(reply.get("connection") == "close");
}

TEST_CASE("A conversation may be as slow as its handler allows") {
    Settings settings;
    settings.options.body_timeout = std::chrono::seconds(1);
    settings.loops = 1;
    RunningServer server(
        [](Router& router) {
            usual_routes(router);
            router.add("POST", "/talk", talk, {.max_body = {}, .pace = BodyPace::unhurried, .check = {}});
        },
        std::move(settings));
    auto client = server.connect();
    client.send("POST /talk HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk("one"));
    CHECK(client.read_head().status == 200);
    CHECK(client.read_chunk() == "ONE!");
    auto late = server.connect();
    CHECK(late.ask(head_of_post("/echo", 10) + "x").status == 408);  // its time is over meanwhile
    client.send(chunk("two"));
    CHECK(client.read_chunk() == "TWO!");
    client.send("0\r\n\r\n");
    CHECK(client.read_chunk().empty());
}

TEST_CASE("A body is pulled piece by piece, whatever its size, and no memory is taken for it") {
    Settings settings;
    settings.options.body_memory = 64UL << 20U;
    RunningServer server([](Router& router) { router.add("POST", "/measure", measure); }, std::move(settings));
    auto client = server.connect();
    const std::string body(20'000'000, 'm');
    client.send(post("/measure", body));
    CHECK(client.read_reply().body == "20000000 in pieces");
    CHECK(client.ask(post("/measure", "more")).body == "4 in pieces");
    CHECK(client.ask(post("/measure", "")).body == "0 in pieces");
}

TEST_CASE("A handler that gets more than its limit says so in its own answer") {
    RunningServer server([](Router& router) {
        router.add("POST", "/measure", measure, {.max_body = 1000, .pace = BodyPace::steady, .check = {}});
    });
    auto client = server.connect();
    const auto reply = client.ask("POST /measure HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n" +
                                  chunk(std::string(800, 'x')) + chunk(std::string(800, 'x')) + "0\r\n\r\n");
    CHECK(reply.status == 413);
    CHECK(client.is_closed_by_server());
}

TEST_CASE("An awaited write is held back by a client that does not read, and ends when it takes nothing for long") {
    std::promise<std::size_t> poured;
    Settings settings;
    settings.options.body_timeout = std::chrono::seconds(1);
    RunningServer server(
        [&poured](Router& router) {
            router.add("POST", "/pour", ExchangeHandler([&poured](Exchange& exchange) { return pour(exchange, poured); }));
        },
        std::move(settings));
    Client client(server.port(), 4096);
    client.send(post("/pour", ""));
    CHECK(poured.get_future().get() < 20'000'000);
    server.await_connections(0);
}

TEST_CASE("An awaited write ends when its client leaves") {
    std::promise<std::size_t> poured;
    RunningServer server([&poured](Router& router) {
        router.add("POST", "/pour", ExchangeHandler([&poured](Exchange& exchange) { return pour(exchange, poured); }));
    });
    Client client(server.port(), 4096);
    client.send(post("/pour", ""));
    CHECK(client.read_head().status == 200);
    client.close();
    CHECK(poured.get_future().get() < 20'000'000);
    server.await_connections(0);
}

TEST_CASE("A handler that answers nothing is a 500") {
    RunningServer server([](Router& router) {
        router.add("POST", "/mute", ExchangeHandler([](Exchange&) -> asio::awaitable<void> { co_return; }));
    });
    auto client = server.connect();
    CHECK(client.ask(post("/mute", "x")).status == 500);
}
