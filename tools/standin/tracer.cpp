// Stand-in renderer: geometry and rays, through Embree.
#include "standin/tracer.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <stdexcept>

#include "standin/embree.hpp"
#include "standin/teapot.hpp"

namespace octane::standin {
namespace {

constexpr float kGroundHalfSize = 400;
constexpr float kNearest = 1e-3F;

void put_ray(RTCRay& ray, const Vec3& from, const Vec3& direction) {
    ray.org_x = from[0];
    ray.org_y = from[1];
    ray.org_z = from[2];
    ray.dir_x = direction[0];
    ray.dir_y = direction[1];
    ray.dir_z = direction[2];
    ray.tnear = kNearest;
    ray.tfar = std::numeric_limits<float>::infinity();
    ray.time = 0;
    ray.mask = ~0U;
    ray.id = 0;
    ray.flags = 0;
}

}  // namespace

struct Tracer::Embree {
    RTCDevice device = nullptr;
    RTCScene mesh = nullptr;    // teapot and ground
    RTCScene ground = nullptr;  // the ground alone, for scenes without the mesh

    ~Embree() {
        if (mesh != nullptr) rtcReleaseScene(mesh);
        if (ground != nullptr) rtcReleaseScene(ground);
        if (device != nullptr) rtcReleaseDevice(device);
    }
};

namespace {

constexpr unsigned kMeshGeometry = 0;
constexpr unsigned kGroundGeometry = 1;

void attach_mesh(RTCDevice device, RTCScene scene) {
    const TeapotMesh& teapot = teapot_mesh();
    RTCGeometry geometry = rtcNewGeometry(device, RTC_GEOMETRY_TYPE_QUAD);
    auto* vertices = static_cast<float*>(rtcSetNewGeometryBuffer(geometry, RTC_BUFFER_TYPE_VERTEX, 0, RTC_FORMAT_FLOAT3,
                                                                 3 * sizeof(float), teapot.positions.size()));
    for (const auto& p : teapot.positions) vertices = std::copy(p.begin(), p.end(), vertices);
    auto* quads = static_cast<std::uint32_t*>(rtcSetNewGeometryBuffer(geometry, RTC_BUFFER_TYPE_INDEX, 0, RTC_FORMAT_UINT4,
                                                                      4 * sizeof(std::uint32_t), teapot.face_count()));
    std::copy(teapot.indices.begin(), teapot.indices.end(), quads);
    rtcSetGeometryVertexAttributeCount(geometry, 1);
    auto* normals = static_cast<float*>(rtcSetNewGeometryBuffer(geometry, RTC_BUFFER_TYPE_VERTEX_ATTRIBUTE, 0, RTC_FORMAT_FLOAT3,
                                                                3 * sizeof(float), teapot.normals.size()));
    for (const auto& n : teapot.normals) normals = std::copy(n.begin(), n.end(), normals);
    rtcCommitGeometry(geometry);
    rtcAttachGeometryByID(scene, geometry, kMeshGeometry);
    rtcReleaseGeometry(geometry);
}

void attach_ground(RTCDevice device, RTCScene scene) {
    RTCGeometry geometry = rtcNewGeometry(device, RTC_GEOMETRY_TYPE_QUAD);
    auto* vertices = static_cast<float*>(
        rtcSetNewGeometryBuffer(geometry, RTC_BUFFER_TYPE_VERTEX, 0, RTC_FORMAT_FLOAT3, 3 * sizeof(float), 4));
    static constexpr std::array<std::array<float, 2>, 4> kCorners{{{-1, -1}, {-1, 1}, {1, 1}, {1, -1}}};
    for (const auto& [x, z] : kCorners) {
        *vertices++ = x * kGroundHalfSize;
        *vertices++ = 0;
        *vertices++ = z * kGroundHalfSize;
    }
    auto* quad = static_cast<std::uint32_t*>(
        rtcSetNewGeometryBuffer(geometry, RTC_BUFFER_TYPE_INDEX, 0, RTC_FORMAT_UINT4, 4 * sizeof(std::uint32_t), 1));
    for (std::uint32_t i = 0; i < 4; ++i) quad[i] = i;
    rtcCommitGeometry(geometry);
    rtcAttachGeometryByID(scene, geometry, kGroundGeometry);
    rtcReleaseGeometry(geometry);
}

}  // namespace

Tracer::Tracer() : embree_(std::make_unique<Embree>()) {
    embree_->device = rtcNewDevice("threads=1,set_affinity=0");
    if (embree_->device == nullptr) throw std::runtime_error("the ray tracing library cannot start on this machine");
    embree_->mesh = rtcNewScene(embree_->device);
    embree_->ground = rtcNewScene(embree_->device);
    attach_mesh(embree_->device, embree_->mesh);
    attach_ground(embree_->device, embree_->mesh);
    attach_ground(embree_->device, embree_->ground);
    rtcCommitScene(embree_->mesh);
    rtcCommitScene(embree_->ground);
}

Tracer::~Tracer() = default;

std::optional<Hit> Tracer::trace_ray(const Vec3& from, const Vec3& direction, bool sees_mesh) const {
    alignas(16) RTCRayHit query;
    put_ray(query.ray, from, direction);
    query.hit.geomID = RTC_INVALID_GEOMETRY_ID;
    query.hit.instID[0] = RTC_INVALID_GEOMETRY_ID;
    trace(sees_mesh ? embree_->mesh : embree_->ground, query);
    if (query.hit.geomID == RTC_INVALID_GEOMETRY_ID) return std::nullopt;

    Hit hit;
    hit.distance = query.ray.tfar;
    hit.position = from + direction * hit.distance;
    hit.is_mesh = sees_mesh && query.hit.geomID == kMeshGeometry;
    hit.geometric_normal = normalized({query.hit.Ng_x, query.hit.Ng_y, query.hit.Ng_z});
    hit.smooth_normal = hit.geometric_normal;
    if (hit.is_mesh) {
        alignas(16) std::array<float, 4> normal{};
        rtcInterpolate0(rtcGetGeometry(embree_->mesh, kMeshGeometry), query.hit.primID, query.hit.u, query.hit.v,
                        RTC_BUFFER_TYPE_VERTEX_ATTRIBUTE, 0, normal.data(), 3);
        hit.smooth_normal = normalized({normal[0], normal[1], normal[2]}, hit.geometric_normal);
    }
    if (dot(hit.geometric_normal, direction) > 0) hit.geometric_normal = hit.geometric_normal * -1;
    if (dot(hit.smooth_normal, hit.geometric_normal) < 0) hit.smooth_normal = hit.smooth_normal * -1;
    return hit;
}

bool Tracer::is_blocked(const Vec3& from, const Vec3& direction, bool sees_mesh) const {
    if (!sees_mesh) return false;
    alignas(16) RTCRay ray;
    put_ray(ray, from, direction);
    trace_shadow(embree_->mesh, ray);
    return ray.tfar < 0;
}

}  // namespace octane::standin
