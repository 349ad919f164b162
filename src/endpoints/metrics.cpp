#include "endpoints/metrics.hpp"

#include <chrono>
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "endpoints/context.hpp"
#include "telemetry/call_stats.hpp"
#include "telemetry/metrics_text.hpp"
#include "telemetry/process.hpp"

namespace octane::endpoints {
namespace asio = boost::asio;
using telemetry::MetricsText;

namespace {

void add_octane(MetricsText& text, const livelink::OctaneStatus& octane) {
    text.gauge("octane_proxy_octane_connected", "1 while Octane is connected and answers").add(octane.is_connected ? 1 : 0);
    auto state = text.gauge("octane_proxy_octane_state", "1 for the state that Octane is in, as /health names it");
    for (const auto link : livelink::kEveryLink) state.add({{"state", name_of(link)}}, link == octane.link ? 1 : 0);
    auto info = text.gauge("octane_proxy_octane_info", "The schema spoken and what the connected Octane calls itself; always 1");
    if (octane.is_connected) info.add({{"api", octane.api}, {"version", octane.version}}, 1);
    text.gauge("octane_proxy_octane_epoch",
               "Grows whenever handles have become void; a number that no earlier start has used before the first connection")
        .add(static_cast<double>(octane.epoch));
    text.counter("octane_proxy_octane_connections_total", "Connections made to Octane: one, and one more each time it came back")
        .add(static_cast<double>(octane.connections));
}

void add_frames(MetricsText& text, const frames::FrameStats& stats) {
    const auto count = [&text](std::string name, std::string help, const std::atomic<std::uint64_t>& value) {
        text.counter("octane_proxy_" + std::move(name) + "_total", std::move(help)).add(static_cast<double>(value.load()));
    };
    count("callback_registrations", "Registrations of the OnNewImage callback", stats.registrations);
    count("callback_stream_errors", "Failed registrations, broken callback streams, unreadable events", stats.stream_errors);
    count("frames_received", "Images that Octane sent or that were fetched, repeats included", stats.callbacks);
    count("frames_repeated", "Of these, repeats of the image before, which are not sent again", stats.repeats);
    count("frames_rejected", "Pictures that were not what they said, and are not shown", stats.rejected);
    count("frames_published", "New frames", stats.published);
    count("frames_encoded", "Forms of frames made: each frame once for each form that somebody watches", stats.encoded);
    count("frames_coalesced", "Frames that a busy encoder skipped for a newer one", stats.coalesced);
    count("frames_sent", "Frames whose writing to a viewer was begun", stats.sent);
    count("frames_dropped", "Frames that a viewer missed since its last, added up over viewers", stats.dropped);
    count("frame_sent_bytes", "Bytes of frames that left for viewers; those of a single frame count when its answer is begun",
          stats.delivery.bytes);
    count("viewers_connected", "Viewers that ever connected", stats.viewers_ever);
    text.gauge("octane_proxy_frames_waiting", "Viewers with a frame waiting behind the one being written")
        .add(static_cast<double>(stats.waiting.load()));
    text.gauge("octane_proxy_frames_held", "Frames held in the form that viewers get: being written, waiting, or the newest")
        .add(static_cast<double>(stats.held.load()));
}

void add_viewers(MetricsText& text, const frames::DeliveryStats& delivery) {
    const auto each_kind = [](const auto& values, const auto& act) {
        for (std::size_t container = 0; container < values.size(); ++container) {
            for (std::size_t format = 0; format < values[container].size(); ++format) {
                const MetricsText::Labels labels = {{"container", frames::kContainerNames[container]},
                                                    {"format", frames::kFormatNames[format]}};
                act(labels, values[container][format]);
            }
        }
    };
    auto viewers = text.gauge("octane_proxy_viewers", "Viewers connected now");
    each_kind(delivery.viewers,
              [&](MetricsText::Labels labels, const auto& value) { viewers.add(labels, static_cast<double>(value.load())); });
    auto age =
        text.histogram("octane_proxy_frame_age_seconds",
                       "From a frame's arrival from Octane (or the viewer's, if that was later) to its last byte's leaving; of "
                       "container frame, a single answer, from the arrival to when the answer is begun");
    each_kind(delivery.age, [&](MetricsText::Labels labels, const telemetry::Histogram& value) {
        if (const auto reading = value.read(); reading.count() > 0) age.add(labels, reading);
    });
    auto encoding = text.histogram("octane_proxy_frame_encode_seconds", "Making a frame in the form that viewers get");
    for (std::size_t format = 0; format < delivery.encoding.size(); ++format) {
        const auto reading = delivery.encoding[format].read();
        if (reading.count() > 0) encoding.add({{"format", frames::kFormatNames[format]}}, reading);
    }
}

// Each upstream's samples, which carry its name where there are several.
class PerUpstream {
  public:
    PerUpstream(MetricsText::Family family, const UpstreamTable& upstreams)
        : family_(family), is_named_(upstreams.entries().size() > 1) {}

    template <typename Value>
    void add(const UpstreamEntry& upstream, const Value& value) {
        if (is_named_)
            family_.add({{"upstream", upstream.name()}}, value);
        else
            family_.add({}, value);
    }
    void add(const UpstreamEntry& upstream, std::string_view status, double value) {
        if (is_named_)
            family_.add({{"upstream", upstream.name()}, {"status", status}}, value);
        else
            family_.add({{"status", status}}, value);
    }
    void add(const UpstreamEntry& upstream, std::string_view method, std::string_view status, double value) {
        if (is_named_)
            family_.add({{"upstream", upstream.name()}, {"method", method}, {"status", status}}, value);
        else
            family_.add({{"method", method}, {"status", status}}, value);
    }

  private:
    MetricsText::Family family_;
    bool is_named_;
};

double busy_seconds(const rpc::Invoker& invoker) {
    const auto since = invoker.load().full_since;
    return since ? std::floor(std::chrono::duration<double>(std::chrono::steady_clock::now() - *since).count()) : 0;
}

void add_calls(MetricsText& text, const UpstreamTable& upstreams) {
    const auto& entries = upstreams.entries();
    const auto each = [&](MetricsText::Family family, const auto& value) {
        PerUpstream samples(family, upstreams);
        for (const auto& entry : entries) samples.add(entry, value(entry.caller->invoker()));
    };
    const auto each_line = [&](MetricsText::Family family, const auto& value) {
        PerUpstream samples(family, upstreams);
        for (const auto& entry : entries) {
            for (const auto& line : entry.caller->invoker().stats().read())
                samples.add(entry, line.method, base::grpc_status_name(line.status), value(line));
        }
    };
    using Line = telemetry::CallStats::Line;
    each(text.gauge("octane_proxy_upstream_connected", "1 while the upstream is connected and answers"),
         [](const rpc::Invoker& invoker) {
             const auto state = invoker.upstream().liveness().state();
             return state->is_connected && !state->silent_since ? 1.0 : 0.0;
         });
    each_line(text.counter("octane_proxy_upstream_calls_total", "Calls sent to the upstream that have ended"),
              [](const Line& line) { return static_cast<double>(line.calls); });
    each_line(text.counter("octane_proxy_upstream_seconds_total", "Time that these calls took, from sending to the answer"),
              [](const Line& line) { return line.seconds; });
    each(text.histogram("octane_proxy_upstream_call_seconds", "Time that a call to the upstream took, of all methods"),
         [](const rpc::Invoker& invoker) { return invoker.stats().durations(); });
    PerUpstream unsent(text.counter("octane_proxy_upstream_calls_unsent_total", "Calls given up before the upstream got them"),
                       upstreams);
    for (const auto& entry : entries) {
        for (std::size_t i = 0; i < telemetry::CallStats::kStatuses; ++i) {
            const auto status = static_cast<base::GrpcStatus>(i);
            const auto count = entry.caller->invoker().stats().unsent(status);
            if (count > 0) unsent.add(entry, base::grpc_status_name(status), static_cast<double>(count));
        }
    }
    each(text.counter("octane_proxy_upstream_reads_joined_total",
                      "Reads answered with the answer to an equal one that was in flight"),
         [](const rpc::Invoker& invoker) { return static_cast<double>(invoker.joined_reads()); });
    each(text.gauge("octane_proxy_upstream_calls_in_flight", "Calls that the upstream has and has not answered"),
         [](const rpc::Invoker& invoker) { return static_cast<double>(invoker.load().in_flight); });
    each(text.gauge("octane_proxy_upstream_calls_waiting", "Calls that wait for their turn"),
         [](const rpc::Invoker& invoker) { return static_cast<double>(invoker.load().waiting); });
    each(text.gauge("octane_proxy_upstream_busy_seconds",
                    "For how long the upstream has ended none of the calls it has, while all places are taken"),
         busy_seconds);
}

void add_requests(MetricsText& text, const RequestStats& requests, std::size_t connections) {
    static constexpr std::array<std::string_view, RequestStats::kClasses> kClassNames = {"1xx", "2xx", "3xx", "4xx", "5xx"};
    auto total = text.counter("octane_proxy_http_requests_total", "HTTP requests answered");
    for (std::size_t surface = 0; surface < kSurfaceNames.size(); ++surface) {
        for (std::size_t status = 0; status < kClassNames.size(); ++status) {
            const auto count = requests.requests(static_cast<RequestSurface>(surface), status);
            if (count == 0) continue;
            total.add({{"surface", kSurfaceNames[surface]}, {"status", kClassNames[status]}}, static_cast<double>(count));
        }
    }
    auto seconds = text.histogram("octane_proxy_http_request_seconds",
                                  "From the end of a request to that of its answer, of a stream to that of its head");
    for (std::size_t surface = 0; surface < kSurfaceNames.size(); ++surface) {
        const auto reading = requests.durations(static_cast<RequestSurface>(surface));
        if (reading.count() > 0) seconds.add({{"surface", kSurfaceNames[surface]}}, reading);
    }
    text.gauge("octane_proxy_http_connections", "Open connections, streams included").add(static_cast<double>(connections));
}

void add_refusals(MetricsText& text, const http::Refusals& refusals) {
    auto total = text.counter("octane_proxy_http_refused_total",
                              "Requests and connections refused: by origin, host or token, or for want of room");
    for (std::size_t i = 0; i < http::kRefusalNames.size(); ++i) {
        total.add({{"reason", http::kRefusalNames[i]}}, static_cast<double>(refusals.counted(static_cast<http::RefusedFor>(i))));
    }
}

// The names that Prometheus's client libraries share.
void add_process(MetricsText& text) {
    const auto usage = telemetry::read_process_usage();
    const auto gauge = [&text](std::string name, std::string help, const auto& value) {
        if (value) text.gauge(std::move(name), std::move(help)).add(static_cast<double>(*value));
    };
    if (usage.cpu_seconds) {
        text.counter("process_cpu_seconds_total", "User and system time of the process").add(*usage.cpu_seconds);
    }
    gauge("process_resident_memory_bytes", "Resident memory", usage.resident_bytes);
    gauge("process_virtual_memory_bytes", "Virtual memory", usage.virtual_bytes);
    gauge("process_threads", "Threads", usage.threads);
    gauge("process_open_fds", "Open file descriptors", usage.open_fds);
    gauge("process_max_fds", "Most file descriptors that may be open", usage.max_fds);
    gauge("process_start_time_seconds", "When the process was started, in seconds since 1970", usage.start_time);
}

}  // namespace

asio::awaitable<http::Response> metrics(const Site& site, http::Request&) {
    MetricsText text;
    text.gauge("octane_proxy_build_info", "The proxy's version; always 1").add({{"version", site.version}}, 1);
    if (const Context* const context = site.upstreams.first_octane()) {
        const auto octane = context->octane.status();
        add_octane(text, octane);
        add_frames(text, context->stats);
        add_viewers(text, context->stats.delivery);
    }
    add_calls(text, site.upstreams);
    add_requests(text, site.requests, site.open_connections());
    if (const auto* refusals = site.refusals()) add_refusals(text, *refusals);
    add_process(text);
    http::Response response;
    response.content_type = MetricsText::kContentType;
    response.body = text.text();
    response.headers.emplace_back("Cache-Control", "no-store");
    co_return response;
}

}  // namespace octane::endpoints
