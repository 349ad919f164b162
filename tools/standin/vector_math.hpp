// Stand-in renderer: the few vector operations of the path tracer.
#pragma once

#include <array>
#include <cmath>

namespace octane::standin {

using Vec3 = std::array<float, 3>;

constexpr Vec3 operator+(const Vec3& a, const Vec3& b) {
    return {a[0] + b[0], a[1] + b[1], a[2] + b[2]};
}
constexpr Vec3 operator-(const Vec3& a, const Vec3& b) {
    return {a[0] - b[0], a[1] - b[1], a[2] - b[2]};
}
constexpr Vec3 operator*(const Vec3& a, const Vec3& b) {
    return {a[0] * b[0], a[1] * b[1], a[2] * b[2]};
}
constexpr Vec3 operator*(const Vec3& a, float s) {
    return {a[0] * s, a[1] * s, a[2] * s};
}
constexpr float dot(const Vec3& a, const Vec3& b) {
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}
constexpr Vec3 cross(const Vec3& a, const Vec3& b) {
    return {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
}
inline float length(const Vec3& a) {
    return std::sqrt(dot(a, a));
}
// A vector too short to have a direction gives the fallback.
inline Vec3 normalized(const Vec3& a, const Vec3& fallback = {0, 1, 0}) {
    const float l = length(a);
    return l > 1e-20F ? a * (1 / l) : fallback;
}
constexpr Vec3 mixed(const Vec3& a, const Vec3& b, float t) {
    return a * (1 - t) + b * t;
}

// Two directions that make a right-handed frame with n.
struct Frame3 {
    Vec3 x;
    Vec3 y;
};
inline Frame3 frame_around(const Vec3& n) {
    const Vec3 helper = std::abs(n[0]) > 0.9F ? Vec3{0, 1, 0} : Vec3{1, 0, 0};
    const Vec3 x = normalized(cross(helper, n));
    return {x, cross(n, x)};
}

}  // namespace octane::standin
