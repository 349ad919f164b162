#include "http/http1_exchange.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cassert>
#include <utility>

#include "http/http1_stream.hpp"
#include "http/open_web_socket.hpp"
#include "http/upgrade.hpp"

namespace octane::http {
namespace asio = boost::asio;

Http1Exchange::Http1Exchange(std::shared_ptr<ClientConnection> connection, Http1Reader& reader, Http1Output& output,
                             Request& request, bool is_let_in)
    : Exchange(request, connection->shard().context().bodies),
      connection_(std::move(connection)),
      reader_(reader),
      output_(output),
      is_let_in_(is_let_in),
      is_head_request_(request.verb == "HEAD") {}

asio::awaitable<void> Http1Exchange::answer(Response& response) {
    assert(after_ == AfterAnswer::unanswered && "one answer to a request");
    connection_->end_handling();
    if (connection_->is_announcing()) co_await asio::post(asio::use_awaitable);
    if (reader_.has_client_gone()) {
        after_ = AfterAnswer::nothing;
        co_return;
    }
    if (response.on_web_socket) {
        auto refusal = refuse_upgrade(request(), reader_.is_http_1_0(), reader_.has_rest());
        if (!refusal) {
            upgrade(response);
            co_return;
        }
        response = std::move(*refusal);
    }
    if (response.on_stream) {
        auto writer = co_await start_stream(response, Watch::yes);
        if (writer) response.on_stream(std::move(writer));
        co_return;
    }

    const bool has_body = response.status != 204 && response.status != 304;
    const bool keeps_alive =
        may_keep_alive_ && !connection_->shard().is_draining() && reader_.keeps_alive() && reader_.can_skip_rest();
    compose_head(response, has_body ? BodyFraming::length : BodyFraming::none, keeps_alive);
    if (!is_head_request_ && has_body) {
        output_.bytes.add(response.body);
        for (const auto segment : response.chain.segments()) output_.bytes.add(segment);
    }
    begin_write();
    if (!output_.bytes.is_empty()) co_await write_rest();
    note_answer(response.status);
    if (!is_broken_) after_ = keeps_alive ? AfterAnswer::next_request : AfterAnswer::linger;
}

asio::awaitable<std::shared_ptr<ResponseWriter>> Http1Exchange::open(Response& head) {
    assert(after_ == AfterAnswer::unanswered && "one answer to a request");
    return start_stream(head, reader_.is_at_end() ? Watch::yes : Watch::no);
}

asio::awaitable<std::shared_ptr<ResponseWriter>> Http1Exchange::start_stream(Response& head, Watch watch) {
    if (reader_.has_client_gone()) {
        after_ = AfterAnswer::nothing;
        co_return nullptr;
    }
    const bool is_http_1_0 = reader_.is_http_1_0();
    const auto framing = head.stream_size ? BodyFraming::length : is_http_1_0 ? BodyFraming::closing : BodyFraming::chunked;
    // Only the head of a stream leaves the connection in order for another request.
    const bool keeps_alive = is_head_request_ && !is_http_1_0 && may_keep_alive_ && !connection_->shard().is_draining() &&
                             reader_.keeps_alive() && reader_.can_skip_rest();
    compose_head(head, framing, keeps_alive);
    begin_write();
    if (!output_.bytes.is_empty()) co_await write_rest();
    note_answer(head.status);
    if (is_broken_) co_return nullptr;
    if (is_head_request_) {
        after_ = keeps_alive ? AfterAnswer::next_request : AfterAnswer::linger;
        co_return nullptr;
    }
    connection_->enter(Phase::streaming);
    co_return open_http1_stream(connection_, framing, watch == Watch::yes);
}

void Http1Exchange::upgrade(Response& response) {
    connection_->enter(Phase::writing);
    note_answer(101);
    open_web_socket(connection_, request(), std::move(response.on_web_socket));
}

void Http1Exchange::compose_head(const Response& response, BodyFraming framing, bool keeps_alive) {
    const auto& context = connection_->shard().context();
    output_.lines.clear();
    const auto& access = connection_->shard().access();
    if (is_let_in_) access.append_cors(output_.lines, request().header("Origin"));
    const bool depends_on_page = access.append_guards(output_.lines, request());
    if (context.hooks.add_headers) context.hooks.add_headers(request(), output_.lines);

    HeadStyle style;
    style.framing = framing;
    style.date = connection_->shard().date_line();
    style.more = output_.lines;
    style.vary = depends_on_page ? "Origin, Referer" : "Origin";
    if (reader_.is_http_1_0()) {
        style.connection = keeps_alive ? "keep-alive" : "close";
    } else if (!keeps_alive) {
        style.connection = "close";
    } else if (response.status == 426) {
        style.connection = "Upgrade";
    }
    output_.head.clear();
    append_head(output_.head, response, style);
    output_.bytes.clear();
    output_.bytes.add(output_.head);
}

void Http1Exchange::begin_write() {
    connection_->enter(Phase::writing);
    if (connection_->socket().is_tls()) return;
    boost::system::error_code failed;
    output_.bytes.consume(connection_->socket().write_now(output_.bytes.view(), failed));
    is_broken_ = failed.failed();
}

asio::awaitable<void> Http1Exchange::write_rest() {
    while (!output_.bytes.is_empty() && !is_broken_) {
        const auto [failed, size] = co_await connection_->socket().async_write_some(output_.bytes.view(), kTuple);
        output_.bytes.consume(size);
        connection_->touch();
        is_broken_ = failed.failed();
    }
}

void Http1Exchange::note_answer(int status) {
    after_ = AfterAnswer::nothing;
    const auto& hooks = connection_->shard().context().hooks;
    if (hooks.on_response) hooks.on_response(request(), status, std::chrono::steady_clock::now() - reader_.received_at());
}

}  // namespace octane::http
