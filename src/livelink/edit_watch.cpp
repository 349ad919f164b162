#include "livelink/edit_watch.hpp"

#include <boost/asio/post.hpp>
#include <optional>
#include <utility>

#include "livelink/callback_wire.hpp"
#include "telemetry/task.hpp"

namespace octane::livelink {
namespace asio = boost::asio;

namespace {

constexpr std::chrono::seconds kLimit{10};

}  // namespace

EditWatch::EditWatch(Octane& octane, asio::any_io_executor strand, frames::FrameStats& stats, std::function<void()> on_fresh,
                     std::function<void()> on_end)
    : octane_(octane), strand_(std::move(strand)), on_fresh_(std::move(on_fresh)), on_end_(std::move(on_end)), stale_(stats) {}

void EditWatch::frame_came(const frames::Frame& frame) {
    stale_.frame_came(frame.seq, frame.images.front().change_level);
}

void EditWatch::stop() {
    is_stopped_ = true;
    abandon_.emit(asio::cancellation_type::terminal);
}

void EditWatch::edit_made(EditKind kind) {
    if (stale_.edit_made(kind)) asio::post(strand_, [this] { begin_asking(); });
}

void EditWatch::begin_asking() {
    if (is_asking_ || is_stopped_ || !stale_.next_question()) return;
    is_asking_ = true;
    telemetry::start_task(strand_, "question for the change level", ask(), [this] {
        is_asking_ = false;
        begin_asking();  // an edit has come since the last answer
        on_end_();
    });
}

// Past the queue: the answer must not take the place of a call, and a question that is given up must not keep one.
asio::awaitable<void> EditWatch::ask() {
    while (const auto question = stale_.next_question()) {
        const std::uint64_t epoch = octane_.epoch();
        OwnCall call;
        call.lane = rpc::Lane::unqueued;
        call.timeout = kLimit;
        call.slot = abandon_.slot();
        const upstream::Reply reply = co_await octane_.call(kLevelPath, {}, call);
        std::optional<std::uint64_t> level;
        if (reply.status == base::GrpcStatus::ok && octane_.epoch() == epoch) {
            const auto read = parse_change_level(reply.body);
            if (read) level = *read;
        }
        if (stale_.answer(*question, level)) on_fresh_();
        if (is_stopped_) co_return;
    }
}

}  // namespace octane::livelink
