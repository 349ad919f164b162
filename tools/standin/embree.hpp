// Stand-in renderer: Embree 3 (Debian 12) and 4 (Ubuntu 24.04) under one face.
#pragma once

#if __has_include(<embree4/rtcore.h>)
#include <embree4/rtcore.h>
namespace octane::standin {
inline void trace(RTCScene scene, RTCRayHit& ray) {
    rtcIntersect1(scene, &ray);
}
inline void trace_shadow(RTCScene scene, RTCRay& ray) {
    rtcOccluded1(scene, &ray);
}
}  // namespace octane::standin
#else
#include <embree3/rtcore.h>
namespace octane::standin {
inline void trace(RTCScene scene, RTCRayHit& ray) {
    RTCIntersectContext context;
    rtcInitIntersectContext(&context);
    rtcIntersect1(scene, &context, &ray);
}
inline void trace_shadow(RTCScene scene, RTCRay& ray) {
    RTCIntersectContext context;
    rtcInitIntersectContext(&context);
    rtcOccluded1(scene, &context, &ray);
}
}  // namespace octane::standin
#endif
