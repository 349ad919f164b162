#include "telemetry/metrics_text.hpp"

#include <prometheus/text_serializer.h>

#include <limits>

namespace octane::telemetry {
namespace {

prometheus::ClientMetric labelled(MetricsText::Labels labels) {
    prometheus::ClientMetric metric;
    for (const auto& [name, value] : labels) metric.label.push_back({std::string(name), std::string(value)});
    return metric;
}

}  // namespace

MetricsText::Family& MetricsText::Family::add(Labels labels, double value) {
    auto metric = labelled(labels);
    if (family_.type == prometheus::MetricType::Counter) {
        metric.counter.value = value;
    } else {
        metric.gauge.value = value;
    }
    family_.metric.push_back(std::move(metric));
    return *this;
}

MetricsText::Family& MetricsText::Family::add(Labels labels, const Histogram::Reading& reading) {
    auto metric = labelled(labels);
    std::uint64_t count = 0;
    for (std::size_t i = 0; i < reading.counts.size(); ++i) {
        count += reading.counts[i];
        const bool is_last = i == Histogram::kBounds.size();
        metric.histogram.bucket.push_back({count, is_last ? std::numeric_limits<double>::infinity() : Histogram::kBounds[i]});
    }
    metric.histogram.sample_count = count;
    metric.histogram.sample_sum = reading.sum;
    family_.metric.push_back(std::move(metric));
    return *this;
}

MetricsText::Family MetricsText::begin(std::string name, std::string help, prometheus::MetricType type) {
    families_.push_back({std::move(name), std::move(help), type, {}});
    return Family(families_.back());
}

MetricsText::Family MetricsText::counter(std::string name, std::string help) {
    return begin(std::move(name), std::move(help), prometheus::MetricType::Counter);
}

MetricsText::Family MetricsText::gauge(std::string name, std::string help) {
    return begin(std::move(name), std::move(help), prometheus::MetricType::Gauge);
}

MetricsText::Family MetricsText::histogram(std::string name, std::string help) {
    return begin(std::move(name), std::move(help), prometheus::MetricType::Histogram);
}

std::string MetricsText::text() const {
    std::vector<prometheus::MetricFamily> shown;
    for (const auto& family : families_) {
        if (!family.metric.empty()) shown.push_back(family);
    }
    return prometheus::TextSerializer().Serialize(shown);
}

}  // namespace octane::telemetry
