#include "upstream/liveness.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cassert>
#include <exception>
#include <utility>

#include "telemetry/log.hpp"

namespace octane::upstream {
namespace asio = boost::asio;
using telemetry::Level;

namespace {

// How long one wait on the channel may last. The channel wakes us earlier at every change; gRPC cannot cancel such a wait, so
// this is how long going down may take.
constexpr std::chrono::milliseconds kLongestWait{200};
constexpr std::chrono::seconds kBetweenReadings{5};
// How long to leave a server alone that accepts connections and fails the first calls.
constexpr std::chrono::milliseconds kReadingPause{500};

// gRPC paces attempts that fail, but not those after a connection that was made and broke at once.
constexpr std::chrono::milliseconds kFirstAttemptPause{100};
constexpr std::chrono::milliseconds kLongestAttemptPause{1000};
constexpr std::chrono::seconds kLasting{5};  // a connection of this age owes its successor no pause

// A server that has closed the connection for too many pings and is there again so soon is the same process.
constexpr std::chrono::seconds kTooSoonForAnother{5};

constexpr std::string_view kNothingAnswers = "nothing answers there";
constexpr std::string_view kNoCallAnswered = "it accepts connections but does not answer calls";
constexpr std::string_view kBroke = "the connection broke";
constexpr std::string_view kSilent = "nothing was answered over the connection any more";

}  // namespace

Liveness::Liveness(Channel& channel, asio::any_io_executor executor, LivenessOptions options)
    : channel_(channel),
      executor_(std::move(executor)),
      options_(std::move(options)),
      silence_(channel_, executor_, options_.schema, options_.probe),
      lookup_(executor_, options_.is_name_known) {
    if (options_.bulk != nullptr) {
        bulk_silence_.emplace(*options_.bulk, executor_, options_.schema, options_.probe);
        bulk_silence_->learn_with(silence_);
    }
    auto initial = options_.schema->initial();
    assert(initial.schema != nullptr);
    UpstreamState first;
    first.schema = std::move(initial.schema);
    first.is_schema_certain = initial.is_certain;
    state_ = std::make_shared<const UpstreamState>(std::move(first));
    channel_.count_losses();
}

std::shared_ptr<const UpstreamState> Liveness::state() const {
    const std::lock_guard lock(mutex_);
    return state_;
}

bool Liveness::is_schema_of_connection(const schema::Schema& schema) const {
    if (!options_.schema->may_change()) return true;
    const auto now = state();
    return now->schema.get() == &schema && channel_.losses() == now->losses;
}

bool Liveness::has_other_schema(const schema::Schema& schema) const {
    return options_.schema->may_change() && state()->schema.get() != &schema;
}

void Liveness::on_change(Listener listener) {
    listeners_.push_back(std::move(listener));
}

void Liveness::set_oldest_call(const SilenceWatch::OldestCall& oldest_call) {
    silence_.set_oldest_call(oldest_call);
    if (bulk_silence_) bulk_silence_->set_oldest_call(oldest_call);
}

void Liveness::stop() {
    is_stopping_ = true;
    silence_.stop();
    if (bulk_silence_) bulk_silence_->stop();
}

// Only the executor changes the state; the lock is for those who read it elsewhere.
template <typename Change>
std::shared_ptr<const UpstreamState> Liveness::changed(Change change) const {
    auto next = std::make_shared<UpstreamState>(*state_);
    change(*next);
    return next;
}

// The listeners come first: who sees the state or the flags finds what the listeners made of the change. The flags come last: who
// goes by a flag that is out of date finds the truth in the state.
void Liveness::publish(const std::shared_ptr<const UpstreamState>& state) {
    for (const auto& listener : listeners_) {
        try {
            listener(state);
        } catch (const std::exception& error) {
            telemetry::log(Level::error, "News of the connection could not be passed on", {{"reason", error.what()}});
        }
    }
    {
        const std::lock_guard lock(mutex_);
        state_ = state;
    }
    is_connected_.store(state->is_connected, std::memory_order_release);
    if (state->has_verdict && !has_verdict_.exchange(true)) wake_waiters();
}

void Liveness::wake_waiters() {
    std::vector<std::shared_ptr<Waiter>> waiters;
    {
        const std::lock_guard lock(mutex_);
        waiters.swap(waiters_);
    }
    for (auto& waiter : waiters) {
        auto loop = waiter->timer.get_executor();
        asio::post(loop, [waiter = std::move(waiter)] { waiter->timer.cancel(); });
    }
}

void Liveness::close() {
    {
        const std::lock_guard lock(mutex_);
        is_closed_ = true;
    }
    wake_waiters();
}

asio::awaitable<void> Liveness::wait_for_verdict(std::chrono::milliseconds limit, asio::cancellation_slot slot) {
    const asio::any_io_executor loop = co_await asio::this_coro::executor;
    const auto waiter = std::make_shared<Waiter>(loop);
    waiter->timer.expires_after(limit);
    {
        const std::lock_guard lock(mutex_);
        if (has_verdict() || is_closed_) co_return;
        waiters_.push_back(waiter);
    }
    if (slot.is_connected()) slot.assign([waiter](asio::cancellation_type) { waiter->timer.cancel(); });
    const auto [ended] = co_await waiter->timer.async_wait(asio::as_tuple(asio::use_awaitable));
    static_cast<void>(ended);
    if (slot.is_connected()) slot.clear();
    const std::lock_guard lock(mutex_);
    std::erase(waiters_, waiter);
}

asio::awaitable<void> Liveness::run() {
    while (!is_stopping_) co_await watch_once();
}

// Asks for a connection where there is none, unless the last attempt was a moment ago.
ChannelState Liveness::look_at_channel() {
    const ChannelState state = channel_.state(false);
    const auto now = std::chrono::steady_clock::now();
    if (state != ChannelState::idle || now < next_attempt_) return state;
    next_attempt_ = now + attempt_pause_;
    attempt_pause_ = std::clamp(attempt_pause_ * 2, kFirstAttemptPause, kLongestAttemptPause);
    return channel_.state(true);
}

asio::awaitable<void> Liveness::watch_once() {
    const ChannelState now = look_at_channel();
    const auto current = state();
    if (now == ChannelState::shut_down) {
        is_stopping_ = true;
        co_return;
    }
    if (now == ChannelState::ready && !current->is_connected) {
        co_await read_schema_of_new_connection();
        co_return;  // the state is looked at again before waiting: it may have changed meanwhile
    }
    if (now == ChannelState::ready && !current->is_schema_certain && std::chrono::steady_clock::now() >= next_reading_) {
        co_await read_schema_again();
        next_reading_ = std::chrono::steady_clock::now() + kBetweenReadings;
    }
    const bool is_lost = now != ChannelState::ready || channel_.losses() != losses_;
    if (is_lost && (current->is_connected || current->silent_since)) {
        report_loss(*current);
        co_return;  // it may be back already
    }
    if (current->is_connected) watch_for_silence(*current);
    if (now == ChannelState::failing && (!current->has_verdict || std::chrono::steady_clock::now() >= next_look_for_fault_)) {
        co_await look_for_fault();
        co_return;
    }
    if (now != ChannelState::ready && !current->has_verdict && channel_.losses() != losses_) {
        losses_ = channel_.losses();
        report_no_answer();  // connections break before anything can be asked over them
        co_return;
    }
    // In the pause before an attempt nothing changes by itself.
    const auto pause = std::chrono::ceil<std::chrono::milliseconds>(next_attempt_ - std::chrono::steady_clock::now());
    const bool is_pausing = now == ChannelState::idle && pause.count() > 0;
    co_await channel_.wait_for_change(now, is_pausing ? std::min(pause, kLongestWait) : kLongestWait);
}

void Liveness::report_loss(const UpstreamState& before) {
    const auto now = std::chrono::steady_clock::now();
    lost_at_ = now;
    note_ping_refusals();
    has_told_of_pings_ = was_closed_for_pings_;
    const std::string_view why = was_closed_for_pings_ ? kTooManyPings : before.silent_since ? kSilent : kBroke;
    telemetry::log(Level::warn, options_.words.title + " was lost", {{"address", options_.address}, {"reason", why}});
    if (found_at_ && now - *found_at_ > kLasting) {
        next_attempt_ = {};
        attempt_pause_ = std::chrono::milliseconds(0);
    }
    found_at_.reset();
    publish(changed([why](UpstreamState& state) {
        state.is_connected = false;
        state.silent_since.reset();
        state.error = why;
    }));
}

void Liveness::watch_for_silence(const UpstreamState& before) {
    silence_.look();
    if (bulk_silence_ && options_.bulk->state(false) == ChannelState::ready) bulk_silence_->look();
    const auto since = silence_.silent_since();
    if (since == before.silent_since) return;
    if (since) return report_silence(*since, "has not answered for long, though the connection stands");
    telemetry::log(Level::info, options_.words.title + " answers again", {{"address", options_.address}});
    publish(changed([](UpstreamState& state) { state.silent_since.reset(); }));
}

void Liveness::report_silence(std::chrono::steady_clock::time_point since, std::string_view words) {
    telemetry::log(Level::warn, options_.words.title + " " + std::string(words) + "; the proxy keeps asking",
                   {{"address", options_.address}});
    publish(changed([since](UpstreamState& state) {
        state.has_verdict = true;
        state.silent_since = since;
        if (!state.is_connected) state.error = kNoCallAnswered;
    }));
}

void Liveness::note_ping_refusals() {
    const std::uint64_t now = channel_.ping_refusals();
    if (std::exchange(ping_refusals_, now) != now) was_closed_for_pings_ = true;
}

// A peer that completes the connection and then says nothing. What answers that it is away, or breaks the connection, does say
// something.
asio::awaitable<bool> Liveness::is_silent_from_the_start() {
    if (options_.probe.after.count() == 0) co_return false;
    const auto begin = std::chrono::steady_clock::now();
    const SignOfLife sign = co_await options_.schema->ask_whether_there(channel_, options_.probe.limit);
    if (is_stopping_ || sign != SignOfLife::none) co_return is_stopping_;
    if (!state()->silent_since) report_silence(begin, "accepts connections but does not answer calls");
    const bool is_adopted = co_await silence_.try_second_connection();
    static_cast<void>(is_adopted);
    co_return true;
}

// Why it cannot connect gRPC tells only those who call. While it cannot, a call ends at once.
asio::awaitable<void> Liveness::look_for_fault() {
    UnaryCall call;
    call.path = "/grpc.health.v1.Health/Check";
    call.timeout = kLongestWait;
    const Reply reply = co_await channel_.unary(std::move(call));
    next_look_for_fault_ = std::chrono::steady_clock::now() + kBetweenReadings;
    if (is_stopping_ || channel_.state(false) == ChannelState::ready) co_return;
    const auto current = state();
    if (current->has_verdict && reply.status != base::GrpcStatus::unavailable) co_return;
    const auto* const fault = find_connection_fault(reply.message, channel_.options().tls);
    const auto* const known = connection_fault_of(current->error);
    if (!current->has_verdict || fault != known) report_unreachable(fault, reply.message);
}

// Nothing waits for the name's being looked up, which may take minutes: neither the verdict nor the watch.
void Liveness::report_unreachable(const ConnectionFault* fault, std::string_view words) {
    if (fault == nullptr) {
        telemetry::log(Level::warn, options_.words.title + " is not reachable; the proxy keeps looking for it",
                       {{"address", options_.address}});
    } else {
        telemetry::log(Level::warn, options_.words.title + " cannot be connected to; the proxy keeps trying",
                       {{"address", options_.address}, {"reason", fault->cause}, {"hint", fault->hint}, {"grpc", words}});
    }
    publish(changed([fault](UpstreamState& state) {
        state.has_verdict = true;
        state.error = fault == nullptr ? kNothingAnswers : fault->cause;
    }));
    if (fault != nullptr) return;
    lookup_.ask(options_.host, [this](bool is_known) {
        if (!is_known) report_unknown_name();
    });
}

void Liveness::report_no_answer() {
    telemetry::log(Level::warn, options_.words.title + " accepts connections but does not answer calls; the proxy keeps asking",
                   {{"address", options_.address}});
    publish(changed([](UpstreamState& state) {
        state.has_verdict = true;
        state.silent_since.reset();
        state.error = kNoCallAnswered;
    }));
}

void Liveness::report_unknown_name() {
    if (is_stopping_ || state()->error != kNothingAnswers) return;  // more is known by now
    telemetry::log(Level::warn, "The name of " + options_.words.title + "'s machine does not resolve; the proxy keeps trying",
                   {{"address", options_.address}, {"hint", options_.words.name_hint}});
    publish(changed([](UpstreamState& state) { state.error = kNameUnknown; }));
}

asio::awaitable<void> Liveness::read_schema_of_new_connection() {
    losses_ = channel_.losses();
    note_ping_refusals();
    const bool is_silent = co_await is_silent_from_the_start();
    if (is_silent || is_stopping_) co_return;
    const SchemaSource::Reading reading = co_await options_.schema->read(channel_);
    if (is_stopping_) co_return;
    if (!reading.is_reachable) {
        if (state()->error != kNoCallAnswered || state()->silent_since) report_no_answer();
        co_await channel_.wait_for_change(ChannelState::ready, kReadingPause);
        co_return;
    }
    if (channel_.losses() != losses_) co_return;  // what was asked may be gone already: ask again
    found_at_ = std::chrono::steady_clock::now();
    silence_.begin();
    if (bulk_silence_) bulk_silence_->begin();
    note_ping_refusals();
    const bool was_closed_for_pings = std::exchange(was_closed_for_pings_, false);
    // The end of its calls, which says so, may come after the end of the connection.
    if (was_closed_for_pings && !has_told_of_pings_) {
        telemetry::log(Level::warn, options_.words.title + " had closed the connection that was lost",
                       {{"address", options_.address}, {"reason", kTooManyPings}});
    }
    const bool is_same_process = was_closed_for_pings && *found_at_ - lost_at_ < kTooSoonForAnother;
    const auto next = changed([this, &reading, is_same_process](UpstreamState& state) {
        state.has_verdict = true;
        state.is_connected = true;
        ++state.connections;
        if (!is_same_process) ++state.lives;
        state.losses = losses_;
        state.schema = reading.schema;
        state.is_schema_certain = reading.is_certain;
        state.version = reading.version;
        state.error.clear();
        state.silent_since.reset();
    });
    telemetry::log(Level::info, options_.words.title + " found",
                   {{"address", options_.address}, {"schema", next->schema->name()}, {"version", next->version}});
    warn_of_doubt(*next);
    publish(next);
}

void Liveness::warn_of_doubt(const UpstreamState& state) const {
    if (state.is_schema_certain) return;
    telemetry::log(Level::warn, options_.words.title + "'s schema could not be made out" + options_.words.doubt_hint,
                   {{"assumed", state.schema->name()}});
}

// A server that was too busy to say by which schema it is to be read gets asked again until it does.
asio::awaitable<void> Liveness::read_schema_again() {
    const std::uint64_t losses = losses_;
    const SchemaSource::Reading reading = co_await options_.schema->read(channel_);
    if (!reading.is_reachable || !reading.is_certain || is_stopping_ || channel_.losses() != losses) co_return;
    const auto next = changed([&reading](UpstreamState& state) {
        state.schema = reading.schema;
        state.is_schema_certain = true;
        state.version = reading.version;
    });
    telemetry::log(Level::info, options_.words.title + "'s schema is known",
                   {{"schema", next->schema->name()}, {"version", next->version}});
    publish(next);
}

}  // namespace octane::upstream
