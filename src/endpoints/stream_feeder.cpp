#include "endpoints/stream_feeder.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "endpoints/json_lines.hpp"
#include "telemetry/task.hpp"

namespace octane::endpoints {
namespace asio = boost::asio;

namespace {

constexpr std::size_t kLongestPiece = 1UL << 20U;  // bytes of a body in one message

}  // namespace

StreamFeeder::StreamFeeder(http::Exchange& exchange, std::shared_ptr<rpc::StreamingCall> call,
                           const rpc::JsonCodecOptions& options, std::size_t longest, std::optional<BodyField> field)
    : exchange_(exchange),
      call_(std::move(call)),
      options_(options),
      longest_(longest),
      field_(std::move(field)),
      ended_(*exchange.request().loop, asio::steady_timer::time_point::max()) {}

void StreamFeeder::start(std::function<void()> on_end) {
    is_running_ = true;
    exchange_.body().expect_conversation();
    telemetry::start_task(exchange_.request().loop->get_executor(), "reading of a stream's body", run(),
                          [this, on_end = std::move(on_end)] {
                              is_running_ = false;
                              ended_.cancel();
                              on_end();
                          });
}

asio::awaitable<void> StreamFeeder::finish() {
    exchange_.body().stop();
    call_->cancel();
    while (is_running_) {
        const auto [woken] = co_await ended_.async_wait(asio::as_tuple(asio::use_awaitable));
        static_cast<void>(woken);
    }
}

asio::awaitable<void> StreamFeeder::run() {
    if (field_)
        fault_ = co_await feed_pieces(*field_);
    else
        fault_ = co_await feed_lines();
    if (fault_) call_->cancel();
}

// Until the body or the call ends, as the next.
asio::awaitable<std::optional<base::Error>> StreamFeeder::feed_lines() {
    auto& request = exchange_.request();
    JsonLines lines(longest_);
    for (bool is_last = false; !is_last;) {
        const auto piece = co_await exchange_.body().read();
        if (!piece) co_return piece.error();
        is_last = piece->empty();
        if (is_last)
            lines.end();
        else
            lines.add(*piece);
        for (;;) {
            const auto line = lines.next();
            if (!line) co_return line.error();
            if (!*line) break;
            rpc::JsonCodec codec(options_);
            auto message = codec.read(call_->plan(), **line);
            if (!message) {
                auto error = std::move(message).error();
                error.message = "line " + std::to_string(lines.number()) + ": " + error.message;
                co_return error;
            }
            const auto sent = co_await call_->send(*std::move(message));
            if (!sent) co_return sent.error();
            if (!*sent) co_return std::nullopt;
        }
        const auto held = request.body_share.bytes();
        if (lines.kept() > held && !request.body_share.take(exchange_.body_budget(), lines.kept() - held))
            co_return http::bodies_exhausted(exchange_.body_budget());
    }
    co_await call_->end_sending();
    co_return std::nullopt;
}

asio::awaitable<std::optional<base::Error>> StreamFeeder::feed_pieces(BodyField& field) {
    // A message has a few bytes besides.
    const std::size_t most = std::clamp<std::size_t>(longest_ / 2, 1, kLongestPiece);
    bool is_first = true;
    for (;;) {
        const auto piece = co_await exchange_.body().read();
        if (!piece) co_return piece.error();
        if (piece->empty() && !is_first) break;
        for (std::string_view left = *piece; is_first || !left.empty(); is_first = false) {
            const auto part = left.substr(0, most);
            left.remove_prefix(part.size());
            std::string message = std::exchange(field.rest, {});
            auto appended = append_wrapped(message, field.path, part);
            if (!appended) co_return std::move(appended).error();
            const auto sent = co_await call_->send(std::move(message));
            if (!sent) co_return sent.error();
            if (!*sent) co_return std::nullopt;
        }
        if (piece->empty()) break;
    }
    co_await call_->end_sending();
    co_return std::nullopt;
}

}  // namespace octane::endpoints
