#include "http/exchange.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "http/dispatch.hpp"

namespace octane::http {
namespace {

namespace asio = boost::asio;
using base::ErrorCode;
using base::make_error;

constexpr std::size_t kFirstShare = 1UL << 20U;  // a client's promise of a body is believed only up to here

// Makes room for `more` bytes, doubling; what the string holds is what is taken of the budget. Not counted is the old place of
// the bytes while they move to the new one.
bool make_room(Request& request, BodyBudget& budget, std::size_t more, std::optional<std::uint64_t> declared) {
    auto& body = request.body;
    const std::size_t needed = body.size() + more;
    const std::size_t held = request.body_share.bytes();
    if (needed <= held) return true;
    std::size_t wanted = std::max(needed, 2 * held);
    if (declared)
        wanted = std::max(needed, held == 0 ? std::min(*declared, kFirstShare) : std::min<std::size_t>(*declared, wanted));
    if (!request.body_share.take(budget, wanted - held)) return false;
    body.reserve(wanted);
    return true;
}

asio::awaitable<void> answer_whole(Exchange& exchange, const Handler& handler) {
    auto& request = exchange.request();
    if (!exchange.body().is_at_end()) {
        const auto whole = co_await read_whole_body(exchange);
        if (!whole) {
            Response refusal = refusal_response(whole.error(), request);
            co_await exchange.answer(refusal);
            co_return;
        }
    }
    auto task = handler(request);
    Response response = co_await std::move(task);
    co_await exchange.answer(response);
}

asio::awaitable<void> answer_head(Exchange& exchange, const Handler& handler) {
    auto task = handler(exchange.request());
    Response response = co_await std::move(task);
    co_await exchange.answer(response);
}

}  // namespace

base::Error bodies_exhausted(const BodyBudget& budget) {
    return make_error(ErrorCode::bodies_exhausted,
                      "the requests that are under way hold all of the " + std::to_string(budget.limit()) +
                          " bytes that bodies may take together (--body-memory sets the limit); try again later");
}

asio::awaitable<base::Result<base::Done>> read_whole_body(Exchange& exchange) {
    auto& request = exchange.request();
    auto& source = exchange.body();
    const auto declared = source.declared_size();
    while (!source.is_at_end()) {
        const auto piece = co_await source.read();
        if (!piece) co_return piece.error();
        if (!make_room(request, exchange.body_budget(), piece->size(), declared))
            co_return bodies_exhausted(exchange.body_budget());
        request.body.append(*piece);
    }
    co_return base::Done{};
}

ExchangeHandler with_whole_body(Handler handler) {
    return [handler = std::move(handler)](Exchange& exchange) { return answer_whole(exchange, handler); };
}

ExchangeHandler from_head(Handler handler) {
    return [handler = std::move(handler)](Exchange& exchange) { return answer_head(exchange, handler); };
}

}  // namespace octane::http
