#include "livelink/edit_event.hpp"

#include <cstdio>

#include "wire/json_text.hpp"

namespace octane::livelink {

std::string to_json(const EditEvent& event) {
    std::string json = R"({"type":"call","method":)";
    wire::append_json_string(json, event.method);
    if (event.object) {
        // 64 bits do not fit a page's numbers, so handles are strings in every answer too.
        json += R"(,"object":{"handle":")" + std::to_string(event.object->handle) + R"(","type":)" +
                std::to_string(event.object->type) + "}";
    }
    json += R"(,"callId":)";
    wire::append_json_string(json, event.call_id);
    const double seconds = std::chrono::duration<double>(event.time.time_since_epoch()).count();
    char text[40];
    const int length = std::snprintf(text, sizeof text, R"(,"timestamp":%.6f)", seconds);
    json.append(text, static_cast<std::size_t>(length));
    json += R"(,"epoch":)" + std::to_string(event.epoch) + "}";
    return json;
}

}  // namespace octane::livelink
