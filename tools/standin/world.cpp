// Stand-in renderer: wiring.
#include "standin/world.hpp"

#include <algorithm>
#include <thread>
#include <utility>

namespace octane::standin {
namespace {

std::uint32_t renderer_threads(const Options& options) {
    if (options.threads > 0) return options.threads;
    return std::max(1U, std::thread::hardware_concurrency() / 2);
}

}  // namespace

World::World(Options given)
    : options(std::move(given)),
      schema(options.release),
      hub(counters),
      messages(schema, options.truncates_hdr, options.sends_zero_images),
      publisher(messages, hub, counters, options),
      renderer(publisher, options.pattern.is_on ? 1 : renderer_threads(options), options.has_pending_updates),
      pattern(options, publisher, hub),
      scene(schema, options.width, options.height, options.samples),
      engine(scene, renderer, publisher, !options.pattern.is_on),
      methods(schema),
      stage{options, schema, methods, scene, engine, publisher, projects},
      server({options, schema, methods, faults, counters, hub, application,
              [this](const Message& camera) { apply_camera(engine, camera); }}) {
    for (const auto& text : options.stall) faults.add_stall(text);
    for (const auto& text : options.fail) faults.add_failure(text);
    for (const auto& text : options.crash) faults.crash(text);
    for (auto* add : {add_info_methods,
                      add_project_methods,
                      add_item_methods,
                      add_attribute_methods,
                      add_value_methods,
                      add_node_methods,
                      add_connection_methods,
                      add_pin_value_methods,
                      add_graph_methods,
                      add_array_methods,
                      add_render_methods,
                      add_render_setting_methods,
                      add_statistics_methods,
                      add_frame_methods,
                      add_picture_methods,
                      add_saving_methods,
                      add_camera_methods,
                      add_local_library_methods,
                      add_material_library_methods,
                      add_cloud_methods})
        add(stage);
    scene.set_least_nodes(options.scene_nodes);
    scene.load_teapot("teapot.orbx");
}

int World::start() {
    faults.wait(options.slow_start);
    const int port = server.start();
    if (!options.starts_without_target) {
        const std::lock_guard lock(application);
        engine.set_target(scene.render_target());
    }
    pattern.start();
    return port;
}

void World::stop() {
    server.stop();
    pattern.stop();
}

}  // namespace octane::standin
