#include "endpoints/event_json.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

namespace octane::endpoints {
namespace {

using frames::ControlEvent;
using frames::RendererState;

const auto kTime = std::chrono::system_clock::time_point(std::chrono::microseconds(1777863721000042));

std::string spelled(ControlEvent::What what) {
    return spell_event(ControlEvent(std::move(what), kTime));
}

TEST_CASE("the renderer's state has the members that its kind needs, and no others") {
    RendererState state;
    state.kind = RendererState::Kind::connected;
    state.epoch = 3;
    state.version = "16.1";
    state.api = "beta2";
    state.address = "127.0.0.1:51022";
    CHECK(spelled(state) == R"({"type":"octane","state":"connected","epoch":3,"version":"16.1","api":"beta2",)"
                            R"("address":"127.0.0.1:51022","timestamp":1777863721.000042})");
    state.kind = RendererState::Kind::lost;
    state.error = "gone \"away\"";
    CHECK(spelled(state) == R"({"type":"octane","state":"lost","epoch":3,"version":"16.1","api":"beta2",)"
                            R"("address":"127.0.0.1:51022","error":"gone \"away\"","timestamp":1777863721.000042})");
    state.kind = RendererState::Kind::silent;
    CHECK(spelled(state) == R"({"type":"octane","state":"silent","epoch":3,"version":"16.1","api":"beta2",)"
                            R"("address":"127.0.0.1:51022","error":"gone \"away\"","timestamp":1777863721.000042})");
    state.kind = RendererState::Kind::busy;
    state.method = "ApiProjectManager/loadProject";
    state.busy_for = std::chrono::milliseconds(2345);
    CHECK(spelled(state) ==
          R"({"type":"octane","state":"busy","method":"ApiProjectManager/loadProject","seconds":2.3,"epoch":3})");
    state.kind = RendererState::Kind::idle;
    CHECK(spelled(state) == R"({"type":"octane","state":"idle","epoch":3})");
}

TEST_CASE("news of callbacks say whose they are, by both names") {
    for (const auto& [what, type] : {std::pair<ControlEvent::What, std::string>(frames::NewStatistics{{5, 9}}, "newStatistics"),
                                     {frames::RenderFailure{{5, 9}}, "renderFailure"},
                                     {frames::ProjectChanged{{5, 9}}, "projectManagerChanged"}}) {
        CHECK(spelled(what) ==
              R"({"type":")" + type + R"(","callbackId":5,"callback_id":5,"user_data":9,"timestamp":1777863721.000042})");
    }
}

TEST_CASE("an edit is told with the object that it was made on, its handle as text, if there is one") {
    frames::EditMade edit{"ApiItem/setName", frames::EditMade::Object{18446744073709551615U, 17}, "call-1", 4};
    CHECK(spelled(edit) == R"({"type":"call","method":"ApiItem/setName","object":{"handle":"18446744073709551615","type":17},)"
                           R"("callId":"call-1","timestamp":1777863721.000042,"epoch":4})");
    edit.object.reset();
    CHECK(spelled(edit) ==
          R"({"type":"call","method":"ApiItem/setName","callId":"call-1","timestamp":1777863721.000042,"epoch":4})");
}

TEST_CASE("the short events") {
    CHECK(spelled(frames::Ping{}) == R"({"type":"ping","timestamp":1777863721.000042})");
    CHECK(spelled(frames::Pong{}) == R"({"type":"pong","timestamp":1777863721.000042})");
    CHECK(spelled(frames::Goodbye{}) == R"({"type":"bye"})");
    CHECK(spelled(frames::StatisticsAnswer{R"({"a":1})"}) ==
          R"({"type":"newStatistics","data":{"a":1},"timestamp":1777863721.000042})");
    CHECK(spelled(frames::RefusedMessage{base::make_error(base::ErrorCode::bad_value, "no")}) ==
          R"({"type":"error","error":"no","status":"INVALID_ARGUMENT","code":3})");
    const auto connected = nlohmann::json::parse(spelled(frames::ViewerConnected{"me", {}}));
    CHECK(connected["type"] == "connected");
    CHECK(connected["client_id"] == "me");
    CHECK(connected["timestamp"].is_number());
    CHECK(connected["status"]["callback_id"].is_null());
}

TEST_CASE("an event is spelled once in each way, whoever asks first, and its text stays where it is") {
    static std::atomic<int> spellings{0};
    const auto spell = [](const ControlEvent& event) {
        ++spellings;
        return spell_event(event);
    };
    const ControlEvent event(frames::Ping{}, kTime);
    std::vector<const std::string*> texts(8);
    {
        std::vector<std::jthread> viewers;
        for (auto& text : texts) viewers.emplace_back([&text, &event, spell] { text = &event.text(spell); });
    }
    CHECK(spellings == 1);
    const std::string& other = event.text([](const ControlEvent&) { return std::string("otherwise"); });
    CHECK(other == "otherwise");
    for (const auto* text : texts) CHECK(text == &event.text(spell));
    CHECK(*texts.front() == spell_event(event));
}

}  // namespace
}  // namespace octane::endpoints
