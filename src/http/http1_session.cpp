#include "http/http1_session.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <optional>
#include <string>

#include "http/dispatch.hpp"
#include "http/http1_exchange.hpp"
#include "telemetry/log.hpp"

namespace octane::http {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kDrainLimit = 16UL << 20U;  // of a refused body, so that the client reads the answer and not a reset
constexpr std::size_t kDrainChunk = 16UL << 10U;

class Http1Session {
  public:
    Http1Session(std::shared_ptr<ClientConnection> connection, Admission admission)
        : connection_(std::move(connection)), socket_(connection_->socket()), reader_(*connection_), admission_(admission) {}

    asio::awaitable<void> run();

  private:
    asio::awaitable<AfterAnswer> serve_one();
    std::optional<Response> answer_by_head(Request& request, const ReceivedHead& received);
    asio::awaitable<bool> note_refusal(const Request& request, base::ErrorCode code);
    asio::awaitable<void> linger();
    [[nodiscard]] ServerContext& context() const { return connection_->shard().context(); }

    std::shared_ptr<ClientConnection> connection_;
    Socket& socket_;
    Http1Reader reader_;
    Http1Output output_;
    Admission admission_;
    std::shared_ptr<const Router> routes_;  // those of the request under way
    const RouteEntry* entry_ = nullptr;     // in routes_
};

asio::awaitable<void> Http1Session::run() {
    if (socket_.is_tls()) {
        connection_->enter(Phase::handshake);
        const auto [failed] = co_await socket_.async_handshake(kTuple);
        if (failed) co_return;
    }
    auto next = AfterAnswer::next_request;
    while (next == AfterAnswer::next_request) next = co_await serve_one();
    if (next == AfterAnswer::linger) co_await linger();
}

asio::awaitable<AfterAnswer> Http1Session::serve_one() {
    connection_->count_for({});
    Request request;
    request.remote = connection_->remote();
    request.is_secure = socket_.is_tls();
    request.loop = &connection_->shard().loop();
    request.loop_index = connection_->shard().index();

    const auto received = co_await reader_.read_head(request);
    if (received.outcome == HeadOutcome::closed) co_return AfterAnswer::nothing;
    Http1Exchange exchange(connection_, reader_, output_, request, received.is_let_in);
    if (admission_ != Admission::served) exchange.close_afterwards();
    if (received.fault) {
        auto task = note_refusal(request, received.fault->code);
        const bool may_go_on = co_await std::move(task);
        if (!may_go_on) exchange.close_afterwards();
    }

    std::string what;
    std::optional<Response> own;  // no handler's
    try {
        own = answer_by_head(request, received);
        if (own) {
            co_await exchange.answer(*own);
        } else {
            connection_->begin_handling(request, reader_.is_http_1_0());
            auto task = entry_->handler(exchange);
            co_await std::move(task);
        }
    } catch (const std::exception& error) { what = error.what(); } catch (...) {
        what = "something that is not a std::exception";
    }
    connection_->end_handling();
    if (connection_->is_announcing()) co_await asio::post(asio::use_awaitable);
    if (!what.empty()) context().report_exception(what);
    if (exchange.after() == AfterAnswer::unanswered) {
        own = refusal_response(base::make_error(base::ErrorCode::internal, "internal error: the proxy's log says more"), request);
        co_await exchange.answer(*own);
    }
    if (exchange.after() == AfterAnswer::next_request && !reader_.is_at_end()) {
        const bool is_read = co_await reader_.skip_rest();
        if (!is_read) co_return AfterAnswer::linger;
    }
    co_return exchange.after();
}

// The answers that need no handler; without one, entry_ has it.
std::optional<Response> Http1Session::answer_by_head(Request& request, const ReceivedHead& received) {
    if (admission_ == Admission::no_room) return busy_response(request);
    if (admission_ == Admission::too_many_of_client) return too_many_of_client_response(request);
    if (received.fault) return refusal_response(*received.fault, request);
    if (!request.forwarded_for.empty() && !connection_->count_for(request.forwarded_for)) {
        context().refusals.count(RefusedFor::too_many_of_client);
        telemetry::log(telemetry::Level::warn, "A client has as many connections as one may have: further ones are refused",
                       {{"client", request.client()}});
        return too_many_of_client_response(request);
    }
    // Routes change rarely; a copy of the pointer for each request would cost the loops a fight for its count.
    if (routes_ != connection_->shard().routes()) routes_ = connection_->shard().routes();
    const Routed routed = route(*routes_, request);
    if (routed.entry == nullptr) return own_response(routed, request);
    entry_ = routed.entry;
    const auto& rules = entry_->rules;
    if (const auto too_large = reader_.apply(rules, request))
        return rules.refuse ? rules.refuse(*too_large, request) : refusal_response(*too_large, request);
    if (rules.check) return rules.check(request, reader_);
    return std::nullopt;
}

// Counts it, and lets one who guesses at the token wait for the answer. False if the connection is to be closed after it.
asio::awaitable<bool> Http1Session::note_refusal(const Request& request, base::ErrorCode code) {
    auto& refusals = context().refusals;
    if (code == base::ErrorCode::origin_refused) refusals.count(RefusedFor::origin);
    if (code == base::ErrorCode::host_refused) refusals.count(RefusedFor::host);
    if (code != base::ErrorCode::token_missing) co_return true;
    const std::string client(request.client());
    if (!connection_->shard().access().brings_token(request)) {
        refusals.count(RefusedFor::token_missing);
        telemetry::log(telemetry::Level::info, "A request without the token was refused", {{"client", client}});
        co_return true;
    }
    refusals.count(RefusedFor::token_wrong);
    telemetry::log(telemetry::Level::warn, "A wrong token was refused", {{"client", client}});
    const std::string key = connection_->key_of(client);
    const auto delay = refusals.begin_delay(key, Refusals::Clock::now());
    if (delay.time.count() == 0) co_return !delay.is_flood;
    asio::steady_timer timer(connection_->shard().loop(), delay.time);
    (void)co_await timer.async_wait(kTuple);
    refusals.end_delay(key);
    co_return true;
}

asio::awaitable<void> Http1Session::linger() {
    connection_->enter(Phase::closing);
    if (socket_.is_tls()) (void)co_await socket_.async_tls_shutdown(kTuple);
    socket_.shutdown_send();
    std::string discarded(kDrainChunk, '\0');
    std::size_t total = 0;
    while (total < kDrainLimit) {
        const auto [failed, size] = co_await socket_.async_read_raw(asio::buffer(discarded), kTuple);
        if (failed) break;
        total += size;
    }
    socket_.close();
}

asio::awaitable<void> serve(std::shared_ptr<ClientConnection> connection, Admission admission) {
    Http1Session session(std::move(connection), admission);
    co_await session.run();
}

struct SessionEnd {
    std::shared_ptr<ClientConnection> connection;

    void operator()(const std::exception_ptr& escaped) const {
        if (!escaped) return;
        try {
            std::rethrow_exception(escaped);
        } catch (const std::exception& error) { connection->shard().context().report_exception(error.what()); } catch (...) {
            connection->shard().context().report_exception("something that is not a std::exception");
        }
        connection->close();
    }
};

}  // namespace

void start_session(std::shared_ptr<ClientConnection> connection, Admission admission) {
    const auto executor = connection->socket().get_executor();
    asio::co_spawn(executor, serve(connection, admission), SessionEnd{connection});
}

}  // namespace octane::http
