#include "upstream/silence_watch.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "telemetry/task.hpp"

namespace octane::upstream {
namespace asio = boost::asio;

namespace {

// A server that was stopped and goes on answers at once what it was asked; so it should nearly always have been asked.
constexpr std::chrono::milliseconds kBetweenQuestions{200};
constexpr std::chrono::seconds kBetweenTrials{5};
// How much sooner the second connection must be answered than the first.
constexpr std::chrono::seconds kLead{1};

}  // namespace

SilenceWatch::SilenceWatch(Channel& channel, asio::any_io_executor executor, std::shared_ptr<SchemaSource> schema,
                           ProbeTimes times)
    : channel_(channel), executor_(std::move(executor)), schema_(std::move(schema)), times_(times) {}

void SilenceWatch::begin() {
    begun_ = Clock::now();
    silent_since_.reset();
}

SilenceWatch::Clock::time_point SilenceWatch::last_sign() const {
    return std::max(channel_.last_heard(), begun_);
}

void SilenceWatch::look() {
    if (silent_since_ && last_sign() > *silent_since_) silent_since_.reset();
    if (is_stopping_ || times_.after.count() == 0) return;
    const auto now = Clock::now();
    const bool is_quiet = silent_since_ || now - last_sign() >= times_.after;
    if (is_quiet && !is_asking_ && now >= next_question_) {
        is_asking_ = true;
        telemetry::start_task(executor_, "question whether the upstream is there", ask(), [this] {
            is_asking_ = false;
            next_question_ = Clock::now() + kBetweenQuestions;
        });
    }
    if (silent_since_ && !is_trying_ && now >= next_trial_) {
        is_trying_ = true;
        telemetry::start_task(executor_, "second connection", try_in_silence(), [this] {
            is_trying_ = false;
            next_trial_ = Clock::now() + kBetweenTrials;
        });
    }
}

asio::awaitable<void> SilenceWatch::ask() {
    const auto before = last_sign();
    const std::uint64_t call = oldest_call_();
    const SignOfLife sign = co_await schema_->ask_whether_there(channel_, times_.limit);
    if (is_stopping_ || sign == SignOfLife::broken) co_return;
    if (sign == SignOfLife::answered) {
        if (call != 0 && call == oldest_call_()) *answers_beside_calls_ = true;
        co_return;
    }
    if (last_sign() > before) co_return;
    const bool is_excused = oldest_call_() != 0 && !*answers_beside_calls_ && Clock::now() - before < kLongestExcuse;
    if (!is_excused) silent_since_ = before;
}

asio::awaitable<void> SilenceWatch::try_in_silence() {
    const bool is_adopted = co_await try_second_connection();
    if (is_adopted) begin();
}

asio::awaitable<bool> SilenceWatch::try_second_connection() {
    const auto before = last_sign();
    const SignOfLife sign = co_await schema_->ask_whether_there(channel_, times_.limit, true);
    if (sign == SignOfLife::answered && !is_stopping_) {
        asio::steady_timer timer(executor_, kLead);
        const auto [ended] = co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
        static_cast<void>(ended);
        if (last_sign() == before && !is_stopping_) {
            channel_.adopt_spare();
            co_return true;
        }
    }
    channel_.drop_spare();
    co_return false;
}

}  // namespace octane::upstream
