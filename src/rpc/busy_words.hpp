// Room: rpc. What errors say of the call that the upstream is busy with, and the same without the time, which is another each
// time.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "rpc/call_history.hpp"

namespace octane::rpc {

// "Octane has been busy with ApiItem/name for 12.3 s", for the title "Octane"
std::string busy_words(std::string_view title, const CallHistory::Busy& busy, CallHistory::Clock::time_point now);

// An error's sentence without the times that stand at the end of its clauses ("… busy with ApiItem/name"), and the last of these
// ("12.3 s"; empty if there is none): equal errors have equal sentences, so that the log can count them.
struct TimelessSentence {
    std::string sentence;
    std::string time;
};
TimelessSentence without_busy_times(std::string_view sentence);

}  // namespace octane::rpc
