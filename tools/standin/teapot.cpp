// Stand-in renderer: tessellates the teapot. The numbers are Martin Newell's, a dataset in general use: lid, rim and body are
// profiles turned about the axis (a quarter turn is one patch, with 0.56 as the circle's constant); handle and spout are two
// patches each, mirrored.
#include "standin/teapot.hpp"

#include <cmath>

namespace octane::standin {
namespace {

constexpr int kSteps = 12;
constexpr float kQuarterCircle = 0.56F;

using Point = std::array<float, 3>;
using Patch = std::array<std::array<Point, 4>, 4>;
using Profile = std::array<std::array<float, 2>, 4>;  // radius and height

constexpr std::array<Profile, 5> kProfiles{{
    {{{1.4F, 2.4F}, {1.3375F, 2.53125F}, {1.4375F, 2.53125F}, {1.5F, 2.4F}}},
    {{{1.5F, 2.4F}, {1.75F, 1.875F}, {2.0F, 1.35F}, {2.0F, 0.9F}}},
    {{{2.0F, 0.9F}, {2.0F, 0.45F}, {1.5F, 0.225F}, {1.5F, 0.15F}}},
    {{{0.0F, 3.15F}, {0.8F, 3.15F}, {0.0F, 2.85F}, {0.2F, 2.7F}}},
    {{{0.2F, 2.7F}, {0.4F, 2.55F}, {1.3F, 2.55F}, {1.3F, 2.4F}}},
}};

// Half of the handle and of the spout: rows of (along, across, height), the other half has the opposite sign across.
constexpr std::array<Patch, 4> kHalves{{
    {{{{{-1.6F, 0, 2.025F}, {-1.6F, -0.3F, 2.025F}, {-1.5F, -0.3F, 2.25F}, {-1.5F, 0, 2.25F}}},
      {{{-2.3F, 0, 2.025F}, {-2.3F, -0.3F, 2.025F}, {-2.5F, -0.3F, 2.25F}, {-2.5F, 0, 2.25F}}},
      {{{-2.7F, 0, 2.025F}, {-2.7F, -0.3F, 2.025F}, {-3.0F, -0.3F, 2.25F}, {-3.0F, 0, 2.25F}}},
      {{{-2.7F, 0, 1.8F}, {-2.7F, -0.3F, 1.8F}, {-3.0F, -0.3F, 1.8F}, {-3.0F, 0, 1.8F}}}}},
    {{{{{-2.7F, 0, 1.8F}, {-2.7F, -0.3F, 1.8F}, {-3.0F, -0.3F, 1.8F}, {-3.0F, 0, 1.8F}}},
      {{{-2.7F, 0, 1.575F}, {-2.7F, -0.3F, 1.575F}, {-3.0F, -0.3F, 1.35F}, {-3.0F, 0, 1.35F}}},
      {{{-2.5F, 0, 1.125F}, {-2.5F, -0.3F, 1.125F}, {-2.65F, -0.3F, 0.9375F}, {-2.65F, 0, 0.9375F}}},
      {{{-2.0F, 0, 0.9F}, {-2.0F, -0.3F, 0.9F}, {-1.9F, -0.3F, 0.6F}, {-1.9F, 0, 0.6F}}}}},
    {{{{{1.7F, 0, 1.425F}, {1.7F, -0.66F, 1.425F}, {1.7F, -0.66F, 0.6F}, {1.7F, 0, 0.6F}}},
      {{{2.6F, 0, 1.425F}, {2.6F, -0.66F, 1.425F}, {3.1F, -0.66F, 0.825F}, {3.1F, 0, 0.825F}}},
      {{{2.3F, 0, 2.1F}, {2.3F, -0.25F, 2.1F}, {2.4F, -0.25F, 2.025F}, {2.4F, 0, 2.025F}}},
      {{{2.7F, 0, 2.4F}, {2.7F, -0.25F, 2.4F}, {3.3F, -0.25F, 2.4F}, {3.3F, 0, 2.4F}}}}},
    {{{{{2.7F, 0, 2.4F}, {2.7F, -0.25F, 2.4F}, {3.3F, -0.25F, 2.4F}, {3.3F, 0, 2.4F}}},
      {{{2.8F, 0, 2.475F}, {2.8F, -0.25F, 2.475F}, {3.525F, -0.25F, 2.49375F}, {3.525F, 0, 2.49375F}}},
      {{{2.9F, 0, 2.475F}, {2.9F, -0.15F, 2.475F}, {3.45F, -0.15F, 2.5125F}, {3.45F, 0, 2.5125F}}},
      {{{2.8F, 0, 2.4F}, {2.8F, -0.15F, 2.4F}, {3.2F, -0.15F, 2.4F}, {3.2F, 0, 2.4F}}}}},
}};

std::array<float, 4> bernstein(float t) {
    const float s = 1 - t;
    return {s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t};
}

std::array<float, 4> bernstein_slope(float t) {
    const float s = 1 - t;
    return {-3 * s * s, 3 * s * s - 6 * s * t, 6 * s * t - 3 * t * t, 3 * t * t};
}

Point weighted(const Patch& patch, const std::array<float, 4>& u, const std::array<float, 4>& v) {
    Point out{};
    for (std::size_t i = 0; i < 4; ++i)
        for (std::size_t j = 0; j < 4; ++j)
            for (std::size_t k = 0; k < 3; ++k) out[k] += u[i] * v[j] * patch[i][j][k];
    return out;
}

Point cross(const Point& a, const Point& b) {
    return {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
}

Point normal_at(const Patch& patch, float u, float v) {
    // At the tip of the lid one side of the patch is a single point; a step inwards has a proper normal.
    for (const float nudge : {0.0F, 1e-3F, 1e-2F}) {
        const float a = u < 0.5F ? u + nudge : u - nudge;
        const Point n =
            cross(weighted(patch, bernstein_slope(a), bernstein(v)), weighted(patch, bernstein(a), bernstein_slope(v)));
        const float length = std::sqrt(n[0] * n[0] + n[1] * n[1] + n[2] * n[2]);
        if (length > 1e-4F) return {n[0] / length, n[1] / length, n[2] / length};
    }
    return {0, 0, 1};
}

// The dataset has z up; the scene has y up. Turning keeps the sense of rotation.
Point turned(const Point& p) {
    return {p[0], p[2], -p[1]};
}

void tessellate(const Patch& patch, bool is_inside_out, TeapotMesh& mesh) {
    const auto base = static_cast<std::uint32_t>(mesh.positions.size());
    for (int i = 0; i <= kSteps; ++i) {
        for (int j = 0; j <= kSteps; ++j) {
            const float u = static_cast<float>(i) / kSteps;
            const float v = static_cast<float>(j) / kSteps;
            Point n = turned(normal_at(patch, u, v));
            if (is_inside_out) n = {-n[0], -n[1], -n[2]};
            mesh.positions.push_back(turned(weighted(patch, bernstein(u), bernstein(v))));
            mesh.normals.push_back(n);
        }
    }
    constexpr std::uint32_t kRow = kSteps + 1;
    for (std::uint32_t i = 0; i < kSteps; ++i) {
        for (std::uint32_t j = 0; j < kSteps; ++j) {
            const std::uint32_t a = base + i * kRow + j;
            if (is_inside_out) {
                mesh.indices.insert(mesh.indices.end(), {a, a + 1, a + kRow + 1, a + kRow});
            } else {
                mesh.indices.insert(mesh.indices.end(), {a, a + kRow, a + kRow + 1, a + 1});
            }
        }
    }
}

Patch quarter(const Profile& profile, int quadrant) {
    static constexpr std::array<std::array<float, 2>, 4> kArc{{{1, 0}, {1, kQuarterCircle}, {kQuarterCircle, 1}, {0, 1}}};
    static constexpr std::array<std::array<float, 2>, 4> kTurns{{{1, 0}, {0, 1}, {-1, 0}, {0, -1}}};
    const auto [cosine, sine] = kTurns[static_cast<std::size_t>(quadrant)];
    Patch patch{};
    for (std::size_t i = 0; i < 4; ++i) {
        for (std::size_t j = 0; j < 4; ++j) {
            const float x = profile[i][0] * kArc[j][0];
            const float y = profile[i][0] * kArc[j][1];
            patch[i][j] = {x * cosine - y * sine, x * sine + y * cosine, profile[i][1]};
        }
    }
    return patch;
}

TeapotMesh build() {
    TeapotMesh mesh;
    for (const Profile& profile : kProfiles)
        for (int quadrant = 0; quadrant < 4; ++quadrant) tessellate(quarter(profile, quadrant), false, mesh);
    for (const Patch& half : kHalves) {
        Patch other = half;
        for (auto& row : other)
            for (auto& point : row) point[1] = -point[1];
        tessellate(half, true, mesh);  // its rows and columns turn the other way round
        tessellate(other, false, mesh);
    }
    return mesh;
}

}  // namespace

const TeapotMesh& teapot_mesh() {
    static const TeapotMesh kMesh = build();
    return kMesh;
}

}  // namespace octane::standin
