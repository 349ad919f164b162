// Stand-in renderer: render target, change level and publication of edits.
#include "standin/engine.hpp"

#include <utility>

namespace octane::standin {

Handle Engine::target() const {
    return scene_.item(target_) == nullptr ? 0 : target_;
}

void Engine::show() {
    restarted_level_ = level_;
    if (const Item* item = target_item(); item != nullptr && renders_) renderer_.show(view_of(scene_, *item, settings_), level_);
}

bool Engine::set_target(Handle target) {
    if (target == 0) {
        stop();
        return true;
    }
    const Item* item = scene_.item(target);
    if (item == nullptr || item->out_type != scene_.schema().number("NodePinType", "PT_RENDERTARGET")) return false;
    target_ = target;
    scene_.take_edits();
    ++level_;
    show();
    return true;
}

void Engine::update() {
    if (!scene_.take_edits()) return;
    ++level_;
    if (target() == 0) {
        renderer_.stop();
    } else {
        show();
    }
}

void Engine::stop() {
    target_ = 0;
    level_ = restarted_level_ = 0;
    renderer_.stop();
}

void Engine::project_changed() {
    stop();
    publisher_.forget_newest();
    publisher_.announce_project_change();
}

bool Engine::set_camera(const Camera& camera) {
    Item* node = scene_.follow(target_item(), {"P_CAMERA"});
    if (node == nullptr) return false;
    const auto set = [&](const char* pin, const Vec3& v) {
        Item* value = scene_.follow(node, {pin});
        Attribute* attribute = value == nullptr ? nullptr : value->attribute(scene_.schema().number("AttributeId", "A_VALUE"));
        if (attribute != nullptr)
            scene_.set_value(*value, *attribute, Value::floats(AttributeType::float4, {v[0], v[1], v[2], 0}));
    };
    set("P_POSITION", camera.position);
    set("P_TARGET", camera.target);
    set("P_UP", camera.up);
    set("P_FOV", {camera.fov, 0, 0});
    update();
    return true;
}

void Engine::set_settings(ViewSettings settings) {
    settings_ = std::move(settings);
    show();
}

}  // namespace octane::standin
