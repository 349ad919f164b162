#include "http/request_reader.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http/error.hpp>

namespace octane::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;

constexpr std::size_t kHeaderChunk = 4UL << 10U;
constexpr std::size_t kBodyChunk = 64UL << 10U;
constexpr std::size_t kIdleMemory = 16UL << 10U;  // an idle connection's buffer is given back above this

}  // namespace

asio::awaitable<Received> RequestReader::read(Request& request) {
    const auto& options = connection_.shard().context().options;
    parser_.emplace(request, RequestLimits{options.max_header, options.max_body});
    auto& parser = *parser_;
    release_memory();
    connection_.enter(Phase::idle);
    bool is_header_judged = false;
    Received received;

    while (!parser.is_done()) {
        bool needs_more = buffer_.size() == 0;
        if (!needs_more) {
            if (!parser.got_some()) skip_empty_lines();
            boost::system::error_code failed;
            const auto size = parser.put(buffer_.data(), failed);
            buffer_.consume(size);
            needs_more = failed == beast::http::error::need_more;
            if (failed && !needs_more) co_return refuse(parser.describe(failed), request);
            // A line of chunk sizes or trailers that never ends; the header's own lines have their limit in the parser.
            if (needs_more && is_header_judged && buffer_.size() > options.max_header) {
                co_return refuse(parser.describe(beast::http::error::header_limit), request);
            }
        }
        if (parser.is_header_done() && !is_header_judged) {
            is_header_judged = true;
            if (auto fault = judge_header(request, received)) {
                received.outcome = ReadOutcome::refused;
                received.fault = std::move(fault);
                received.keeps_alive = parser.is_done() && received.keeps_alive;
                co_return received;
            }
            if (parser.is_done()) break;
            connection_.enter(Phase::body);
            parser.eager(true);
            if (buffer_.size() > 0) continue;
            if (parser.wants_continue() && !co_await invite_body()) co_return Received{};
            needs_more = true;
        }
        if (needs_more && !co_await fill(is_header_judged ? kBodyChunk : kHeaderChunk)) co_return Received{};
    }
    received.outcome = ReadOutcome::complete;
    co_return received;
}

asio::awaitable<bool> RequestReader::fill(std::size_t size) {
    if (connection_.phase() == Phase::idle && connection_.shard().is_draining()) co_return false;
    const auto [failed, count] = co_await connection_.socket().async_read_some(buffer_.prepare(size), kTuple);
    if (failed) co_return false;
    buffer_.commit(count);
    if (connection_.phase() == Phase::idle) connection_.enter(Phase::header);
    if (connection_.phase() == Phase::body) connection_.touch();
    co_return true;
}

asio::awaitable<bool> RequestReader::invite_body() {
    Gather out;
    out.add("HTTP/1.1 100 Continue\r\n\r\n");
    while (!out.is_empty()) {
        const auto [failed, size] = co_await connection_.socket().async_write_some(out.view(), kTuple);
        if (failed) co_return false;
        out.consume(size);
    }
    co_return true;
}

std::optional<base::Error> RequestReader::judge_header(const Request& request, Received& received) const {
    received.keeps_alive = parser_->keep_alive();
    const auto verdict = connection_.shard().context().access.check(request);
    received.is_let_in = verdict.has_value() || verdict.error().code == base::ErrorCode::token_missing;
    if (auto fault = parser_->header_fault()) {
        received.keeps_alive = false;
        return fault;
    }
    if (!verdict) return verdict.error();
    const auto size = parser_->content_length();
    if (size && *size > connection_.shard().context().options.max_body) return parser_->describe(beast::http::error::body_limit);
    return std::nullopt;
}

Received RequestReader::refuse(base::Error fault, const Request& request) const {
    // The header may be incomplete; what there is of it still decides whether a page may read the answer.
    const auto verdict = connection_.shard().context().access.check(request);
    Received received;
    received.outcome = ReadOutcome::refused;
    received.fault = std::move(fault);
    received.is_let_in = verdict.has_value() || verdict.error().code == base::ErrorCode::token_missing;
    return received;
}

void RequestReader::skip_empty_lines() {
    // Some clients send an empty line behind a body.
    auto bytes = static_cast<const char*>(buffer_.data().data());
    std::size_t size = buffer_.size();
    std::size_t skipped = 0;
    while (size - skipped >= 2 && bytes[skipped] == '\r' && bytes[skipped + 1] == '\n') skipped += 2;
    buffer_.consume(skipped);
}

void RequestReader::release_memory() {
    if (buffer_.capacity() > kIdleMemory) buffer_.shrink_to_fit();
}

}  // namespace octane::http
