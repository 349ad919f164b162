#include "endpoints/request_stats.hpp"

#include <doctest/doctest.h>

namespace octane::endpoints {
namespace {

using namespace std::chrono_literals;

TEST_CASE("every URL belongs to one surface") {
    CHECK(surface_of("POST", "/ApiItem/name") == RequestSurface::call);
    CHECK(surface_of("POST", "/octaneapi.ApiItemService/name") == RequestSurface::call);
    CHECK(surface_of("GET", "/render/stream") == RequestSurface::render);
    CHECK(surface_of("POST", "/render/register-callback") == RequestSurface::render);
    CHECK(surface_of("GET", "/health") == RequestSurface::health);
    CHECK(surface_of("GET", "/livez") == RequestSurface::health);
    CHECK(surface_of("HEAD", "/readyz") == RequestSurface::health);
    CHECK(surface_of("GET", "/services/ApiItem") == RequestSurface::services);
    CHECK(surface_of("GET", "/metrics") == RequestSurface::metrics);
    CHECK(surface_of("POST", "/api/grpc/ApiItem/name") == RequestSurface::api);
    CHECK(surface_of("POST", "/debug/clear-log") == RequestSurface::debug);
    CHECK(surface_of("GET", "/") == RequestSurface::page);
    CHECK(surface_of("GET", "/js/main.js") == RequestSurface::page);
}

TEST_CASE("what is nothing of ours is other, whatever its shape") {
    for (const char* path : {"", "*", "/", "//", "/a", "/a/", "//b", "/a/b/c"}) {
        CAPTURE(path);
        CHECK(surface_of("POST", path) == RequestSurface::other);
    }
    CHECK(surface_of("POST", "/renderer/x") == RequestSurface::call);
}

TEST_CASE("requests are counted by surface and class of status, with their time") {
    RequestStats stats;
    stats.count(RequestSurface::call, 200, 1ms);
    stats.count(RequestSurface::call, 204, 1ms);
    stats.count(RequestSurface::call, 404, 2ms);
    stats.count(RequestSurface::page, 304, 3ms);
    CHECK(stats.requests(RequestSurface::call, 1) == 2);
    CHECK(stats.requests(RequestSurface::call, 3) == 1);
    CHECK(stats.requests(RequestSurface::page, 2) == 1);
    CHECK(stats.requests(RequestSurface::page, 1) == 0);
    CHECK(stats.durations(RequestSurface::call).count() == 3);
    CHECK(stats.durations(RequestSurface::call).sum == doctest::Approx(0.004));
}

}  // namespace
}  // namespace octane::endpoints
