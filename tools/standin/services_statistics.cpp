// Stand-in renderer: ApiRenderEngine: devices, memory and statistics. It has one device, the processor.
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "standin/fields.hpp"
#include "standin/services.hpp"
#include "standin/teapot.hpp"

namespace octane::standin {
namespace {

void put_statistics(const Stage& stage, Message& statistics) {
    const RenderStatus status = stage.engine.renderer().status();
    const ViewSettings& settings = stage.engine.settings();
    for (const char* size : {"setSize", "usedSize"}) {
        put(sub(statistics, size), "x", status.width);
        put(sub(statistics, size), "y", status.height);
    }
    put(statistics, "subSampleMode", settings.sub_sampling);
    put(statistics, "upSamplingRatio", 1.0F);
    put(statistics, "bufferType", static_cast<int>(settings.buffer_type));
    put(statistics, "colorSpace", settings.buffer_type == BufferType::ldr ? 1 : 2);
    put(statistics, "isLinear", settings.buffer_type != BufferType::ldr);
    put(statistics, "premultipliedAlphaType", 1);
    put(sub(statistics, "changeLevel"), "value", status.image_level);
    for (const int pass : settings.passes) append_integer(sub(statistics, "tonemapPasses"), "data", pass);
    put(statistics, "tonemapPassesCount", settings.passes.size());
    put(statistics, "beautySamplesPerPixel", status.samples);
    put(statistics, "beautyMaxSamplesPerPixel", status.max_samples);
    put(statistics, "beautySamplesPerSecond", status.samples_per_second);
    put(statistics, "regionSamplesPerPixel", settings.region.is_active ? status.samples : 0);
    put(statistics, "state", static_cast<int>(status.state));
    put(statistics, "renderTime", status.render_time);
    if (status.samples > 0) put(statistics, "estimatedRenderTime", status.render_time / status.samples * status.max_samples);
}

void add_devices(Stage& stage) {
    Methods& methods = stage.methods;
    methods.on("ApiRenderEngine", "getDeviceCount", [](const Message&, Message& reply) { put(reply, "result", 1); });
    methods.on("ApiRenderEngine", "getDeviceName", [](const Message& request, Message& reply) {
        if (integer(request, "index") == 0) put(reply, "result", "Stand-in (CPU)");
    });
    for (const char* yes : {"isSupportedDevice", "deviceCanRender", "isDeviceUsedForRendering"})
        methods.on("ApiRenderEngine", yes,
                   [](const Message& request, Message& reply) { put(reply, "result", integer(request, "index") == 0); });
    for (const char* no :
         {"deviceCanDenoise", "deviceSupportsHardwareRayTracing", "deviceUsesHardwareRayTracing", "deviceUsesPriority"})
        methods.on("ApiRenderEngine", no, [](const Message&, Message& reply) { put(reply, "result", false); });
    methods.on("ApiRenderEngine", "imageDeviceIndex", [](const Message&, Message& reply) { put(reply, "result", 0); });
    methods.on("ApiRenderEngine", "deviceSharedSurfaceInfo", [](const Message&, Message& reply) { sub(reply, "result"); });
    methods.on("ApiRenderEngine", "getMemoryUsage", [&stage](const Message&, Message& reply) {
        const RenderStatus status = stage.engine.renderer().status();
        put(sub(reply, "memUsage"), "usedDeviceMemory", std::uint64_t{16} * status.width * status.height);
    });
    methods.on("ApiRenderEngine", "getResourceStatistics", [&stage](const Message&, Message& reply) {
        const RenderStatus status = stage.engine.renderer().status();
        put(sub(reply, "resourceStats"), "filmDataSize", std::uint64_t{16} * status.width * status.height);
        put(sub(reply, "resourceStats"), "geometryDataSize",
            teapot_mesh().positions.size() * 24 + teapot_mesh().indices.size() * 4);
    });
}

}  // namespace

void add_statistics_methods(Stage& stage) {
    Methods& methods = stage.methods;
    for (const char* name : {"getRenderStatistics", "getRenderResultStatistics"})
        methods.on("ApiRenderEngine", name,
                   [&stage](const Message&, Message& reply) { put_statistics(stage, sub(reply, "statistics")); });
    methods.on("ApiRenderEngine", "getGeometryStatistics", [&stage](const Message&, Message& reply) {
        put(sub(reply, "stats"), "triCount", stage.scene.teapot() == 0 ? 0 : teapot_mesh().face_count() * 2);
        put(sub(reply, "stats"), "instanceCount", stage.scene.teapot() == 0 ? 0 : 1);
    });
    methods.on("ApiRenderEngine", "getTexturesStatistics", [](const Message&, Message& reply) { sub(reply, "textureStats"); });
    methods.on("ApiRenderEngine", "getSceneBounds", [&stage](const Message&, Message& reply) {
        if (stage.scene.item(stage.scene.teapot()) == nullptr) return;
        Vec3 least = teapot_mesh().positions.front();
        Vec3 most = least;
        for (const Vec3& p : teapot_mesh().positions)
            for (std::size_t i = 0; i < 3; ++i) {
                least[i] = std::min(least[i], p[i]);
                most[i] = std::max(most[i], p[i]);
            }
        put(reply, "result", true);
        put_xyz(sub(reply, "bboxMin"), least);
        put_xyz(sub(reply, "bboxMax"), most);
    });
    add_devices(stage);
}

}  // namespace octane::standin
