#include "livelink/busy_watch.hpp"

#include <cstdio>

#include "wire/json_text.hpp"

namespace octane::livelink {

std::optional<std::string> BusyWatch::look(const std::optional<rpc::CallHistory::Busy>& busy, std::uint64_t epoch,
                                           Clock::time_point now) {
    const bool is_long = busy && now - busy->since >= kLong;
    const std::uint64_t number = is_long ? busy->number : 0;
    if (number == told_) return std::nullopt;
    told_ = number;
    std::string json = R"({"type":"octane","state":)";
    if (is_long) {
        json += R"("busy","method":)";
        wire::append_json_string(json, busy->method);
        char text[40];
        const int length =
            std::snprintf(text, sizeof text, R"(,"seconds":%.1f)", std::chrono::duration<double>(now - busy->since).count());
        json.append(text, static_cast<std::size_t>(length));
    } else {
        json += R"("idle")";
    }
    json += R"(,"epoch":)" + std::to_string(epoch) + "}";
    return json;
}

}  // namespace octane::livelink
