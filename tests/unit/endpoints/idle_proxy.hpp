// Tests of the endpoints room: everything that the handlers work with, wired as in the program, with no Octane behind it.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "endpoints/callback_message.hpp"
#include "endpoints/context.hpp"
#include "http/exchange.hpp"
#include "http/message.hpp"
#include "http/response_writer.hpp"
#include "livelink/builtin_schemas.hpp"

namespace octane::endpoints::tests {

// A request whose body is there already, and the answer that a handler gives it.
class KeptExchange final : public http::Exchange, private http::BodySource {
  public:
    explicit KeptExchange(http::Request& request) : Exchange(request, budget_) {}

    http::BodySource& body() override { return *this; }
    boost::asio::awaitable<void> answer(http::Response& response) override {
        answer_ = std::move(response);
        co_return;
    }
    boost::asio::awaitable<std::shared_ptr<http::ResponseWriter>> open(http::Response&) override { co_return nullptr; }
    std::optional<http::Response> take_answer() { return std::move(answer_); }

  private:
    [[nodiscard]] std::optional<std::uint64_t> declared_size() const override { return 0; }
    [[nodiscard]] bool is_at_end() const override { return true; }
    boost::asio::awaitable<base::Result<std::string_view>> read() override { co_return std::string_view(); }
    void expect_conversation() override {}
    void stop() override {}

    http::BodyBudget budget_{1U << 20U};
    std::optional<http::Response> answer_;
};

// The connection is never watched, so no call leaves this process. Handlers run on the test's own thread.
class IdleProxy {
  public:
    explicit IdleProxy(std::filesystem::path web_root = {})
        : octane_(octane_options(), loop_.get_executor()),
          hub_(loop_.get_executor(), {loop_.get_executor()}, workers_, stats_, wrap_for_viewers),
          session_(octane_, hub_, loop_.get_executor(), stats_, {}),
          site_{"9.8.7",
                {"a warning of the start"},
                std::move(web_root),
                std::chrono::steady_clock::now(),
                requests_,
                [] { return std::size_t{3}; },
                workers_},
          context_{site_, octane_, hub_, session_, stats_, stats_} {
        site_.upstreams.add({&octane_.caller(), &octane_.policy(), &context_});
        livelink::ConnectionState away;
        away.has_verdict = true;
        away.schema = livelink::builtin_schemas().back();
        away.error = "nothing answers there";
        session_.on_connection(std::make_shared<const livelink::ConnectionState>(std::move(away)));
    }
    ~IdleProxy() { workers_.join(); }
    IdleProxy(const IdleProxy&) = delete;
    IdleProxy& operator=(const IdleProxy&) = delete;

    using Endpoint = boost::asio::awaitable<http::Response> (*)(const Context&, http::Request&);
    using SiteEndpoint = boost::asio::awaitable<http::Response> (*)(const Site&, http::Request&);

    using ExchangeEndpoint = boost::asio::awaitable<void> (*)(const Site&, http::Exchange&);

    // Runs a handler that needs nobody else to its end.
    http::Response ask(Endpoint endpoint, http::Request& request) {
        std::optional<http::Response> response;
        begin(endpoint, request, response);
        return finish(response);
    }
    http::Response ask(SiteEndpoint endpoint, http::Request& request) {
        std::optional<http::Response> response;
        begin(endpoint, request, response);
        return finish(response);
    }
    http::Response ask(ExchangeEndpoint endpoint, http::Request& request) {
        KeptExchange exchange(request);
        std::optional<http::Response> response;
        request.loop = &loop_;
        boost::asio::co_spawn(loop_, keep_answer(endpoint(site_, exchange), exchange, response), boost::asio::detached);
        return finish(response);
    }
    // The same in two steps; request and response must live until the second is done.
    void begin(Endpoint endpoint, http::Request& request, std::optional<http::Response>& response) {
        request.loop = &loop_;
        boost::asio::co_spawn(loop_, keep(endpoint(context_, request), response), boost::asio::detached);
    }
    void begin(SiteEndpoint endpoint, http::Request& request, std::optional<http::Response>& response) {
        request.loop = &loop_;
        boost::asio::co_spawn(loop_, keep(endpoint(site_, request), response), boost::asio::detached);
    }
    http::Response finish(std::optional<http::Response>& response) {
        loop_.restart();
        while (!response && loop_.run_one() > 0) {}
        if (!response) throw std::runtime_error("the handler waits for something that never comes");
        return std::move(*response);
    }
    template <typename AnyEndpoint>
    http::Response ask(AnyEndpoint endpoint, std::string verb, std::string path, std::string body = {}) {
        http::Request request;
        request.verb = std::move(verb);
        request.path = std::move(path);
        request.body = std::move(body);
        return ask(endpoint, request);
    }

    // Everything that has been posted.
    void settle() {
        loop_.restart();
        loop_.poll();
    }
    Context& context() { return context_; }
    Site& site() { return site_; }
    frames::FrameStats& stats() { return stats_; }
    RequestStats& requests() { return requests_; }

  private:
    static livelink::OctaneOptions octane_options() {
        livelink::OctaneOptions options;
        options.channel.host = "octane.invalid";
        options.schemas = livelink::builtin_schemas();
        return options;
    }
    static boost::asio::awaitable<void> keep(boost::asio::awaitable<http::Response> handler,
                                             std::optional<http::Response>& kept) {
        http::Response response = co_await std::move(handler);
        kept.emplace(std::move(response));
    }

    static boost::asio::awaitable<void> keep_answer(boost::asio::awaitable<void> handler, KeptExchange& exchange,
                                                    std::optional<http::Response>& kept) {
        co_await std::move(handler);
        kept = exchange.take_answer();
    }

    frames::FrameStats stats_;
    RequestStats requests_;
    boost::asio::io_context loop_{1};
    boost::asio::thread_pool workers_{1};
    livelink::Octane octane_;
    frames::Hub hub_;
    livelink::CallbackSession session_;
    Site site_;
    Context context_;
};

inline std::optional<std::string> header(const http::Response& response, std::string_view name) {
    for (const auto& [key, value] : response.headers) {
        if (key == name) return value;
    }
    return std::nullopt;
}

inline std::string text_of(const http::Response& response) {
    return response.body + response.chain.flatten();
}

inline nlohmann::json json_of(const http::Response& response) {
    return nlohmann::json::parse(text_of(response));
}

}  // namespace octane::endpoints::tests
