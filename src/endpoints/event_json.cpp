#include "endpoints/event_json.hpp"

#include <chrono>
#include <cstdio>
#include <string_view>
#include <variant>

#include "endpoints/callback_status.hpp"
#include "frames/frame_json.hpp"
#include "wire/json_text.hpp"

namespace octane::endpoints {
namespace {

using Time = std::chrono::system_clock::time_point;

void append_text(std::string& json, const char* name, std::string_view value) {
    json += ",\"";
    json += name;
    json += "\":";
    wire::append_json_string(json, value);
}

void append_time(std::string& json, Time time) {
    json += R"(,"timestamp":)";
    frames::append_timestamp(json, time);
}

std::string begin(const char* type) {
    return R"({"type":")" + std::string(type) + '"';
}

// One function a kind of event; each is given the event's time.
struct Speller {
    Time time;

    std::string operator()(const frames::NewStatistics& news) const { return spell("newStatistics", news.origin); }
    std::string operator()(const frames::RenderFailure& news) const { return spell("renderFailure", news.origin); }
    std::string operator()(const frames::ProjectChanged& news) const { return spell("projectManagerChanged", news.origin); }
    std::string operator()(const frames::ViewerConnected& event) const {
        std::string json = begin("connected");
        append_text(json, "client_id", event.client_id);
        append_time(json, time);
        return json + R"(,"status":)" + make_callback_status(event.status) + '}';
    }
    std::string operator()(const frames::RendererState& state) const {
        using Kind = frames::RendererState::Kind;
        const std::string epoch = R"(,"epoch":)" + std::to_string(state.epoch);
        std::string json = begin("octane");
        if (state.kind == Kind::idle) return json + R"(,"state":"idle")" + epoch + '}';
        if (state.kind == Kind::busy) {
            append_text(json, "state", "busy");
            append_text(json, "method", state.method);
            char seconds[40];
            const int length = std::snprintf(seconds, sizeof seconds, R"(,"seconds":%.1f)", state.busy_for.count());
            json.append(seconds, static_cast<std::size_t>(length));
            return json + epoch + '}';
        }
        append_text(json, "state", state.kind == Kind::connected ? "connected" : state.kind == Kind::silent ? "silent" : "lost");
        json += epoch;
        append_text(json, "version", state.version);
        append_text(json, "api", state.api);
        append_text(json, "address", state.address);
        if (state.kind != Kind::connected) append_text(json, "error", state.error);
        append_time(json, time);
        return json + '}';
    }
    std::string operator()(const frames::EditMade& edit) const {
        std::string json = begin("call");
        append_text(json, "method", edit.method);
        if (edit.object) {
            // 64 bits do not fit a page's numbers, so handles are strings in every answer too.
            json += R"(,"object":{"handle":")" + std::to_string(edit.object->handle) + R"(","type":)" +
                    std::to_string(edit.object->type) + '}';
        }
        append_text(json, "callId", edit.call_id);
        append_time(json, time);
        return json + R"(,"epoch":)" + std::to_string(edit.epoch) + '}';
    }
    std::string operator()(const frames::Ping&) const { return with_time("ping"); }
    std::string operator()(const frames::Pong&) const { return with_time("pong"); }
    std::string operator()(const frames::Goodbye&) const { return begin("bye") + '}'; }
    std::string operator()(const frames::RefusedMessage& refused) const {
        std::string json = begin("error");
        append_text(json, "error", refused.error.message);
        append_text(json, "status", base::grpc_status_name(refused.error.grpc));
        return json + R"(,"code":)" + std::to_string(static_cast<int>(refused.error.grpc)) + '}';
    }
    std::string operator()(const frames::StatisticsAnswer& answer) const {
        std::string json = begin("newStatistics") + R"(,"data":)" + answer.json;
        append_time(json, time);
        return json + '}';
    }

  private:
    [[nodiscard]] std::string with_time(const char* type) const {
        std::string json = begin(type);
        append_time(json, time);
        return json + '}';
    }
    [[nodiscard]] std::string spell(const char* type, const frames::CallbackOrigin& origin) const {
        const std::string id = std::to_string(origin.callback_id);
        std::string json = begin(type) + R"(,"callbackId":)" + id + R"(,"callback_id":)" + id + R"(,"user_data":)" +
                           std::to_string(origin.user_data);
        append_time(json, time);
        return json + '}';
    }
};

}  // namespace

std::string spell_event(const frames::ControlEvent& event) {
    return std::visit(Speller{event.time}, event.what);
}

}  // namespace octane::endpoints
