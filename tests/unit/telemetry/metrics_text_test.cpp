#include "telemetry/metrics_text.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace std::chrono_literals;
using octane::telemetry::Histogram;
using octane::telemetry::MetricsText;

TEST_CASE("a family stands with its help and type, and one line for each set of labels") {
    MetricsText text;
    text.counter("calls_total", "Calls").add({{"method", "S.a"}, {"status", "OK"}}, 2).add({{"method", "S.b"}}, 3);
    text.gauge("viewers", "Viewers now").add(7);
    CHECK(text.text() ==
          "# HELP calls_total Calls\n"
          "# TYPE calls_total counter\n"
          "calls_total{method=\"S.a\",status=\"OK\"} 2\n"
          "calls_total{method=\"S.b\"} 3\n"
          "# HELP viewers Viewers now\n"
          "# TYPE viewers gauge\n"
          "viewers 7\n");
}

TEST_CASE("large counts keep every digit") {
    MetricsText text;
    text.counter("bytes_total", "Bytes").add(123456789012345.0);
    CHECK(text.text().find("bytes_total 123456789012345\n") != std::string::npos);
}

TEST_CASE("a histogram's buckets add up to its count") {
    Histogram histogram;
    histogram.observe(1ms);
    histogram.observe(2ms);
    histogram.observe(60s);
    MetricsText text;
    text.histogram("took_seconds", "Time").add({{"kind", "x"}}, histogram.read());
    const std::string shown = text.text();
    CHECK(shown.find("# TYPE took_seconds histogram\n") != std::string::npos);
    CHECK(shown.find("took_seconds_bucket{kind=\"x\",le=\"0.001\"} 1\n") != std::string::npos);
    CHECK(shown.find("took_seconds_bucket{kind=\"x\",le=\"0.0025\"} 2\n") != std::string::npos);
    CHECK(shown.find("took_seconds_bucket{kind=\"x\",le=\"30\"} 2\n") != std::string::npos);
    CHECK(shown.find("took_seconds_bucket{kind=\"x\",le=\"+Inf\"} 3\n") != std::string::npos);
    CHECK(shown.find("took_seconds_count{kind=\"x\"} 3\n") != std::string::npos);
    CHECK(shown.find("took_seconds_sum{kind=\"x\"} 60.003") != std::string::npos);
}

TEST_CASE("quotes, backslashes and line ends in a label are escaped") {
    MetricsText text;
    text.gauge("info", "About").add({{"version", "a\"b\\c\nd"}}, 1);
    CHECK(text.text().find("info{version=\"a\\\"b\\\\c\\nd\"} 1\n") != std::string::npos);
}

TEST_CASE("a family without samples is left out") {
    MetricsText text;
    text.counter("never_total", "Never");
    CHECK(text.text().empty());
}
