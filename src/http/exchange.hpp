// Room: http. One request and its answer, whatever protocol carries them.
//
// A handler is given the head; the route's limits, its own check and the rules of access have been applied to it, and not a byte
// of the body has been kept. Lives on the connection's loop until the handler has ended.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "base/result.hpp"
#include "http/body_budget.hpp"
#include "http/message.hpp"

namespace octane::http {

class ResponseWriter;

// The body of a request, pulled piece by piece: what nobody asks for stays with the client.
class BodySource {
  public:
    virtual ~BodySource() = default;

    // What the client has announced; nothing where the end will tell.
    [[nodiscard]] virtual std::optional<std::uint64_t> declared_size() const = 0;

    [[nodiscard]] virtual bool is_at_end() const = 0;

    // The next piece as it comes, about 64 KiB at most; empty at the end. The bytes live until the next call. Errors: 413 over
    // the route's limit, 408 slower than the route allows, 400 for a body that is broken, 499 when the client has gone; the
    // answer to it is the last of the connection.
    virtual boost::asio::awaitable<base::Result<std::string_view>> read() = 0;

    // The body is a conversation: from now on its length has no limit, and the handler judges how long it waits for the next
    // piece.
    virtual void expect_conversation() = 0;
    // Nobody wants more of a conversation: a read() under way ends soon with error 499, and so does every later one.
    virtual void stop() = 0;
};

class Exchange {
  public:
    Exchange(Request& request, BodyBudget& budget) : request_(request), budget_(budget) {}
    virtual ~Exchange() = default;
    Exchange(const Exchange&) = delete;
    Exchange& operator=(const Exchange&) = delete;

    [[nodiscard]] Request& request() { return request_; }
    [[nodiscard]] BodyBudget& body_budget() { return budget_; }
    [[nodiscard]] virtual BodySource& body() = 0;

    // Sends the answer; on_stream and on_web_socket are called from here. The response must live until it is done. Exactly one
    // answer() or open() per exchange.
    virtual boost::asio::awaitable<void> answer(Response& response) = 0;

    // Sends the head of a response whose body the handler writes itself, also while it still reads that of the request, but not
    // beyond finish(). Null if the client has gone, or if it asked for the head only. The writer may outlive the exchange.
    virtual boost::asio::awaitable<std::shared_ptr<ResponseWriter>> open(Response& head) = 0;

  private:
    Request& request_;
    BodyBudget& budget_;
};

using ExchangeHandler = std::function<boost::asio::awaitable<void>(Exchange&)>;

// What is said where the budget is spent: 503.
base::Error bodies_exhausted(const BodyBudget& budget);

// Reads the rest of the body into the request, within the budget. Errors as BodySource::read, and 503 where the budget is spent.
boost::asio::awaitable<base::Result<base::Done>> read_whole_body(Exchange& exchange);

// A handler of small requests as a handler of exchanges: the whole body is read first.
ExchangeHandler with_whole_body(Handler handler);

// The same for one that looks at the head only; a body is not kept.
ExchangeHandler from_head(Handler handler);

}  // namespace octane::http
