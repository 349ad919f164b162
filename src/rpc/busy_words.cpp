#include "rpc/busy_words.hpp"

#include <cstdio>

namespace octane::rpc {
namespace {

constexpr std::string_view kBusy = "has been busy with ";
constexpr std::string_view kFor = " for ";
constexpr std::string_view kSeconds = " s";

// How long " for 12.3 s" is at the beginning of `text`, if a clause ends with it; else 0.
std::size_t time_length(std::string_view text) {
    const auto end = text.find_first_not_of("0123456789.", kFor.size());
    if (end == std::string_view::npos || end == kFor.size() || !text.substr(end).starts_with(kSeconds)) return 0;
    const auto length = end + kSeconds.size();
    return length == text.size() || text[length] == ';' ? length : 0;
}

}  // namespace

std::string busy_words(std::string_view title, const CallHistory::Busy& busy, CallHistory::Clock::time_point now) {
    const auto seconds = std::chrono::duration<double>(now - busy.since).count();
    char text[32];
    const int length = std::snprintf(text, sizeof text, "%.1f", seconds);
    return std::string(title) + ' ' + std::string(kBusy) + busy.method + std::string(kFor) +
           std::string(text, static_cast<std::size_t>(length)) + std::string(kSeconds);
}

TimelessSentence without_busy_times(std::string_view sentence) {
    TimelessSentence result;
    for (;;) {
        const auto busy = sentence.find(kBusy);
        const auto at = busy == std::string_view::npos ? busy : sentence.find(kFor, busy);
        const auto length = at == std::string_view::npos ? 0 : time_length(sentence.substr(at));
        if (length == 0) break;
        result.sentence += sentence.substr(0, at);
        result.time = sentence.substr(at + kFor.size(), length - kFor.size());
        sentence.remove_prefix(at + length);
    }
    result.sentence += sentence;
    return result;
}

}  // namespace octane::rpc
