#include "livelink/busy_watch.hpp"

namespace octane::livelink {

std::optional<frames::RendererState> BusyWatch::check(const std::optional<rpc::CallHistory::Busy>& busy, std::uint64_t epoch,
                                                      Clock::time_point now) {
    const bool is_long = busy && now - busy->since >= kLong;
    const std::uint64_t number = is_long ? busy->number : 0;
    if (number == told_) return std::nullopt;
    told_ = number;
    frames::RendererState state;
    state.kind = is_long ? frames::RendererState::Kind::busy : frames::RendererState::Kind::idle;
    state.epoch = epoch;
    if (is_long) {
        state.method = busy->method;
        state.busy_for = now - busy->since;
    }
    return state;
}

}  // namespace octane::livelink
