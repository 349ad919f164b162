#include "endpoints/metrics.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>

#include "idle_proxy.hpp"

namespace octane::endpoints {
namespace {

using namespace std::chrono_literals;
using tests::header;
using tests::IdleProxy;

bool has_line(const std::string& text, const std::string& line) {
    return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

TEST_CASE("metrics are text that Prometheus reads, also without Octane") {
    IdleProxy proxy;
    const auto response = proxy.ask(metrics, "GET", "/metrics");
    CHECK(response.status == 200);
    CHECK(response.content_type == "text/plain; version=0.0.4; charset=utf-8");
    CHECK(header(response, "Cache-Control") == "no-store");
    CHECK(has_line(response.body, "octane_proxy_build_info{version=\"9.8.7\"} 1"));
    CHECK(has_line(response.body, "octane_proxy_octane_connected 0"));
    CHECK(has_line(response.body, "octane_proxy_octane_epoch 0"));
    CHECK(has_line(response.body, "octane_proxy_http_connections 3"));
    CHECK(has_line(response.body, "octane_proxy_upstream_calls_waiting 0"));
    CHECK(has_line(response.body, "octane_proxy_upstream_reads_joined_total 0"));
    CHECK(has_line(response.body, "octane_proxy_viewers{container=\"sse\",format=\"jpeg\"} 0"));
    CHECK(response.body.find("octane_proxy_octane_info") == std::string::npos);
}

TEST_CASE("metrics show the frame path's own counters") {
    IdleProxy proxy;
    auto& stats = proxy.stats();
    stats.callbacks = 12;
    stats.repeats = 2;
    stats.rejected = 1;
    stats.published = 9;
    stats.encoded = 8;
    stats.coalesced = 7;
    stats.dropped = 6;
    stats.sent = 5;
    stats.registrations = 4;
    stats.stream_errors = 3;
    stats.delivery.count_viewer(frames::Container::ws, frames::Format::raw, +1);
    stats.delivery.count_encoding(frames::Format::jpeg, 3ms);
    stats.delivery.count_sent(frames::Container::sse, frames::Format::both, 7ms, 1000);
    stats.delivery.count_sent(frames::Container::sse, frames::Format::both, 2s, 500);
    const std::string text = proxy.ask(metrics, "GET", "/metrics").body;
    CHECK(has_line(text, "octane_proxy_frames_received_total 12"));
    CHECK(has_line(text, "octane_proxy_frames_repeated_total 2"));
    CHECK(has_line(text, "octane_proxy_frames_rejected_total 1"));
    CHECK(has_line(text, "octane_proxy_frames_published_total 9"));
    CHECK(has_line(text, "octane_proxy_frames_encoded_total 8"));
    CHECK(has_line(text, "octane_proxy_frames_coalesced_total 7"));
    CHECK(has_line(text, "octane_proxy_frames_dropped_total 6"));
    CHECK(has_line(text, "octane_proxy_frames_sent_total 5"));
    CHECK(has_line(text, "octane_proxy_callback_registrations_total 4"));
    CHECK(has_line(text, "octane_proxy_callback_stream_errors_total 3"));
    CHECK(has_line(text, "octane_proxy_frame_sent_bytes_total 1500"));
    CHECK(has_line(text, "octane_proxy_viewers{container=\"ws\",format=\"raw\"} 1"));
    CHECK(has_line(text, "octane_proxy_frame_age_seconds_count{container=\"sse\",format=\"both\"} 2"));
    CHECK(has_line(text, "octane_proxy_frame_age_seconds_bucket{container=\"sse\",format=\"both\",le=\"0.01\"} 1"));
    CHECK(has_line(text, "octane_proxy_frame_encode_seconds_count{format=\"jpeg\"} 1"));
}

TEST_CASE("metrics count HTTP requests by surface and class") {
    IdleProxy proxy;
    proxy.requests().count(RequestSurface::call, 200, 1ms);
    proxy.requests().count(RequestSurface::call, 404, 1ms);
    proxy.requests().count(RequestSurface::call, 404, 1ms);
    const std::string text = proxy.ask(metrics, "GET", "/metrics").body;
    CHECK(has_line(text, "octane_proxy_http_requests_total{surface=\"call\",status=\"2xx\"} 1"));
    CHECK(has_line(text, "octane_proxy_http_requests_total{surface=\"call\",status=\"4xx\"} 2"));
    CHECK(has_line(text, "octane_proxy_http_request_seconds_count{surface=\"call\"} 3"));
    CHECK(text.find("surface=\"page\"") == std::string::npos);
}

}  // namespace
}  // namespace octane::endpoints
