// Stand-in renderer: registering for events, and fetching frames (beta2's way; alpha5 has the methods too).
#include <cstdint>
#include <optional>
#include <utility>

#include "standin/fields.hpp"
#include "standin/services.hpp"

namespace octane::standin {
namespace {

constexpr int kCallbackId = 1;  // the same for everyone

void add_registration(Stage& stage, const char* method, const char* payload) {
    stage.methods.on("ApiRenderEngine", method, [&stage, payload](const Message& request, Message& reply) {
        const Message* callback = part(request, "callback");
        if (callback == nullptr) return stage.publisher.registered(payload, std::nullopt);
        Registration by;
        by.source = text(*callback, "callbackSource");
        by.id = kCallbackId;
        by.user_data = static_cast<std::uint64_t>(integer(request, "userData"));
        stage.publisher.registered(payload, std::move(by));
        put(reply, "callbackId", kCallbackId);
    });
}

}  // namespace

void add_frame_methods(Stage& stage) {
    add_registration(stage, "setOnNewImageCallback", "newImage");
    add_registration(stage, "setOnNewStatisticsCallback", "newStatistics");
    add_registration(stage, "setOnRenderFailureCallback", "renderFailure");
    stage.methods.on("ApiRenderEngine", "setForceCallbacksInRenderThreads", [](const Message&, Message&) {});
    stage.methods.on_raw("ApiRenderEngine", "grabRenderResult", [&stage](const Message&) { return stage.publisher.grab(); });
    stage.methods.on("ApiRenderEngine", "releaseRenderResult", [&stage](const Message&, Message&) { stage.publisher.release(); });
}

}  // namespace octane::standin
