#include "endpoints/callback_status.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

namespace octane::endpoints {
namespace {

using nlohmann::json;

TEST_CASE("before anything has happened the status says so, with null where there is nothing yet") {
    const frames::FrameStats stats;
    const json status = json::parse(make_callback_status(frames::read_status(stats)));
    CHECK(status == json({{"stream_active", false},
                          {"callback_id", nullptr},
                          {"callback_count", 0},
                          {"last_callback_time", nullptr},
                          {"stream_errors", 0},
                          {"active_clients", 0},
                          {"total_clients", 0},
                          {"queue_size", 0}}));
}

TEST_CASE("every member has its counter") {
    frames::FrameStats stats;
    stats.is_streaming = true;
    stats.callback_id = 4294967295U;
    stats.callbacks = 18446744073709551615U;
    stats.last_callback_us = 1777863721000042;
    stats.stream_errors = 2;
    stats.viewers = 3;
    stats.viewers_ever = 14;
    stats.waiting = 1;
    const json status = json::parse(make_callback_status(frames::read_status(stats)));
    CHECK(status["stream_active"] == true);
    CHECK(status["callback_id"] == 4294967295U);
    CHECK(status["callback_count"] == 18446744073709551615U);
    CHECK(status["last_callback_time"].get<double>() == doctest::Approx(1777863721.000042).epsilon(1e-15));
    CHECK(status["stream_errors"] == 2);
    CHECK(status["active_clients"] == 3);
    CHECK(status["total_clients"] == 14);
    CHECK(status["queue_size"] == 1);
}

}  // namespace
}  // namespace octane::endpoints
