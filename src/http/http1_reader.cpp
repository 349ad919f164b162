#include "http/http1_reader.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http/error.hpp>
#include <limits>
#include <string>
#include <utility>

namespace octane::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using base::ErrorCode;
using base::make_error;

constexpr std::size_t kHeaderChunk = 4UL << 10U;
constexpr std::size_t kBodyChunk = 64UL << 10U;
constexpr std::size_t kIdleMemory = 16UL << 10U;    // an idle connection's buffer is given back above this
constexpr std::uint64_t kMaxSkipped = 64UL << 10U;  // of a body that nobody wanted, to keep the connection

}  // namespace

asio::awaitable<ReceivedHead> Http1Reader::read_head(Request& request) {
    parser_.emplace(request, connection_.shard().context().options.max_header);
    is_invited_ = has_failed_ = has_client_gone_ = is_stopped_ = false;
    connection_.begin_request();
    auto& parser = *parser_;
    release_memory();
    connection_.enter(Phase::idle);

    while (!parser.is_header_done()) {
        boost::system::error_code failed;
        if (!parser.got_some()) skip_empty_lines();
        const bool needs_more = parse(failed);
        if (failed) co_return refuse(fail(parser.describe(failed)), request);
        if (needs_more && !co_await fill(kHeaderChunk)) co_return ReceivedHead{};
    }
    head_at_ = came_at_ = std::chrono::steady_clock::now();
    ReceivedHead received;
    received.fault = judge_head(request, received);
    received.outcome = received.fault ? HeadOutcome::refused : HeadOutcome::complete;
    co_return received;
}

std::optional<base::Error> Http1Reader::apply(const RouteRules& rules, const Request& request) {
    const auto& options = connection_.shard().context().options;
    pace_ = rules.pace;
    const bool is_memory_less = options.body_memory < options.max_body;
    std::size_t limit = std::min(options.max_body, options.body_memory);
    std::string_view option = is_memory_less ? "--body-memory" : "--max-body";
    if (rules.max_body && *rules.max_body < limit) {
        limit = *rules.max_body;
        option = {};
    }
    parser_->limit_body(limit, option);
    const auto declared = declared_size();
    if (!declared || *declared <= limit) return std::nullopt;
    if (rules.is_conversation && rules.is_conversation(request)) {
        parser_->limit_body(std::numeric_limits<std::uint64_t>::max(), {});
        return std::nullopt;
    }
    return fail(parser_->describe(beast::http::error::body_limit));
}

std::optional<std::uint64_t> Http1Reader::declared_size() const {
    const auto size = parser_->content_length();
    return size ? std::optional<std::uint64_t>(*size) : std::nullopt;
}

asio::awaitable<base::Result<std::string_view>> Http1Reader::read() {
    auto& parser = *parser_;
    while (!parser.is_done()) {
        if (is_stopped_) co_return explain_end();
        boost::system::error_code failed;
        const bool needs_more = parse(failed);
        if (failed) co_return fail(parser.describe(failed));
        if (const auto piece = parser.take_piece(); !piece.empty()) {
            is_invited_ = true;  // who sends already waits for no invitation
            co_return piece;
        }
        if (!needs_more) continue;
        // A line of chunk sizes or trailers that never ends; the header's own lines have their limit in the parser.
        if (buffer_.size() > connection_.shard().context().options.max_header)
            co_return fail(parser.describe(beast::http::error::header_limit));
        const bool has_more = pace_ == BodyPace::steady ? co_await fill_body() : co_await fill_conversation();
        if (!has_more) co_return explain_end();
        came_at_ = std::chrono::steady_clock::now();
    }
    co_return std::string_view();
}

// One step; true if it cannot go on without more bytes.
bool Http1Reader::parse(boost::system::error_code& failed) {
    if (buffer_.size() == 0) return true;
    buffer_.consume(parser_->put(buffer_.data(), failed));
    if (failed != beast::http::error::need_more) return false;
    failed = {};
    return true;
}

asio::awaitable<bool> Http1Reader::fill(std::size_t size) {
    if (connection_.phase() == Phase::idle && connection_.shard().is_draining()) co_return false;
    const auto [failed, count] = co_await connection_.socket().async_read_some(buffer_.prepare(size), kTuple);
    if (failed || connection_.phase() == Phase::closing) co_return false;  // closed for another one: nobody could be answered
    buffer_.commit(count);
    if (connection_.phase() == Phase::idle) connection_.enter(Phase::header);
    if (connection_.phase() == Phase::body) connection_.note_body(count);
    co_return true;
}

asio::awaitable<bool> Http1Reader::fill_body() {
    const Phase before = connection_.phase();
    connection_.wait_for_body();
    bool is_fine = true;
    if (parser_->wants_continue() && !is_invited_) is_fine = co_await invite_body();
    is_invited_ = true;
    if (is_fine) is_fine = co_await fill(kBodyChunk);
    // Bytes that came just as the time was up have overtaken the cancellation.
    if (connection_.is_body_late()) co_return false;
    if (is_fine) connection_.end_waiting_for_body(before);
    co_return is_fine;
}

// Beside an answer that may be on its way: only the read can be ended from outside.
asio::awaitable<bool> Http1Reader::fill_conversation() {
    if (is_stopped_) co_return false;
    if (parser_->wants_continue() && !std::exchange(is_invited_, true)) {
        if (!co_await invite_body() || is_stopped_) co_return false;
    }
    const auto [failed, count] = co_await connection_.socket().async_read_some(
        buffer_.prepare(kBodyChunk), asio::bind_cancellation_slot(stop_.slot(), kTuple));
    if (failed) co_return false;
    buffer_.commit(count);
    co_return true;
}

void Http1Reader::expect_conversation() {
    pace_ = BodyPace::unhurried;
    parser_->limit_body(std::numeric_limits<std::uint64_t>::max(), {});
}

void Http1Reader::stop() {
    if (is_at_end()) return;
    is_stopped_ = has_failed_ = true;
    stop_.emit(asio::cancellation_type::terminal);
}

asio::awaitable<bool> Http1Reader::invite_body() {
    Gather out;
    out.add("HTTP/1.1 100 Continue\r\n\r\n");
    while (!out.is_empty()) {
        const auto [failed, size] = co_await connection_.socket().async_write_some(out.view(), kTuple);
        if (failed) co_return false;
        out.consume(size);
    }
    co_return true;
}

bool Http1Reader::can_skip_rest() {
    boost::system::error_code failed;
    while (!parser_->is_done() && !parse(failed)) {
        if (failed) return false;
        (void)parser_->take_piece();
    }
    if (parser_->is_done()) return true;
    const auto size = parser_->content_length();
    return size && *size <= kMaxSkipped && (!parser_->wants_continue() || is_invited_);
}

asio::awaitable<bool> Http1Reader::skip_rest() {
    while (!parser_->is_done()) {
        const auto piece = co_await read();
        if (!piece) co_return false;
    }
    co_return true;
}

base::Result<base::Done> Http1Reader::check_access(Request& request) const {
    const auto& access = connection_.shard().access();
    access.identify(request, connection_.peer());
    auto verdict = access.check(request);
    if (verdict) access.take_token(request);
    return verdict;
}

std::optional<base::Error> Http1Reader::judge_head(Request& request, ReceivedHead& received) {
    const auto verdict = check_access(request);
    received.is_let_in = verdict.has_value() || verdict.error().code == ErrorCode::token_missing;
    if (auto fault = parser_->header_fault()) return fail(std::move(*fault));
    if (verdict) return std::nullopt;
    if (!is_at_end()) has_failed_ = true;  // who is refused is not worth reading on
    return verdict.error();
}

ReceivedHead Http1Reader::refuse(base::Error fault, Request& request) const {
    // The header may be incomplete; what there is of it still decides whether a page may read the answer.
    const auto verdict = check_access(request);
    ReceivedHead received;
    received.outcome = HeadOutcome::refused;
    received.fault = std::move(fault);
    received.is_let_in = verdict.has_value() || verdict.error().code == ErrorCode::token_missing;
    return received;
}

base::Error Http1Reader::fail(base::Error error) {
    has_failed_ = true;
    return error;
}

base::Error Http1Reader::explain_end() {
    if (is_stopped_) return fail(make_error(ErrorCode::cancelled, "the call has ended: no more of the body is wanted"));
    if (connection_.is_body_late()) {
        const auto& options = connection_.shard().context().options;
        const auto seconds = static_cast<std::size_t>(options.body_timeout.count());
        return fail(make_error(ErrorCode::body_too_slow, "the request's body came too slowly: less than " +
                                                             std::to_string(options.least_body_rate * seconds) + " bytes in " +
                                                             std::to_string(seconds) + " s"));
    }
    has_client_gone_ = true;
    return fail(make_error(ErrorCode::cancelled, "the client went away in the middle of its request"));
}

void Http1Reader::skip_empty_lines() {
    // Some clients send an empty line behind a body.
    const auto* bytes = static_cast<const char*>(buffer_.data().data());
    const std::size_t size = buffer_.size();
    std::size_t skipped = 0;
    while (size - skipped >= 2 && bytes[skipped] == '\r' && bytes[skipped + 1] == '\n') skipped += 2;
    buffer_.consume(skipped);
}

void Http1Reader::release_memory() {
    if (buffer_.capacity() > kIdleMemory) buffer_.shrink_to_fit();
}

}  // namespace octane::http
