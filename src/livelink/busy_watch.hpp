// Room: livelink. When viewers are told that Octane has been at one call for long, and that it is free again.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "frames/control_event.hpp"
#include "rpc/call_history.hpp"

namespace octane::livelink {

// Looked at a few times a second, on one thread.
class BusyWatch {
  public:
    using Clock = rpc::CallHistory::Clock;
    static constexpr std::chrono::seconds kLong{2};

    // What viewers are to be told now, if anything: busy, once for each call that takes longer than kLong, and idle when no such
    // call is left.
    std::optional<frames::RendererState> check(const std::optional<rpc::CallHistory::Busy>& busy, std::uint64_t epoch,
                                               Clock::time_point now);

    // What viewers know does not count any more: they have been told something else.
    void forget() { told_ = 0; }

  private:
    std::uint64_t told_ = 0;  // number of the call that viewers know of; 0: none
};

}  // namespace octane::livelink
