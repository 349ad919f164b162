#include "livelink/statistics_feed.hpp"

#include <google/protobuf/descriptor.h>

#include <cstdint>
#include <string>
#include <utility>

#include "telemetry/task.hpp"
#include "wire/field_path.hpp"
#include "wire/reader.hpp"
#include "wire/wire_to_json.hpp"

namespace octane::livelink {
namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;
using google::protobuf::Descriptor;

namespace {

constexpr std::uint64_t kWaitingForData = 1;  // of RenderState, in both releases
constexpr std::uint64_t kRendering = 2;

// Whether these figures will change without anybody's doing.
bool say_octane_works(const Descriptor& response, const base::ByteChain& answer) {
    const auto* const statistics = wire::find_field(response, "statistics");
    if (statistics == nullptr || statistics->message_type() == nullptr) return false;
    const auto* const state = wire::find_field(*statistics->message_type(), "state");
    const auto figures = wire::find_bytes({{.field = statistics}}, answer);
    if (state == nullptr || !figures) return false;
    const auto value = wire::last_varint(*figures, static_cast<std::uint32_t>(state->number())).value_or(0);
    return value == kWaitingForData || value == kRendering;
}

}  // namespace

StatisticsFeed::StatisticsFeed(Octane& octane, frames::Hub& hub, const asio::any_io_executor& strand,
                               std::function<void()> on_end)
    : octane_(octane), hub_(hub), strand_(strand), on_end_(std::move(on_end)), timer_(strand), work_timer_(strand) {}

void StatisticsFeed::stop() {
    is_stopped_ = true;
    timer_.cancel();
    work_timer_.cancel();
    abandon_.emit(asio::cancellation_type::terminal);
}

void StatisticsFeed::figures_are_due() {
    is_due_ = true;
    ask_if_due();
}

void StatisticsFeed::ask_if_due() {
    if (!is_due_ || is_asking_ || is_waiting_ || is_stopped_) return;
    if (!hub_.has_statistics_watchers() || !octane_.state()->is_connected) return;
    if (Clock::now() < next_) {
        is_waiting_ = true;
        timer_.expires_at(next_);
        timer_.async_wait([this](const boost::system::error_code& error) {
            is_waiting_ = false;
            if (!error) ask_if_due();
        });
        return;
    }
    is_due_ = false;
    is_asking_ = true;
    next_ = Clock::now() + kPause;
    telemetry::start_task(strand_, "question for statistics", ask(), [this] {
        is_asking_ = false;
        ask_if_due();
        on_end_();
    });
}

void StatisticsFeed::ask_again() {
    if (is_stopped_) return;
    work_timer_.expires_after(kWorkPause);
    work_timer_.async_wait([this](const boost::system::error_code& error) {
        if (!error) figures_are_due();
    });
}

asio::awaitable<void> StatisticsFeed::ask() {
    const auto target = octane_.policy().resolve("octaneapi.ApiRenderEngineService", "getRenderStatistics");
    if (!target) {
        next_ = Clock::now() + kRetry;
        co_return;
    }
    OwnCall call;
    call.lane = rpc::Lane::unqueued;
    call.timeout = kLimit;
    call.slot = abandon_.slot();
    const upstream::Reply reply = co_await octane_.call(target->method->path, {}, call);
    wire::JsonWriteOptions dialect;  // of octaneWebR, which wants `state` as a number
    dialect.with_defaults = true;
    dialect.enums_as_numbers = true;
    dialect.one_of_keys = true;
    std::string json;
    const bool is_answered = reply.status == base::GrpcStatus::ok &&
                             wire::wire_to_json(*target->method->response, reply.body, dialect, json).has_value();
    if (is_answered) {
        hub_.announce_statistics(std::move(json));
        if (say_octane_works(*target->method->response, reply.body)) ask_again();
    } else {
        next_ = Clock::now() + kRetry;
        is_due_ = true;  // the render may have ended, and no frame would ask again
    }
}

}  // namespace octane::livelink
