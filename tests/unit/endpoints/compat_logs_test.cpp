#include "endpoints/compat_logs.hpp"

#include <doctest/doctest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

#include "base/ids.hpp"
#include "endpoints/compat_calls.hpp"
#include "idle_proxy.hpp"

namespace octane::endpoints {
namespace {

namespace fs = std::filesystem;
using tests::header;
using tests::IdleProxy;
using tests::json_of;
using tests::text_of;

class Logging {
  public:
    Logging() : top_(fs::temp_directory_path() / ("octane-logs-" + base::make_uuid())) {
        proxy.site().logs = std::make_shared<LogFiles>(folder());
    }
    ~Logging() {
        std::error_code ignored;
        fs::remove_all(top_, ignored);
    }
    Logging(const Logging&) = delete;
    Logging& operator=(const Logging&) = delete;

    [[nodiscard]] fs::path folder() const { return top_ / "state" / "logs"; }
    [[nodiscard]] const fs::path& top() const { return top_; }
    http::Response post(IdleProxy::SiteEndpoint endpoint, const nlohmann::json& body) {
        return proxy.ask(endpoint, "POST", "/", body.dump());
    }
    http::Response show(const std::string& id) {
        http::Request request;
        request.captures = {id};
        return proxy.ask(show_session_log, request);
    }
    http::Response api(const std::string& name, const std::string& body) {
        http::Request request;
        request.verb = "POST";
        request.path = "/api/" + name;
        request.body = body;
        request.captures = {name};
        return proxy.ask(page_log, request);
    }

    IdleProxy proxy;

  private:
    fs::path top_;
};

TEST_CASE("a session's log is cleared, grows, is saved whole and read back") {
    Logging logs;
    CHECK(json_of(logs.post(clear_session_log, {{"sessionId", "s1"}}))["success"] == true);
    CHECK(text_of(logs.post(append_session_log, {{"sessionId", "s1"}, {"logEntry", "one"}})) == R"({"success":true})");
    (void)logs.post(append_session_log, {{"sessionId", "s1"}, {"logEntry", {{"n", 2}}}});
    const auto shown = logs.show("s1");
    CHECK(shown.status == 200);
    CHECK(shown.content_type == "text/plain; charset=utf-8");
    CHECK(text_of(shown) == "one\n{\"n\":2}\n");
    const auto saved = json_of(logs.post(save_session_log, {{"sessionId", "s1"}, {"content", "grüß"}, {"timestamp", 123}}));
    CHECK(saved ==
          nlohmann::json::parse(R"({"success":true,"filename":"s1.log","filepath":"/debug-logs/s1","timestamp":123,"size":6})"));
    CHECK(text_of(logs.show("s1")) == "grüß");
    (void)logs.post(clear_session_log, {{"sessionId", "s1"}});
    CHECK(text_of(logs.show("s1")).empty());
}

TEST_CASE("no session id leads out of the folder") {
    Logging logs;
    for (const char* id : {"../../escaped", "/etc/passwd", "..\\..\\escaped", "a/../../../b", "%2e%2e%2fescaped", "nul\0byte"}) {
        CAPTURE(id);
        CHECK(logs.post(save_session_log, {{"sessionId", id}, {"content", "x"}}).status == 200);
        CHECK(text_of(logs.show(id)) == "x");
    }
    for (const auto& entry : fs::recursive_directory_iterator(logs.top())) {
        if (entry.is_regular_file()) CHECK(entry.path().parent_path() == logs.folder());
    }
    CHECK(fs::exists(logs.folder() / "escaped.log"));
    CHECK(fs::exists(logs.folder() / "etcpasswd.log"));
    for (const char* id : {"", "../", "…"}) {
        const auto refused = logs.post(save_session_log, {{"sessionId", id}, {"content", "x"}});
        CHECK(refused.status == 400);
        CHECK(json_of(refused)["error"].get<std::string>().find("sessionId") != std::string::npos);
    }
    CHECK(logs.post(append_session_log, {{"logEntry", "x"}}).status == 400);
    CHECK(logs.post(save_session_log, {{"sessionId", std::string(5000, 'a')}, {"content", "x"}}).status == 200);
    CHECK(fs::exists(logs.folder() / (std::string(64, 'a') + ".log")));
}

TEST_CASE("a log that is not there is 404 with the words that the page knows") {
    Logging logs;
    const auto absent = logs.show("nothing");
    CHECK(absent.status == 404);
    CHECK(json_of(absent)["error"] == "Log file not found");
    CHECK(logs.show("../").status == 404);
}

TEST_CASE("a log and the number of logs are bounded") {
    Logging logs;
    const std::string half(LogFiles::kLargest / 2, 'x');
    for (int i = 0; i < 3; ++i) (void)logs.post(append_session_log, {{"sessionId", "big"}, {"logEntry", half}});
    CHECK(fs::file_size(logs.folder() / "big.log") <= LogFiles::kLargest);
    CHECK(fs::file_size(logs.folder() / "big.old") <= LogFiles::kLargest);
    const auto refused = logs.post(save_session_log, {{"sessionId", "huge"}, {"content", half + half + "x"}});
    CHECK(refused.status == 413);
    CHECK_FALSE(fs::exists(logs.folder() / "huge.log"));

    fs::last_write_time(logs.folder() / "big.log", fs::file_time_type::min());
    for (std::size_t i = 0; i < LogFiles::kMost; ++i)
        (void)logs.post(save_session_log, {{"sessionId", "n" + std::to_string(i)}, {"content", "x"}});
    std::size_t count = 0;
    for (const auto& entry : fs::directory_iterator(logs.folder())) count += entry.path().extension() == ".log" ? 1U : 0U;
    CHECK(count == LogFiles::kMost);
    CHECK_FALSE(fs::exists(logs.folder() / "big.log"));
    CHECK_FALSE(fs::exists(logs.folder() / "big.old"));
}

TEST_CASE("a text that fills a log may be sent with every character escaped") {
    Logging logs;
    CHECK(logs.post(save_session_log, {{"sessionId", "a"}, {"content", std::string(LogFiles::kLargest, '\n')}}).status == 200);
    CHECK(fs::file_size(logs.folder() / "a.log") == LogFiles::kLargest);
}

boost::asio::awaitable<http::Response> answer_of_page_log(const Site& site, http::Request& request) {
    tests::KeptExchange exchange(request);
    co_await page_log(site, exchange);
    co_return exchange.take_answer().value();
}

TEST_CASE("a log's body is read where it is written, away from the loop") {
    boost::asio::io_context writer;
    Logging logs;
    auto& context = logs.proxy.site();
    context.log_writer = writer.get_executor();
    for (const auto endpoint : {append_session_log, save_session_log, clear_session_log, answer_of_page_log}) {
        http::Request request;
        request.path = "/api/log";
        request.captures = {"log"};
        request.body = "not JSON";
        std::optional<int> status;
        boost::asio::co_spawn(logs.proxy.context().hub.at(0).executor(), endpoint(context, request),
                              [&status](const std::exception_ptr&, const http::Response& response) { status = response.status; });
        logs.proxy.settle();
        CHECK_FALSE(status);
        writer.restart();
        writer.run();
        logs.proxy.settle();
        CHECK(status == 400);
    }
}

TEST_CASE("without a state directory a write says which option gives one, and no path is told") {
    IdleProxy proxy;
    const auto refused = proxy.ask(save_session_log, "POST", "/save-debug-logs", R"({"sessionId":"a","content":"x"})");
    CHECK(refused.status == 500);
    CHECK(json_of(refused)["error"].get<std::string>().find("--state-dir") != std::string::npos);
    Logging logs;
    fs::create_directories(logs.folder().parent_path());
    std::ofstream(logs.folder()) << "a file where the folder should be";
    const auto blocked = logs.post(save_session_log, {{"sessionId", "a"}, {"content", "x"}});
    CHECK(blocked.status == 500);
    CHECK(text_of(blocked).find(logs.top().string()) == std::string::npos);
}

TEST_CASE("octaneWebR's log is written in both forms and cleared by a name in any letter case") {
    Logging logs;
    CHECK(text_of(logs.api("log", R"({"level":"warn","message":"one"})")) == R"({"success":true})");
    CHECK(logs.api("log", R"({"entries":[{"level":"info","message":"two"},{"level":"error","message":"three"}]})").status == 200);
    const auto text = text_of(logs.show("octaneWebR"));
    CHECK(text.find("[warn] one\n") != std::string::npos);
    CHECK(text.find("[info] two\n") != std::string::npos);
    CHECK(text.find("[error] three\n") != std::string::npos);
    for (const char* name : {"logClear", "logclear", "LOGCLEAR"}) {
        (void)logs.api("Log", R"({"level":"warn","message":"again"})");
        CHECK(text_of(logs.api(name, "")) == R"({"status":"ok","message":"Log cleared"})");
        CHECK(text_of(logs.show("octaneWebR")).empty());
    }
    CHECK(logs.api("log", "not JSON").status == 400);
    CHECK(logs.api("nothing", "{}").status == 404);
    logs.proxy.site().logs = std::make_shared<LogFiles>(fs::path());
    const auto failed = logs.api("logClear", "");
    CHECK(failed.status == 500);
    CHECK(json_of(failed)["status"] == "error");
}

TEST_CASE("octaneWebR's health says unhealthy without failing, since its page asks once, and its calls fail in its own words") {
    IdleProxy proxy;
    const auto health = proxy.ask(web_health, "GET", "/api/health");
    CHECK(health.status == 200);
    CHECK(json_of(health)["status"] == "unhealthy");
    CHECK(json_of(health)["octane"] == "disconnected");
    CHECK(json_of(health)["timestamp"].get<std::string>().size() == std::string("2026-03-01T12:00:00.000Z").size());
    http::Request request;
    request.verb = "POST";
    request.path = "/api/grpc/ApiItem/nonsense";
    request.captures = {"ApiItem", "nonsense"};
    const auto failed = proxy.ask(call_from_web, request);
    CHECK(failed.status == 500);
    const auto json = json_of(failed);
    CHECK(json["error"].get<std::string>().starts_with("5 NOT_FOUND: "));
    CHECK(json["service"] == "ApiItem");
    CHECK(json["method"] == "nonsense");
    CHECK(json["code"] == 5);
}

}  // namespace
}  // namespace octane::endpoints
