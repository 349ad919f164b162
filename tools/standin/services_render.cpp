// Stand-in renderer: ApiRenderEngine: the render target and the course of a render.
#include "standin/fields.hpp"
#include "standin/services.hpp"

namespace octane::standin {
namespace {

void add_target(Stage& stage) {
    Methods& methods = stage.methods;
    methods.on("ApiRenderEngine", "setRenderTargetNode", [&stage](const Message& request, Message& reply) {
        const Message* ref = part(request, "targetNode");
        const bool is_null = ref == nullptr || integer(*ref, "handle") == 0;
        const Handle target = is_null ? 0 : node_of(stage, request, "targetNode").handle;
        put(reply, "result", stage.engine.set_target(target));
    });
    methods.on("ApiRenderEngine", "getRenderTargetNode",
               [&stage](const Message&, Message& reply) { put_ref(reply, "result", stage.engine.target(), ObjectType::node); });
    methods.on("ApiRenderEngine", "getRenderGeometryNode", [&stage](const Message&, Message& reply) {
        put_item(reply, "result", stage.scene.follow(stage.engine.target_item(), {"P_MESH"}), ObjectType::node);
    });
    methods.on("ApiRenderEngine", "getRenderCameraNode", [&stage](const Message&, Message& reply) {
        put_item(reply, "result", stage.scene.follow(stage.engine.target_item(), {"P_CAMERA"}), ObjectType::node);
    });
}

void add_course(Stage& stage) {
    Methods& methods = stage.methods;
    methods.on("ApiRenderEngine", "pauseRendering", [&stage](const Message&, Message&) { stage.engine.renderer().pause(); });
    methods.on("ApiRenderEngine", "continueRendering", [&stage](const Message&, Message&) { stage.engine.renderer().proceed(); });
    methods.on("ApiRenderEngine", "restartRendering", [&stage](const Message&, Message&) { stage.engine.restart(); });
    methods.on("ApiRenderEngine", "stopRendering", [&stage](const Message&, Message&) { stage.engine.stop(); });
    methods.on("ApiRenderEngine", "isRenderingPaused", [&stage](const Message&, Message& reply) {
        put(reply, "result", stage.engine.renderer().status().state == RenderState::paused);
    });
    for (const char* never :
         {"isCompiling", "isCompressingTextures", "hasPendingRenderData", "isRenderFailure", "updatesAreAsync",
          "deepImageEnabled1", "deepPassesEnabled", "canSaveDeepImage", "outOfCoreEnabled"})
        methods.on("ApiRenderEngine", never, [](const Message&, Message& reply) { put(reply, "result", false); });
    methods.on("ApiRenderEngine", "resetRenderFailure", [](const Message&, Message&) {});
    methods.on("ApiRenderEngine", "isImageReady",
               [&stage](const Message&, Message& reply) { put(reply, "result", stage.publisher.newest() != nullptr); });
}

void add_levels(Stage& stage) {
    Methods& methods = stage.methods;
    methods.on("ApiRenderEngine", "getCurrentChangeLevel",
               [&stage](const Message&, Message& reply) { put(sub(reply, "result"), "value", stage.engine.level()); });
    methods.on("ApiRenderEngine", "getRenderImageChangeLevel", [&stage](const Message&, Message& reply) {
        put(sub(reply, "result"), "value", stage.engine.renderer().status().image_level);
    });
    methods.on("ApiRenderEngine", "getRenderRestartedChangeLevel",
               [&stage](const Message&, Message& reply) { put(sub(reply, "result"), "value", stage.engine.restarted_level()); });
}

}  // namespace

void add_render_methods(Stage& stage) {
    add_target(stage);
    add_course(stage);
    add_levels(stage);
}

}  // namespace octane::standin
