// Stand-in renderer: ApiRenderEngine: settings that are not nodes.
#include <algorithm>
#include <utility>
#include <vector>

#include "standin/fields.hpp"
#include "standin/services.hpp"

namespace octane::standin {
namespace {

void add_modes(Stage& stage) {
    Methods& methods = stage.methods;
    methods.on("ApiRenderEngine", "clayMode",
               [&stage](const Message&, Message& reply) { put(reply, "result", stage.engine.settings().clay_mode); });
    methods.on("ApiRenderEngine", "setClayMode", [&stage](const Message& request, Message&) {
        ViewSettings settings = stage.engine.settings();
        settings.clay_mode = static_cast<int>(std::clamp<std::int64_t>(integer(request, "mode"), 0, 2));
        stage.engine.set_settings(std::move(settings));
    });
    methods.on("ApiRenderEngine", "getSubSampleMode",
               [&stage](const Message&, Message& reply) { put(reply, "result", stage.engine.settings().sub_sampling); });
    methods.on("ApiRenderEngine", "setSubSampleMode", [&stage](const Message& request, Message&) {
        const auto mode = integer(request, "mode");
        if (mode != 1 && mode != 2 && mode != 4) invalid_argument("invalid sub-sample mode");
        ViewSettings settings = stage.engine.settings();
        settings.sub_sampling = static_cast<int>(mode);
        stage.engine.set_settings(std::move(settings));
    });
    methods.on("ApiRenderEngine", "renderPriority",
               [&stage](const Message&, Message& reply) { put(reply, "result", stage.engine.priority); });
    methods.on("ApiRenderEngine", "setRenderPriority", [&stage](const Message& request, Message&) {
        stage.engine.priority = static_cast<int>(integer(request, "priority"));
    });
    methods.on("ApiRenderEngine", "fps", [&stage](const Message&, Message& reply) { put(reply, "result", stage.engine.fps); });
    methods.on("ApiRenderEngine", "setFps",
               [&stage](const Message& request, Message&) { stage.engine.fps = static_cast<float>(number(request, "fps")); });
    methods.on("ApiRenderEngine", "getRealTime",
               [&stage](const Message&, Message& reply) { put(reply, "result", stage.engine.is_real_time); });
    methods.on("ApiRenderEngine", "getSharedSurfaceOutputType", [](const Message&, Message& reply) { put(reply, "result", 0); });
    methods.on("ApiRenderEngine", "setSharedSurfaceOutputType",
               [&stage](const Message& request, Message&) { stage.engine.is_real_time = integer(request, "realTime") != 0; });
}

void add_region(Stage& stage) {
    stage.methods.on("ApiRenderEngine", "getRenderRegion", [&stage](const Message&, Message& reply) {
        const Region& region = stage.engine.settings().region;
        put(reply, "active", region.is_active);
        put(sub(reply, "regionMin"), "x", region.least[0]);
        put(sub(reply, "regionMin"), "y", region.least[1]);
        put(sub(reply, "regionMax"), "x", region.most[0]);
        put(sub(reply, "regionMax"), "y", region.most[1]);
        put(reply, "featherWidth", region.feather);
    });
    stage.methods.on("ApiRenderEngine", "setRenderRegion", [&stage](const Message& request, Message&) {
        ViewSettings settings = stage.engine.settings();
        Region region;
        region.is_active = integer(request, "active") != 0;
        if (const Message* least = part(request, "regionMin"))
            region.least = {static_cast<std::uint32_t>(integer(*least, "x")), static_cast<std::uint32_t>(integer(*least, "y"))};
        if (const Message* most = part(request, "regionMax"))
            region.most = {static_cast<std::uint32_t>(integer(*most, "x")), static_cast<std::uint32_t>(integer(*most, "y"))};
        region.feather = static_cast<std::uint32_t>(integer(request, "featherWidth"));
        settings.region = region;
        stage.engine.set_settings(std::move(settings));
    });
}

void set_tonemap(Stage& stage, const Message& request) {
    const auto type = integer(request, "bufferType");
    if (type < 0 || type > 2) invalid_argument("invalid buffer type");
    ViewSettings settings = stage.engine.settings();
    settings.buffer_type = static_cast<BufferType>(type);
    stage.engine.set_settings(std::move(settings));
}

void add_tonemap(Stage& stage) {
    Methods& methods = stage.methods;
    for (const char* name : {"setAsyncTonemapParams", "setAsyncTonemapParams1"})
        methods.on("ApiRenderEngine", name, [&stage](const Message& request, Message&) { set_tonemap(stage, request); });
    methods.on("ApiRenderEngine", "asyncTonemapBufferType", [&stage](const Message&, Message& reply) {
        put(reply, "result", static_cast<int>(stage.engine.settings().buffer_type));
    });
    methods.on("ApiRenderEngine", "asyncTonemapPremultipliedAlphaType",
               [](const Message&, Message& reply) { put(reply, "result", 1); });
    methods.on("ApiRenderEngine", "setAsyncTonemapRenderPasses", [&stage](const Message& request, Message& reply) {
        std::vector<int> passes;
        if (const Message* list = part(request, "tonemapPasses")) {
            const auto* data = field(*list, "data");
            for (int i = 0; i < list->GetReflection()->FieldSize(*list, data); ++i)
                passes.push_back(list->GetReflection()->GetRepeatedEnumValue(*list, data, i));
        }
        const bool is_known = !passes.empty() && passes.size() <= 16 && std::all_of(passes.begin(), passes.end(), is_known_pass);
        put(reply, "result", is_known);
        if (!is_known) return;
        ViewSettings settings = stage.engine.settings();
        settings.passes = std::move(passes);
        stage.engine.set_settings(std::move(settings));
    });
    methods.on("ApiRenderEngine", "getEnabledAovs", [](const Message&, Message& reply) {
        for (const int pass : {kBeautyPass, kNormalPass}) append_integer(sub(reply, "aovIds"), "data", pass);
    });
    methods.on("ApiRenderEngine", "displayRenderPassId",
               [](const Message&, Message& reply) { put(reply, "result", kBeautyPass); });
}

}  // namespace

void add_render_setting_methods(Stage& stage) {
    add_modes(stage);
    add_region(stage);
    add_tonemap(stage);
}

}  // namespace octane::standin
