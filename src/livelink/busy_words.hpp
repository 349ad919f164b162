// Room: livelink. What errors say of the call that Octane is busy with, and the same without the time, which is another each
// time.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "rpc/call_history.hpp"

namespace octane::livelink {

// "Octane has been busy with ApiItem/name for 12.3 s"
std::string busy_words(const rpc::CallHistory::Busy& busy, rpc::CallHistory::Clock::time_point now);

// An error's sentence without the times that stand at the end of its clauses ("… busy with ApiItem/name"), and the last of these
// ("12.3 s"; empty if there is none): equal errors have equal sentences, so that the log can count them.
struct TimelessSentence {
    std::string sentence;
    std::string time;
};
TimelessSentence without_busy_times(std::string_view sentence);

}  // namespace octane::livelink
