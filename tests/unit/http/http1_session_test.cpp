#include <doctest/doctest.h>

#include <future>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "running_server.hpp"

using namespace octane::http;
using namespace octane::http::test;

TEST_CASE("A request is answered and the connection stays for the next") {
    RunningServer server(usual_routes);
    auto client = server.connect();
    for (int i = 0; i < 3; ++i) {
        const auto reply = client.ask(get("/hello"));
        CHECK(reply.status == 200);
        CHECK(reply.body == "hello");
        CHECK(reply.get("content-type") == "text/plain");
        CHECK_FALSE(reply.has("connection"));
        CHECK(reply.has("date"));
    }
    CHECK(server->connections() == 1);
}

TEST_CASE("Pipelined requests are answered in order") {
    RunningServer server(usual_routes);
    auto client = server.connect();
    std::string all;
    for (int i = 0; i < 50; ++i) all += post("/echo", std::to_string(i));
    all += get("/hello");
    client.send(all);
    for (int i = 0; i < 50; ++i) CHECK(client.read_reply().body == std::to_string(i));
    CHECK(client.read_reply().body == "hello");
}

TEST_CASE("A request that comes byte by byte is read like any other") {
    RunningServer server(usual_routes);
    auto client = server.connect();
    for (const char byte : post("/echo", "slowly")) client.send({&byte, 1});
    CHECK(client.read_reply().body == "slowly");
}

TEST_CASE("Chunked request bodies count as bodies and their trailers change nothing") {
    RunningServer server(usual_routes);
    auto client = server.connect();
    const auto reply = client.ask(
        "POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
        "4;name=value\r\nwiki\r\n5\r\npedia\r\n0\r\nOrigin: https://evil.example\r\n\r\n");
    CHECK(reply.status == 200);
    CHECK(reply.body == "wikipedia");
    CHECK(client.ask(get("/hello")).body == "hello");
}

TEST_CASE("HEAD is answered like GET without the body") {
    RunningServer server(usual_routes);
    auto client = server.connect();
    client.send("HEAD /hello HTTP/1.1\r\nHost: localhost\r\n\r\n");
    const auto reply = client.read_reply(BodyOf::head);
    CHECK(reply.status == 200);
    CHECK(reply.get("content-length") == "5");
    CHECK(client.ask(get("/hello")).body == "hello");
}

TEST_CASE("HTTP/1.0 closes unless asked to stay, and needs no Host") {
    RunningServer server(usual_routes);
    auto client = server.connect();
    const auto kept = client.ask("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    CHECK(kept.body == "hello");
    CHECK(kept.get("connection") == "keep-alive");
    const auto last = client.ask("GET /hello HTTP/1.0\r\n\r\n");
    CHECK(last.body == "hello");
    CHECK(last.get("connection") == "close");
    CHECK(client.is_closed_by_server());
}

TEST_CASE("Connection: close is honoured") {
    RunningServer server(usual_routes);
    auto client = server.connect();
    const auto reply = client.ask(get("/hello", "Connection: close\r\n"));
    CHECK(reply.get("connection") == "close");
    CHECK(client.is_closed_by_server());
}

TEST_CASE("Path and query are decoded, captures are filled") {
    RunningServer server([](Router& router) {
        usual_routes(router);
        router.add("GET", "/query",
                   answering([](Request& request) { return text(std::string(request.query.find("q").value_or("none"))); }));
    });
    auto client = server.connect();
    CHECK(client.ask(get("/path/a%20b/c")).body == "a b|c");
    CHECK(client.ask(get("/query?q=1%2B1#part")).body == "1+1");
    CHECK(client.ask("GET http://localhost:1/query?q=absolute HTTP/1.1\r\nHost: ignored.example\r\n\r\n").body == "absolute");
    CHECK(client.ask("GET http://localhost:1?q=1 HTTP/1.1\r\nHost: ignored.example\r\n\r\n").status == 404);  // as "/?q=1"
    CHECK(client.ask("GET http://rebound.example/query HTTP/1.1\r\nHost: localhost\r\n\r\n").status == 403);
}

TEST_CASE("Big bodies go both ways whole") {
    RunningServer server([](Router& router) {
        router.add("POST", "/twice", answering([](Request& request) {
                       Response response;
                       response.content_type = "application/octet-stream";
                       response.body = request.body;
                       response.chain = octane::base::ByteChain::own(request.body);
                       return response;
                   }));
    });
    std::string body(9'000'000, '\0');
    for (std::size_t i = 0; i < body.size(); ++i) body[i] = static_cast<char>(i * 31 % 251);
    auto client = server.connect();
    auto sending = std::async(std::launch::async, [&] { client.send(post("/twice", body)); });
    sending.get();
    const auto reply = client.read_reply();
    CHECK(reply.body.size() == 2 * body.size());
    CHECK((reply.body == body + body));
}

TEST_CASE("Every answer carries the CORS headers, errors and 404 included") {
    Settings settings;
    settings.access.request_headers = {"Content-Type", "X-Call-Id"};
    settings.access.exposed_headers = {"ETag", "X-Warnings"};
    RunningServer server(usual_routes, std::move(settings));
    auto client = server.connect();
    for (const auto* path : {"/hello", "/nowhere", "/echo"}) {
        const auto reply = client.ask(get(path, "Origin: http://localhost:3000\r\n"));
        CAPTURE(path);
        CHECK(reply.get("access-control-allow-origin") == "http://localhost:3000");
        CHECK(reply.get("access-control-allow-credentials") == "true");
        CHECK(reply.get("vary") == "Origin");
        CHECK(reply.get("access-control-allow-methods") == "GET, POST, PUT, DELETE, OPTIONS");
        CHECK(reply.get("access-control-allow-headers") == "Content-Type, X-Call-Id");
        CHECK(reply.get("access-control-expose-headers") == "ETag, X-Warnings");
        CHECK(reply.get("access-control-max-age") == "86400");
    }
}

TEST_CASE("Without an origin everybody may read the answer, but not with credentials") {
    RunningServer server(usual_routes);
    auto client = server.connect();
    const auto reply = client.ask(get("/hello"));
    CHECK(reply.get("access-control-allow-origin") == "*");
    CHECK_FALSE(reply.has("access-control-allow-credentials"));
    CHECK(reply.get("vary") == "Origin");
}

TEST_CASE("An answer that varies by itself names that and the origin in one line") {
    RunningServer server([](Router& router) {
        router.add("GET", "/varied", answering([](Request&) {
                       Response response = text("x");
                       response.headers.emplace_back("Vary", "Accept-Encoding");
                       return response;
                   }));
    });
    auto client = server.connect();
    CHECK(client.ask(get("/varied")).get("vary") == "Accept-Encoding, Origin");
}

TEST_CASE("An origin that everybody may be cannot write header lines of its own") {
    RunningServer server(usual_routes, {.options = {}, .access = {{"*"}, "", {}}, .hooks = {}});
    auto client = server.connect();
    const auto reply = client.ask(get("/hello", "Origin: https://a\tb\r\n"));
    CHECK(reply.get("access-control-allow-origin") == "https://a b");
}

TEST_CASE("OPTIONS on any path is 204 with the CORS headers and nothing else") {
    RunningServer server(usual_routes, {.options = {}, .access = {{}, "token", {}}, .hooks = {}});
    auto client = server.connect();
    for (const auto* path : {"/hello", "/nowhere", "*"}) {
        const auto reply =
            client.ask("OPTIONS " + std::string(path) + " HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost\r\n\r\n");
        CHECK(reply.status == 204);
        CHECK(reply.get("access-control-allow-origin") == "http://localhost");
        CHECK_FALSE(reply.has("content-length"));
        CHECK_FALSE(reply.has("content-type"));
    }
}

TEST_CASE("A refused origin gets 403, the way to allow it, and no CORS header") {
    RunningServer server(usual_routes);
    auto client = server.connect();
    for (const auto* verb : {"GET", "OPTIONS"}) {
        const auto reply =
            client.ask(std::string(verb) + " /hello HTTP/1.1\r\nHost: localhost\r\nOrigin: https://evil.example\r\n\r\n");
        CHECK(reply.status == 403);
        CHECK(reply.head.find("Access-Control") == std::string::npos);
        const auto json = nlohmann::json::parse(reply.body);
        CHECK(json["success"] == false);
        CHECK(json["status"] == "PERMISSION_DENIED");
        CHECK(json["error"].get<std::string>().find("--allow-origin https://evil.example") != std::string::npos);
    }
    const auto rebound = client.ask("GET /hello HTTP/1.1\r\nHost: rebound.example\r\n\r\n");
    CHECK(rebound.status == 403);
    CHECK(rebound.head.find("Access-Control") == std::string::npos);
    CHECK(client.ask(get("/hello")).status == 200);
}

TEST_CASE("A missing token is 401 with CORS headers, and what is open needs none") {
    Settings settings;
    settings.access.token = "s3cret";
    settings.access.is_open = [](const Request& request) { return request.path == "/livez"; };
    RunningServer server(usual_routes, std::move(settings));
    auto client = server.connect();
    const auto reply = client.ask(get("/hello"));
    CHECK(reply.status == 401);
    CHECK(reply.get("www-authenticate") == "Bearer");
    CHECK(reply.get("access-control-allow-origin") == "*");
    CHECK(client.ask(get("/hello?token=s3cret")).status == 200);
    CHECK(client.ask(get("/hello", "Authorization: Bearer s3cret\r\n")).status == 200);
    CHECK(client.ask(get("/hello", "Cookie: a=b; door=s3cret\r\n")).status == 401);
    CHECK(client.ask(get("/livez")).status == 200);
}

TEST_CASE("A token may come in the cookie that is named for it, and in the query with a plus sign in it") {
    Settings settings;
    settings.access.token = "s3+cr/et=";
    settings.access.token_cookie = "door";
    RunningServer server(usual_routes, std::move(settings));
    auto client = server.connect();
    CHECK(client.ask(get("/hello", "Cookie: a=b; door=s3+cr/et=\r\n")).status == 200);
    CHECK(client.ask(get("/hello", "Cookie: octane_token=s3+cr/et=\r\n")).status == 401);
    CHECK(client.ask(get("/hello?token=s3+cr/et=")).status == 200);
    CHECK(client.ask(get("/hello?token=s3%2Bcr%2Fet%3D")).status == 200);
    CHECK(client.ask(get("/hello?token=s3%20cr/et=")).status == 401);
}

TEST_CASE("The token is taken out of the headers that brought it, and nothing else is") {
    Settings settings;
    settings.access.token = "s3cret";
    settings.access.token_cookie = "door";
    const auto tell = [](Request& request) {
        std::string told;
        for (const auto& [name, value] : request.headers) {
            if (name != "Host") told += name + "=" + value + "|";
        }
        return text(told);
    };
    RunningServer server([&tell](Router& router) { router.add("GET", "/headers", answering(tell)); }, std::move(settings));
    auto client = server.connect();
    const auto ask = [&client](const char* path, const char* headers) { return client.ask(get(path, headers)).body; };
    CHECK(ask("/headers", "authorization: bearer  s3cret\r\nX-A: Bearer s3cret\r\n") == "X-A=Bearer s3cret|");
    CHECK(ask("/headers", "Cookie: a=b;door=s3cret; c=d\r\nAuthorization: Basic abc\r\n") ==
          "Cookie=a=b; c=d|Authorization=Basic abc|");
    CHECK(ask("/headers", "Cookie: door=s3cret\r\nAuthorization: Bearer s3cret\r\n").empty());
    CHECK(ask("/headers?token=s3cret", "Cookie: door=no; doors=s3cret\r\nAuthorization: Bearer other\r\n") ==
          "Cookie=door=no; doors=s3cret|Authorization=Bearer other|");
    CHECK(ask("/headers?token=s3cret", "Authorization: Bearer s3cret\r\n").empty());
    for (const std::string query :
         {"token=s3cret", "a=b&token=s3cret&c=d", "token=s%33cret", "next=%2Fa%3Ftoken%3Ds3cret", "%&token=s%33cret"})
        CHECK(ask("/headers?token=s3cret", ("Referer: http://127.0.0.1/a?" + query + "\r\n").c_str()) ==
              "Referer=http://127.0.0.1/a|");
    for (const std::string value : {"http://127.0.0.1/a?token=guess", "http://127.0.0.1/s3cret?a=%62", "what? 5%"})
        CHECK(ask("/headers?token=s3cret", ("Referer: " + value + "\r\n").c_str()) == "Referer=" + value + "|");
}

TEST_CASE("A wrong verb is 405 with Allow, an unknown path 404, both with the call's id") {
    RunningServer server(usual_routes);
    auto client = server.connect();
    const auto wrong = client.ask(get("/echo", "X-Call-Id: call-7\r\n"));
    CHECK(wrong.status == 405);
    CHECK(wrong.get("allow") == "POST, OPTIONS");
    CHECK(wrong.get("x-call-id") == "call-7");
    CHECK(nlohmann::json::parse(wrong.body)["callId"] == "call-7");
    const auto nothing = client.ask(get("/nowhere"));
    CHECK(nothing.status == 404);
    CHECK(nlohmann::json::parse(nothing.body)["status"] == "NOT_FOUND");
}

TEST_CASE("The fallback answers what no route does") {
    RunningServer server([](Router& router) {
        usual_routes(router);
        router.set_fallback(answering([](Request& request) { return text("fallback " + request.verb + ' ' + request.path); }));
    });
    auto client = server.connect();
    CHECK(client.ask(post("/no/such/path", "")).body == "fallback POST /no/such/path");
    CHECK(client.ask(get("/echo")).status == 405);
}

TEST_CASE("An exception in a handler is a 500 and a report, and the connection lives on") {
    std::promise<std::string> reported;
    Settings settings;
    settings.hooks.on_exception = [&](std::string_view what) { reported.set_value(std::string(what)); };
    RunningServer server(
        [](Router& router) {
            usual_routes(router);
            router.add("GET", "/throw",
                       [](Request&) -> boost::asio::awaitable<Response> { throw std::runtime_error("secret detail"); });
        },
        std::move(settings));
    auto client = server.connect();
    const auto reply = client.ask(get("/throw"));
    CHECK(reply.status == 500);
    CHECK(nlohmann::json::parse(reply.body)["error"].get<std::string>().starts_with("internal error"));
    CHECK(reply.body.find("secret detail") == std::string::npos);
    CHECK(reported.get_future().get() == "secret detail");
    CHECK(client.ask(get("/hello")).body == "hello");
}

TEST_CASE("No header value can start a new line") {
    RunningServer server([](Router& router) {
        router.add("GET", "/inject", answering([](Request&) {
                       Response response = text("x");
                       response.headers.emplace_back("X-Echo", "a\r\nX-Evil: 1");
                       return response;
                   }));
    });
    auto client = server.connect();
    const auto reply = client.ask(get("/inject"));
    CHECK(reply.get("x-echo") == "a  X-Evil: 1");
    CHECK_FALSE(reply.has("x-evil"));
}

TEST_CASE("Routes can be changed while the server runs, and requests under way keep theirs") {
    RunningServer server(usual_routes);
    auto client = server.connect();
    CHECK(client.ask(get("/hello")).body == "hello");
    const auto changed = std::make_shared<Router>();
    changed->add("GET", "/hello", answering([](Request&) { return text("changed"); }));
    server->set_routes(changed);
    std::string body;
    for (int i = 0; i < 1000 && body != "changed"; ++i) body = client.ask(get("/hello")).body;
    CHECK(body == "changed");
    CHECK(client.ask(post("/echo", "gone")).status == 404);
}

TEST_CASE("The response hook sees the request and its status") {
    std::promise<std::string> seen;
    Settings settings;
    settings.hooks.on_response = [&](const Request& request, int status, std::chrono::steady_clock::duration) {
        seen.set_value(request.verb + ' ' + request.path + ' ' + std::to_string(status) + ' ' + request.remote.substr(0, 10));
    };
    RunningServer server(usual_routes, std::move(settings));
    auto client = server.connect();
    client.ask(get("/hello"));
    CHECK(seen.get_future().get() == "GET /hello 200 127.0.0.1:");
}
