// Room: rpc. One call's entry in the log and in the statistics.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/error.hpp"
#include "rpc/call_history.hpp"
#include "telemetry/call_stats.hpp"

namespace octane::rpc {

// From the sending of a call to its end, which counts as cancelled unless set_status() has said otherwise. The log, the
// statistics and what the views show must stay valid until then.
class CallRecord {
  public:
    CallRecord(CallHistory& log, telemetry::CallStats& stats, std::string_view path, std::string_view id, bool is_short,
               CallHistory::Clock::time_point begun)
        : log_(log), stats_(stats), series_(stats.series_of(path)) {
        live_.is_short = is_short;
        log_.begin(live_, path, id, begun);
    }
    ~CallRecord() {
        const auto now = CallHistory::Clock::now();
        stats_.count(series_, status_, now - live_.begun);
        log_.end(live_, status_, now);
    }
    CallRecord(const CallRecord&) = delete;
    CallRecord& operator=(const CallRecord&) = delete;

    [[nodiscard]] std::uint64_t number() const { return live_.number; }  // counts the calls
    void set_status(base::GrpcStatus status) { status_ = status; }

  private:
    CallHistory& log_;
    telemetry::CallStats& stats_;
    telemetry::CallStats::Series& series_;
    CallHistory::Live live_;
    base::GrpcStatus status_ = base::GrpcStatus::cancelled;
};

}  // namespace octane::rpc
