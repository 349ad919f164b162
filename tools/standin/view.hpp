// Stand-in renderer: everything the path tracer needs to know, taken from the node graph when edits are published.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "standin/scene.hpp"

namespace octane::standin {

using Vec3 = std::array<float, 3>;

struct Camera {
    Vec3 position{5, 3, 5};
    Vec3 target{0, 0, 0};
    Vec3 up{0, 1, 0};
    float fov = 45;  // degrees, horizontal
    float aperture_radius = 0;
    float focal_depth = 0;  // 0: on what stands in the middle of the picture
    bool is_orthographic = false;
    float scale = 1;  // width of an orthographic view

    bool operator==(const Camera&) const = default;
};

struct Region {
    bool is_active = false;
    std::array<std::uint32_t, 2> least{};
    std::array<std::uint32_t, 2> most{};  // last column and row inside
    std::uint32_t feather = 0;
};

enum class BufferType : int { ldr = 0, hdr_float = 1, hdr_half = 2 };

// What ApiRenderEngine sets, beside the scene.
struct ViewSettings {
    int clay_mode = 0;
    int sub_sampling = 1;
    Region region;
    BufferType buffer_type = BufferType::ldr;
    std::vector<int> passes{0};
};

struct View {
    Camera camera;
    std::uint32_t width = 1024;
    std::uint32_t height = 512;
    std::uint32_t max_samples = 500;
    int diffuse_depth = 2;
    bool has_mesh = false;
    Vec3 diffuse{0.7F, 0.7F, 0.7F};
    bool is_daylight = true;
    Vec3 sun{0, 1, 0};
    float turbidity = 2.4F;
    float sky_power = 1;
    float sun_power = 1;
    Vec3 constant_sky{1, 1, 1};  // of a texture environment
    float exposure = 1;
    float gamma = 1;
    ViewSettings settings;
};

constexpr int kBeautyPass = 0;

// What the render target shows.
View view_of(const Scene& scene, const Item& render_target, const ViewSettings& settings);
// The camera of the render target; false if it has none.
bool read_camera(const Scene& scene, const Item* render_target, Camera& camera);

}  // namespace octane::standin
