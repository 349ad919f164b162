#include "http/session.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>

#include "http/dispatch.hpp"
#include "http/open_stream.hpp"
#include "http/open_web_socket.hpp"
#include "http/request_reader.hpp"
#include "http/response_head.hpp"

namespace octane::http {
namespace {

namespace asio = boost::asio;
using std::chrono::steady_clock;

constexpr std::size_t kDrainLimit = 16UL << 20U;  // of a refused body, so that the client reads the answer and not a reset
constexpr std::size_t kDrainChunk = 16UL << 10U;

class Session {
  public:
    Session(std::shared_ptr<Connection> connection, Admission admission)
        : connection_(std::move(connection)), socket_(connection_->socket()), reader_(*connection_), admission_(admission) {}

    asio::awaitable<void> run();

  private:
    enum class Next : std::uint8_t { request, linger, nothing };

    asio::awaitable<Next> serve_one();
    asio::awaitable<Response> answer(Request& request);
    Next upgrade(const Request& request, Response& response);
    asio::awaitable<Next> send(const Request& request, Response& response, bool keeps_alive, bool is_let_in);
    asio::awaitable<void> write_rest();
    asio::awaitable<void> linger();
    void begin_write();
    [[nodiscard]] ServerContext& context() const { return connection_->shard().context(); }

    std::shared_ptr<Connection> connection_;
    Socket& socket_;
    RequestReader reader_;
    Admission admission_;
    std::string head_;
    std::string more_;
    Gather out_;
    bool is_broken_ = false;
    steady_clock::time_point began_;
};

asio::awaitable<void> Session::run() {
    if (socket_.is_tls()) {
        connection_->enter(Phase::handshake);
        const auto [failed] = co_await socket_.async_handshake(kTuple);
        if (failed) co_return;
    }
    Next next = Next::request;
    while (next == Next::request) next = co_await serve_one();
    if (next == Next::linger) co_await linger();
}

asio::awaitable<Session::Next> Session::serve_one() {
    Request request;
    request.remote = connection_->remote();
    request.loop = &connection_->shard().loop();
    request.loop_index = connection_->shard().index();

    auto received = co_await reader_.read(request);
    if (received.outcome == ReadOutcome::closed) co_return Next::nothing;
    began_ = steady_clock::now();

    if (admission_ == Admission::refused) {
        Response busy = busy_response(request);
        co_return co_await send(request, busy, false, received.is_let_in);
    }
    if (received.fault) {
        Response refusal = refusal_response(*received.fault, request);
        // A refused request whose body has come in all the same leaves the connection in order.
        co_return co_await send(request, refusal, received.keeps_alive, received.is_let_in);
    }
    Response response = co_await answer(request);
    if (response.on_web_socket) {
        auto refusal = refuse_upgrade(request, reader_.is_http_1_0(), reader_.has_rest());
        if (!refusal) co_return upgrade(request, response);
        response = std::move(*refusal);
    }
    co_return co_await send(request, response, received.keeps_alive, true);
}

Session::Next Session::upgrade(const Request& request, Response& response) {
    connection_->enter(Phase::writing);
    if (context().hooks.on_response) context().hooks.on_response(request, 101, steady_clock::now() - began_);
    open_web_socket(connection_, request, std::move(response.on_web_socket));
    return Next::nothing;
}

asio::awaitable<Response> Session::answer(Request& request) {
    const Routed routed = route(context().router, request);
    if (routed.handler == nullptr) co_return own_response(routed, request);

    connection_->begin_handling(request);
    std::string what;
    std::optional<Response> response;
    try {
        auto task = (*routed.handler)(request);
        Response given = co_await std::move(task);
        response.emplace(std::move(given));
    } catch (const std::exception& error) { what = error.what(); } catch (...) {
        what = "something that is not a std::exception";
    }
    connection_->end_handling();
    if (connection_->is_announcing()) co_await asio::post(asio::use_awaitable);
    if (response) co_return std::move(*response);
    context().report_exception(what);
    co_return refusal_response(base::make_error(base::ErrorCode::internal, "internal error: the proxy's log says more"), request);
}

void Session::begin_write() {
    connection_->enter(Phase::writing);
    if (socket_.is_tls()) return;
    boost::system::error_code failed;
    out_.consume(socket_.write_now(out_.view(), failed));
    is_broken_ = failed.failed();
}

asio::awaitable<void> Session::write_rest() {
    while (!out_.is_empty() && !is_broken_) {
        const auto [failed, size] = co_await socket_.async_write_some(out_.view(), kTuple);
        out_.consume(size);
        connection_->touch();
        is_broken_ = failed.failed();
    }
}

asio::awaitable<Session::Next> Session::send(const Request& request, Response& response, bool keeps_alive, bool is_let_in) {
    const bool is_head = request.verb == "HEAD";
    const bool is_stream = static_cast<bool>(response.on_stream);
    const bool is_http_1_0 = reader_.is_http_1_0();
    if (connection_->shard().is_draining()) keeps_alive = false;
    if (is_stream && (is_http_1_0 || !is_head)) keeps_alive = false;

    HeadStyle style;
    style.date = connection_->shard().date_line();
    style.cors = is_let_in ? AccessPolicy::cors_headers() : std::string_view();
    if (is_stream) {
        style.framing = response.stream_size ? BodyFraming::length : is_http_1_0 ? BodyFraming::closing : BodyFraming::chunked;
    } else if (response.status == 204 || response.status == 304) {
        style.framing = BodyFraming::none;
    }
    if (is_http_1_0) {
        style.connection = keeps_alive ? "keep-alive" : "close";
    } else if (!keeps_alive) {
        style.connection = "close";
    } else if (response.status == 426) {
        style.connection = "Upgrade";
    }

    more_.clear();
    if (context().hooks.add_headers) context().hooks.add_headers(more_);
    style.more = more_;
    head_.clear();
    append_head(head_, response, style);
    out_.clear();
    out_.add(head_);
    if (!is_head && style.framing == BodyFraming::length) {
        out_.add(response.body);
        for (const auto segment : response.chain.segments()) out_.add(segment);
    }
    begin_write();
    if (!out_.is_empty()) co_await write_rest();

    if (context().hooks.on_response) context().hooks.on_response(request, response.status, steady_clock::now() - began_);
    if (is_broken_) co_return Next::nothing;
    if (is_stream && !is_head) {
        connection_->enter(Phase::streaming);
        response.on_stream(
            open_stream(connection_, style.framing == BodyFraming::chunked ? StreamFraming::chunked : StreamFraming::plain));
        co_return Next::nothing;
    }
    co_return keeps_alive ? Next::request : Next::linger;
}

asio::awaitable<void> Session::linger() {
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

asio::awaitable<void> serve(std::shared_ptr<Connection> connection, Admission admission) {
    Session session(std::move(connection), admission);
    co_await session.run();
}

struct Ended {
    std::shared_ptr<Connection> connection;

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

void start_session(std::shared_ptr<Connection> connection, Admission admission) {
    const auto executor = connection->socket().get_executor();
    asio::co_spawn(executor, serve(connection, admission), Ended{connection});
}

}  // namespace octane::http
