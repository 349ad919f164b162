// Stand-in renderer: ApiRenderCloudManager as it answers whoever has no subscription: nothing is uploaded and nothing is
// rendered.
#include "standin/fields.hpp"
#include "standin/services.hpp"

namespace octane::standin {

void add_cloud_methods(Stage& stage) {
    stage.methods.on("ApiRenderCloudManager", "userSubscriptionInfo", [](const Message&, Message& reply) {
        put(reply, "result", true);
        put(sub(reply, "subscriptionInfo"), "subscribed", false);
    });
    stage.methods.on("ApiRenderCloudManager", "newRenderTask",
                     [](const Message&, Message& reply) { put(reply, "result", false); });
    // No callback will come, so both ids stay 0.
    stage.methods.on("ApiRenderCloudManager", "uploadCurrentProject", [](const Message&, Message&) {});
}

}  // namespace octane::standin
