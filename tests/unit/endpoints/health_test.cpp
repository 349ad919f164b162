#include "endpoints/health.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>

#include "idle_proxy.hpp"

namespace octane::endpoints {
namespace {

using tests::header;
using tests::IdleProxy;
using tests::json_of;

TEST_CASE("without Octane health is 503 with every member, and the process is alive all the same") {
    IdleProxy proxy;
    const auto response = proxy.ask(health, "GET", "/health");
    CHECK(response.status == 503);
    CHECK(header(response, "Cache-Control") == "no-store");
    const auto json = json_of(response);
    CHECK(json["status"] == "unavailable");
    CHECK(json["connected"] == false);
    CHECK(json["error"].get<std::string>().find("octane.invalid:51022") != std::string::npos);
    CHECK(json["version"] == "9.8.7");
    CHECK(json["octane"]["address"] == "octane.invalid:51022");
    CHECK(json["octane"]["api"] == "beta2");
    CHECK(json["octane"]["version"] == "");
    CHECK(json["octane"]["epoch"] == 0);
    CHECK(json["frames"]["viewers"] == 0);
    CHECK(json["frames"]["seq"] == 0);
    CHECK(json["frames"]["age_s"].is_null());
    CHECK(json["uptime_s"].is_number_unsigned());
    CHECK(json["warnings"] == nlohmann::json::array({"a warning of the start"}));

    const auto living = proxy.ask(alive, "GET", "/livez");
    CHECK(living.status == 200);
    CHECK(json_of(living)["status"] == "ok");
    http::Request probe;
    probe.verb = "GET";
    probe.path = "/readyz";
    CHECK(proxy.ask(ready, probe).status == 200);
    probe.query = http::Query("octane=1");
    CHECK(proxy.ask(ready, probe).status == 503);
}

TEST_CASE("what asks for the proxy alone is a probe, and what looks at Octane is none") {
    http::Request request;
    for (const auto* path : {"/livez", "/readyz"}) {
        request.path = path;
        CHECK(is_probe(request));
    }
    request.query = http::Query("octane=1");
    CHECK_FALSE(is_probe(request));
    request.query = {};
    for (const auto* path : {"/health", "/livez/", "/metrics"}) {
        request.path = path;
        CHECK_FALSE(is_probe(request));
    }
}

TEST_CASE("health tells how old the newest frame is") {
    IdleProxy proxy;
    proxy.stats().published = 17;
    const auto now = std::chrono::system_clock::now() - std::chrono::hours(1);
    proxy.stats().last_callback_us = std::chrono::duration_cast<std::chrono::microseconds>(now.time_since_epoch()).count();
    const auto json = json_of(proxy.ask(health, "GET", "/health"));
    CHECK(json["frames"]["seq"] == 17);
    CHECK(json["frames"]["age_s"].get<double>() >= 3600.0);
}

}  // namespace
}  // namespace octane::endpoints
