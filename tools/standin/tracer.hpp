// Stand-in renderer: light paths through the teapot scene. Stateless between samples; used by many threads at once.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "standin/vector_math.hpp"
#include "standin/view.hpp"

namespace octane::standin {

// What one camera path brought home.
struct Sample {
    Vec3 radiance{};
    Vec3 normal{};  // of the first hit; zero where the ray met nothing
};

struct Hit {
    Vec3 position{};
    Vec3 geometric_normal{};
    Vec3 smooth_normal{};
    float distance = 0;
    bool is_mesh = false;  // else the ground
};

class Tracer {
  public:
    Tracer();  // builds the geometry; std::runtime_error if Embree cannot
    ~Tracer();
    Tracer(const Tracer&) = delete;
    Tracer& operator=(const Tracer&) = delete;

    // A view with what is the same for all its samples.
    class Shot {
      public:
        Shot(const Tracer& tracer, const View& view);
        // The index-th path through a pixel, with at most so many bounces. The same arguments give the same sample, whatever
        // thread asks.
        Sample sample(std::uint32_t x, std::uint32_t y, std::uint32_t index, int bounces) const;
        Sample sample(std::uint32_t x, std::uint32_t y, std::uint32_t index) const {
            return sample(x, y, index, view_.diffuse_depth);
        }
        std::optional<Hit> pick(float x, float y) const;

      private:
        struct Ray {
            Vec3 from;
            Vec3 to;
        };
        Ray camera_ray(float x, float y, float lens_u, float lens_v) const;
        Vec3 sky(const Vec3& direction) const;
        Vec3 shade(Ray ray, const Hit& first, int bounces, std::uint64_t& seed) const;

        const Tracer& tracer_;
        const View view_;
        Vec3 right_{};
        Vec3 up_{};
        Vec3 forward_{};
        float half_width_ = 1;
        float focal_ = 1;
        Vec3 sun_{};
        Vec3 sun_color_{};
        Vec3 zenith_{};
        Vec3 horizon_{};
        Vec3 mesh_color_{};
        Vec3 ground_color_{};
    };

  private:
    std::optional<Hit> trace_ray(const Vec3& from, const Vec3& direction, bool sees_mesh) const;
    bool is_blocked(const Vec3& from, const Vec3& direction, bool sees_mesh) const;

    struct Embree;
    std::unique_ptr<Embree> embree_;
};

}  // namespace octane::standin
