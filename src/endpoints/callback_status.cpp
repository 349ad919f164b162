#include "endpoints/callback_status.hpp"

#include <chrono>

#include "frames/event.hpp"

namespace octane::endpoints {

std::string make_callback_status(const frames::FrameStats& stats) {
    const auto id = stats.callback_id.load();
    const auto last = stats.last_callback_us.load();
    std::string json = R"({"stream_active":)";
    json += stats.is_streaming.load() ? "true" : "false";
    json += R"(,"callback_id":)" + (id == 0 ? std::string("null") : std::to_string(id));
    json += R"(,"callback_count":)" + std::to_string(stats.callbacks.load());
    json += R"(,"last_callback_time":)";
    if (last == 0) {
        json += "null";
    } else {
        frames::append_timestamp(json, std::chrono::system_clock::time_point(std::chrono::microseconds(last)));
    }
    json += R"(,"stream_errors":)" + std::to_string(stats.stream_errors.load());
    json += R"(,"active_clients":)" + std::to_string(stats.viewers.load());
    json += R"(,"total_clients":)" + std::to_string(stats.viewers_ever.load());
    json += R"(,"queue_size":)" + std::to_string(stats.waiting.load());
    json += '}';
    return json;
}

}  // namespace octane::endpoints
