// Stand-in renderer: cameras, daylight and the paths of light.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "standin/tracer.hpp"

namespace octane::standin {
namespace {

constexpr float kPi = std::numbers::pi_v<float>;
constexpr float kSunRadius = 0.02F;  // wider than the real sun, so that shadows have soft edges
constexpr float kHaze = 90;          // distance after which the ground turns into the horizon

// Small counter-based generator (SplitMix64): the seed of a path follows from pixel and sample number alone.
float next_random(std::uint64_t& seed) {
    seed += 0x9e3779b97f4a7c15ULL;
    std::uint64_t z = seed;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return static_cast<float>((z ^ (z >> 31)) >> 40) * 0x1p-24F;
}

Vec3 around(const Vec3& n, float x, float y, float z) {
    const Frame3 frame = frame_around(n);
    return frame.x * x + frame.y * y + n * z;
}

Vec3 cosine_direction(const Vec3& n, std::uint64_t& seed) {
    const float u = next_random(seed);
    const float angle = 2 * kPi * next_random(seed);
    const float r = std::sqrt(u);
    return normalized(around(n, r * std::cos(angle), r * std::sin(angle), std::sqrt(std::max(0.0F, 1 - u))), n);
}

float luminance(const Vec3& c) {
    return 0.2126F * c[0] + 0.7152F * c[1] + 0.0722F * c[2];
}

}  // namespace

Tracer::Shot::Shot(const Tracer& tracer, const View& view) : tracer_(tracer), view_(view) {
    const Camera& camera = view_.camera;
    forward_ = normalized(camera.target - camera.position, {0, 0, -1});
    right_ = normalized(cross(forward_, camera.up), frame_around(forward_).x);
    up_ = cross(right_, forward_);
    half_width_ = camera.is_orthographic ? camera.scale / 2 : std::tan(std::clamp(camera.fov, 0.1F, 179.0F) * kPi / 360);
    focal_ = camera.focal_depth;
    if (focal_ <= 0) {
        const auto middle = tracer_.trace_ray(camera.position, forward_, view_.has_mesh);
        focal_ = middle ? middle->distance : std::max(1.0F, length(camera.target - camera.position));
    }

    sun_ = normalized(view_.sun);
    const float altitude = std::clamp(sun_[1], 0.0F, 1.0F);
    const float haze = std::clamp((view_.turbidity - 2) / 13, 0.0F, 1.0F);
    const float day = std::clamp(sun_[1] * 6 + 0.3F, 0.02F, 1.0F);
    const Vec3 warm = mixed({1.0F, 0.45F, 0.18F}, {1.0F, 0.93F, 0.84F}, std::sqrt(altitude));
    sun_color_ = warm * (sun_[1] > -0.02F ? 1.5F * (1 - 0.6F * haze) * std::min(1.0F, altitude * 5 + 0.05F) : 0.0F);
    zenith_ = mixed({0.09F, 0.19F, 0.43F}, {0.34F, 0.38F, 0.45F}, haze) * day;
    horizon_ =
        mixed(mixed({0.7F, 0.4F, 0.25F}, {0.44F, 0.54F, 0.66F}, std::min(1.0F, altitude * 3)), {0.6F, 0.59F, 0.57F}, haze) * day;
    sun_color_ = sun_color_ * (view_.sky_power * view_.sun_power);
    zenith_ = zenith_ * view_.sky_power;
    horizon_ = horizon_ * view_.sky_power;
    if (!view_.is_daylight) {
        sun_color_ = {0, 0, 0};
        zenith_ = horizon_ = view_.constant_sky * view_.sky_power;
    }

    mesh_color_ = view_.diffuse;
    ground_color_ = {0.42F, 0.38F, 0.34F};
    if (view_.settings.clay_mode != 0) {
        mesh_color_ = view_.settings.clay_mode == 1 ? Vec3{0.7F, 0.7F, 0.7F}
                                                    : Vec3{0.7F, 0.7F, 0.7F} * (0.5F + 0.5F * luminance(mesh_color_));
        ground_color_ = {0.7F, 0.7F, 0.7F};
    }
    for (float& channel : mesh_color_) channel = std::clamp(channel, 0.0F, 1.0F);
}

Tracer::Shot::Ray Tracer::Shot::camera_ray(float x, float y, float lens_u, float lens_v) const {
    const auto width = static_cast<float>(view_.width);
    const float across = (2 * x / width - 1) * half_width_;
    const float down = (2 * y - static_cast<float>(view_.height)) / width * half_width_;
    const Camera& camera = view_.camera;
    if (camera.is_orthographic) return {camera.position + right_ * across - up_ * down, forward_};
    const Vec3 direction = forward_ + right_ * across - up_ * down;
    if (camera.aperture_radius <= 0) return {camera.position, normalized(direction)};
    const float r = camera.aperture_radius * std::sqrt(lens_u);
    const float angle = 2 * kPi * lens_v;
    const Vec3 from = camera.position + right_ * (r * std::cos(angle)) + up_ * (r * std::sin(angle));
    return {from, normalized(camera.position + direction * focal_ - from)};
}

Vec3 Tracer::Shot::sky(const Vec3& direction) const {
    const float height = std::max(direction[1], 0.0F);
    Vec3 color = mixed(horizon_, zenith_, std::sqrt(height));
    const float towards_sun = std::max(0.0F, dot(direction, sun_));
    color = color + sun_color_ * (0.12F * std::pow(towards_sun, 24.0F));
    return color;
}

Vec3 Tracer::Shot::shade(Ray ray, const Hit& first, int bounces, std::uint64_t& seed) const {
    Vec3 light{};
    Vec3 carried{1, 1, 1};
    Hit hit = first;
    for (int bounce = 0;; ++bounce) {
        const float fog = hit.is_mesh ? 0 : 1 - std::exp(-hit.distance / kHaze);
        light = light + carried * horizon_ * fog;
        carried = carried * (hit.is_mesh ? mesh_color_ : ground_color_) * (1 - fog);

        const float angle = 2 * kPi * next_random(seed);
        const float r = kSunRadius * std::sqrt(next_random(seed));
        const Vec3 to_sun = normalized(around(sun_, r * std::cos(angle), r * std::sin(angle), 1), sun_);
        const float facing = dot(hit.smooth_normal, to_sun);
        const Vec3 from = hit.position + hit.geometric_normal * 2e-3F;
        if (facing > 0 && dot(hit.geometric_normal, to_sun) > 0 && !tracer_.is_blocked(from, to_sun, view_.has_mesh))
            light = light + carried * sun_color_ * facing;

        ray = {from, cosine_direction(hit.smooth_normal, seed)};
        if (dot(ray.to, hit.geometric_normal) <= 0) return light;
        const auto next = tracer_.trace_ray(ray.from, ray.to, view_.has_mesh);
        if (!next) return light + carried * sky(ray.to);
        if (bounce >= bounces) return light;
        hit = *next;
    }
}

Sample Tracer::Shot::sample(std::uint32_t x, std::uint32_t y, std::uint32_t index, int bounces) const {
    std::uint64_t seed = (std::uint64_t{y} << 32 | x) * 0xd1342543de82ef95ULL + std::uint64_t{index} * 0x2545f4914f6cdd1dULL;
    next_random(seed);
    const float dx = next_random(seed);
    const float dy = next_random(seed);
    const float lens_u = next_random(seed);
    const float lens_v = next_random(seed);
    const Ray ray = camera_ray(static_cast<float>(x) + dx, static_cast<float>(y) + dy, lens_u, lens_v);
    const auto hit = tracer_.trace_ray(ray.from, ray.to, view_.has_mesh);
    if (!hit) return {sky(ray.to), {}};
    return {shade(ray, *hit, bounces, seed), hit->smooth_normal};
}

std::optional<Hit> Tracer::Shot::pick(float x, float y) const {
    const Ray ray = camera_ray(x, y, 0, 0);
    return tracer_.trace_ray(ray.from, ray.to, view_.has_mesh);
}

}  // namespace octane::standin
