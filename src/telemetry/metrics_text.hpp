// Room: telemetry. Numbers as Prometheus reads them: families of samples, spelled by prometheus-cpp's serializer.
//
// For one answer to one scrape, on one thread. Names follow Prometheus's own advice: base units, counters end in _total.
#pragma once

#include <prometheus/metric_family.h>

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "telemetry/histogram.hpp"

namespace octane::telemetry {

class MetricsText {
  public:
    using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

    // One family's samples; valid until the next family is begun.
    class Family {
      public:
        Family& add(double value) { return add({}, value); }
        Family& add(Labels labels, double value);
        Family& add(Labels labels, const Histogram::Reading& reading);

      private:
        friend class MetricsText;
        explicit Family(prometheus::MetricFamily& family) : family_(family) {}
        prometheus::MetricFamily& family_;
    };

    Family counter(std::string name, std::string help);
    Family gauge(std::string name, std::string help);
    Family histogram(std::string name, std::string help);

    // Without the families that got no sample.
    [[nodiscard]] std::string text() const;
    // The media type of text().
    static constexpr std::string_view kContentType = "text/plain; version=0.0.4; charset=utf-8";

  private:
    Family begin(std::string name, std::string help, prometheus::MetricType type);
    std::vector<prometheus::MetricFamily> families_;
};

}  // namespace octane::telemetry
