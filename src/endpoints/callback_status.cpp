#include "endpoints/callback_status.hpp"

#include <chrono>

#include "frames/frame_json.hpp"

namespace octane::endpoints {

std::string make_callback_status(const frames::FrameStatus& status) {
    const auto id = status.callback_id;
    const auto last = status.last_callback_us;
    std::string json = R"({"stream_active":)";
    json += status.is_streaming ? "true" : "false";
    json += R"(,"callback_id":)" + (id == 0 ? std::string("null") : std::to_string(id));
    json += R"(,"callback_count":)" + std::to_string(status.callbacks);
    json += R"(,"last_callback_time":)";
    if (last == 0) {
        json += "null";
    } else {
        frames::append_timestamp(json, std::chrono::system_clock::time_point(std::chrono::microseconds(last)));
    }
    json += R"(,"stream_errors":)" + std::to_string(status.stream_errors);
    json += R"(,"active_clients":)" + std::to_string(status.viewers);
    json += R"(,"total_clients":)" + std::to_string(status.viewers_ever);
    json += R"(,"queue_size":)" + std::to_string(status.waiting);
    json += '}';
    return json;
}

}  // namespace octane::endpoints
