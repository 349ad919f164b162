// Room: http. Reads what a client sends on an HTTP/1 connection: one request after the other, each head first, then as much of
// its body as somebody asks for.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "http/client_connection.hpp"
#include "http/exchange.hpp"
#include "http/http1_parser.hpp"
#include "http/router.hpp"

namespace octane::http {

enum class HeadOutcome : std::uint8_t {
    complete,  // the head is whole and let in
    refused,   // `fault` says why
    closed,    // the client left, or was too slow, or the server drains
};

struct ReceivedHead {
    HeadOutcome outcome = HeadOutcome::closed;
    std::optional<base::Error> fault;
    bool is_let_in = true;  // false: host or origin were refused, and the answer carries no CORS headers
};

class Http1Reader final : public BodySource {
  public:
    // The connection must outlive the reader.
    explicit Http1Reader(ClientConnection& connection) : connection_(connection) {}

    // The next request, which must live until the one after it is read. Bytes behind it stay for the next call.
    boost::asio::awaitable<ReceivedHead> read_head(Request& request);

    // What the route asks of the body of that request. An error if the head has announced too much.
    std::optional<base::Error> apply(const RouteRules& rules, const Request& request);

    [[nodiscard]] std::optional<std::uint64_t> declared_size() const override;
    [[nodiscard]] bool is_at_end() const override { return parser_ && parser_->is_done(); }
    boost::asio::awaitable<base::Result<std::string_view>> read() override;
    void expect_conversation() override;
    void stop() override;

    // After a request that was answered by its head: whether the rest of the body is here, or so small that reading past it is
    // better than a new connection.
    bool can_skip_rest();
    boost::asio::awaitable<bool> skip_rest();

    // The client has gone in the middle of a body: there is nobody to answer.
    [[nodiscard]] bool has_client_gone() const { return has_client_gone_; }
    // Another request may follow on the connection, once this one has been read.
    [[nodiscard]] bool keeps_alive() const { return !has_failed_ && parser_ && parser_->keep_alive(); }
    // Bytes have come that belong to no request yet.
    [[nodiscard]] bool has_rest() const { return buffer_.size() > 0; }
    [[nodiscard]] bool is_http_1_0() const { return parser_ && parser_->is_http_1_0(); }
    // When the request's end came in; of one that has not been read to its end, when its head did.
    [[nodiscard]] std::chrono::steady_clock::time_point received_at() const {
        return parser_ && parser_->is_done() ? came_at_ : head_at_;
    }

  private:
    boost::asio::awaitable<bool> fill(std::size_t size);
    boost::asio::awaitable<bool> invite_body();
    boost::asio::awaitable<bool> fill_body();
    boost::asio::awaitable<bool> fill_conversation();
    bool parse(boost::system::error_code& failed);
    [[nodiscard]] base::Result<base::Done> check_access(Request& request) const;
    [[nodiscard]] std::optional<base::Error> judge_head(Request& request, ReceivedHead& received);
    [[nodiscard]] ReceivedHead refuse(base::Error fault, Request& request) const;
    base::Error fail(base::Error error);
    base::Error explain_end();
    void skip_empty_lines();
    void release_memory();

    ClientConnection& connection_;
    boost::beast::flat_buffer buffer_;
    std::optional<Http1Parser> parser_;
    BodyPace pace_ = BodyPace::steady;
    std::chrono::steady_clock::time_point head_at_;
    std::chrono::steady_clock::time_point came_at_;  // what was read last
    bool is_invited_ = false;
    bool has_failed_ = false;
    bool has_client_gone_ = false;
    bool is_stopped_ = false;
    boost::asio::cancellation_signal stop_;  // of the read under way in a conversation
};

}  // namespace octane::http
