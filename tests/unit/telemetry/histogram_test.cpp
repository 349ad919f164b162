#include "telemetry/histogram.hpp"

#include <doctest/doctest.h>

#include <thread>
#include <vector>

using namespace std::chrono_literals;
using octane::telemetry::Histogram;

namespace {

std::size_t bucket_of(std::chrono::nanoseconds time) {
    Histogram histogram;
    histogram.observe(time);
    const auto reading = histogram.read();
    std::size_t bucket = 0;
    while (reading.counts[bucket] == 0) ++bucket;
    return bucket;
}

}  // namespace

TEST_CASE("a time counts in the first bucket whose bound it does not exceed") {
    CHECK(bucket_of(0ns) == 0);
    CHECK(bucket_of(100us) == 0);
    CHECK(bucket_of(100'001ns) == 1);
    CHECK(bucket_of(10ms) == 6);
    CHECK(bucket_of(10'000'001ns) == 7);
    CHECK(bucket_of(30s) == Histogram::kBounds.size() - 1);
}

TEST_CASE("what is longer than every bound has a bucket of its own, and a negative time counts as none") {
    CHECK(bucket_of(30s + 1ns) == Histogram::kBounds.size());
    CHECK(bucket_of(24h) == Histogram::kBounds.size());
    Histogram histogram;
    histogram.observe(-5ms);
    CHECK(histogram.read().counts[0] == 1);
    CHECK(histogram.read().sum == 0);
}

TEST_CASE("the sum is in seconds and the count that of all buckets") {
    Histogram histogram;
    histogram.observe(250ms);
    histogram.observe(1s);
    histogram.observe(60s);
    CHECK(histogram.read().count() == 3);
    CHECK(histogram.read().sum == doctest::Approx(61.25));
}

TEST_CASE("no observation is lost when threads observe at once") {
    Histogram histogram;
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&histogram] {
            for (int n = 0; n < 10000; ++n) histogram.observe(1ms);
        });
    }
    for (auto& thread : threads) thread.join();
    CHECK(histogram.read().count() == 40000);
    CHECK(histogram.read().sum == doctest::Approx(40.0));
}
