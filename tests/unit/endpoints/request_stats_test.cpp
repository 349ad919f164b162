#include "endpoints/request_stats.hpp"

#include <doctest/doctest.h>

namespace octane::endpoints {
namespace {

using namespace std::chrono_literals;

TEST_CASE("every URL belongs to one surface") {
    CHECK(surface_of("POST", "/ApiItem/name") == Surface::call);
    CHECK(surface_of("POST", "/octaneapi.ApiItemService/name") == Surface::call);
    CHECK(surface_of("GET", "/render/stream") == Surface::render);
    CHECK(surface_of("POST", "/render/register-callback") == Surface::render);
    CHECK(surface_of("GET", "/health") == Surface::health);
    CHECK(surface_of("GET", "/livez") == Surface::health);
    CHECK(surface_of("HEAD", "/readyz") == Surface::health);
    CHECK(surface_of("GET", "/services/ApiItem") == Surface::services);
    CHECK(surface_of("GET", "/metrics") == Surface::metrics);
    CHECK(surface_of("POST", "/api/grpc/ApiItem/name") == Surface::api);
    CHECK(surface_of("POST", "/debug/clear-log") == Surface::debug);
    CHECK(surface_of("GET", "/") == Surface::page);
    CHECK(surface_of("GET", "/js/main.js") == Surface::page);
}

TEST_CASE("what is nothing of ours is other, whatever its shape") {
    for (const char* path : {"", "*", "/", "//", "/a", "/a/", "//b", "/a/b/c"}) {
        CAPTURE(path);
        CHECK(surface_of("POST", path) == Surface::other);
    }
    CHECK(surface_of("POST", "/renderer/x") == Surface::call);
}

TEST_CASE("requests are counted by surface and class of status, with their time") {
    RequestStats stats;
    stats.count(Surface::call, 200, 1ms);
    stats.count(Surface::call, 204, 1ms);
    stats.count(Surface::call, 404, 2ms);
    stats.count(Surface::page, 304, 3ms);
    CHECK(stats.requests(Surface::call, 1) == 2);
    CHECK(stats.requests(Surface::call, 3) == 1);
    CHECK(stats.requests(Surface::page, 2) == 1);
    CHECK(stats.requests(Surface::page, 1) == 0);
    CHECK(stats.durations(Surface::call).count() == 3);
    CHECK(stats.durations(Surface::call).sum == doctest::Approx(0.004));
}

}  // namespace
}  // namespace octane::endpoints
