// Tests of the frames room: a control event as JSON, good enough to see which one it is. How it is really spelled is the
// endpoints room's business, and tested there.
#pragma once

#include <chrono>
#include <nlohmann/json.hpp>
#include <string>
#include <variant>

#include "frames/control_event.hpp"

namespace octane::frames::tests {

struct ControlText {
    nlohmann::json operator()(const NewStatistics& news) const { return of("newStatistics", news.origin); }
    nlohmann::json operator()(const RenderFailure& news) const { return of("renderFailure", news.origin); }
    nlohmann::json operator()(const ProjectChanged& news) const { return of("projectManagerChanged", news.origin); }
    nlohmann::json operator()(const ViewerConnected& event) const {
        return {{"type", "connected"}, {"client_id", event.client_id}};
    }
    nlohmann::json operator()(const RendererState& state) const {
        static constexpr const char* kStates[] = {"connected", "silent", "lost", "busy", "idle"};
        return {{"type", "octane"},
                {"state", kStates[static_cast<std::size_t>(state.kind)]},
                {"epoch", state.epoch},
                {"error", state.error}};
    }
    nlohmann::json operator()(const EditMade& edit) const { return {{"type", "call"}, {"method", edit.method}}; }
    nlohmann::json operator()(const Ping&) const { return {{"type", "ping"}}; }
    nlohmann::json operator()(const Pong&) const { return {{"type", "pong"}}; }
    nlohmann::json operator()(const Goodbye&) const { return {{"type", "bye"}}; }
    nlohmann::json operator()(const RefusedMessage& refused) const {
        return {{"type", "error"}, {"error", refused.error.message}};
    }
    nlohmann::json operator()(const StatisticsAnswer& answer) const {
        return {{"type", "newStatistics"}, {"data", nlohmann::json::parse(answer.json)}};
    }

    static nlohmann::json of(const char* type, const CallbackOrigin& origin) {
        return {{"type", type}, {"callback_id", origin.callback_id}, {"user_data", origin.user_data}};
    }
};

// As it would stand on a stream of events.
inline std::string control_text(const ControlEvent& event) {
    nlohmann::json json = std::visit(ControlText(), event.what);
    json["timestamp"] = std::chrono::duration<double>(event.time.time_since_epoch()).count();
    return "data: " + json.dump() + "\n\n";
}

}  // namespace octane::frames::tests
