// Stand-in renderer: what ApiRenderEngine, ApiChangeManager and LiveLink do to scene and renderer together: the render target,
// the change level and the settings that are not nodes. Used by handlers only, which run one at a time.
#pragma once

#include <cstdint>

#include "standin/renderer.hpp"
#include "standin/scene.hpp"

namespace octane::standin {

class Engine {
  public:
    Engine(Scene& scene, Renderer& renderer, Publisher& publisher, bool renders)
        : scene_(scene), renderer_(renderer), publisher_(publisher), renders_(renders) {}

    bool set_target(Handle target);  // 0 stops; false if it is no render target
    Handle target() const;           // 0 if there is none or it was destroyed
    Item* target_item() const { return scene_.item(target()); }
    void update();  // publishes edits, if there are any
    void stop();
    void restart() { renderer_.restart(); }
    // After load, reset and new project: no target, level 0, and the event that says so.
    void project_changed();

    bool camera(Camera& out) const { return read_camera(scene_, target_item(), out); }
    bool set_camera(const Camera& camera);  // false without a render target or camera

    std::uint64_t level() const { return level_; }
    std::uint64_t restarted_level() const { return restarted_level_; }
    const ViewSettings& settings() const { return settings_; }
    void set_settings(ViewSettings settings);  // restarts the picture if they differ
    Renderer& renderer() { return renderer_; }

    int priority = 1;
    float fps = 30;
    bool is_real_time = false;
    std::uint64_t dialogs = 0;  // how often Octane would have opened a dialog and waited for somebody

  private:
    void show();

    Scene& scene_;
    Renderer& renderer_;
    Publisher& publisher_;
    const bool renders_;  // false in pattern mode
    Handle target_ = 0;
    std::uint64_t level_ = 0;
    std::uint64_t restarted_level_ = 0;
    ViewSettings settings_;
};

}  // namespace octane::standin
