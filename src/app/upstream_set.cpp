#include "app/upstream_set.hpp"

#include <algorithm>
#include <utility>

#include "telemetry/task.hpp"

namespace octane::app {
namespace asio = boost::asio;

std::vector<LoadedUpstream> load_upstreams(const Options& options) {
    std::vector<LoadedUpstream> all;
    if (options.wants_octane) {
        auto spec = own_octane(options);
        auto schemas = load_schemas(spec, "--");
        all.push_back({std::move(spec), std::move(schemas)});
    }
    for (const auto& spec : options.upstreams) all.push_back({spec, load_schemas(spec, "upstream " + spec.name + ": ")});
    return all;
}

// An upstream that nothing special is known of.
struct UpstreamSet::Plain {
    Plain(const Options& options, const LoadedUpstream& loaded, const asio::any_io_executor& control)
        : upstream(plain_of(options, loaded), control),
          invoker(upstream, {loaded.spec.concurrency.value_or(0), false, {}}),
          policy(upstream, rules_of(options, loaded.spec)),
          caller(invoker, policy, loaded.spec.timeout.value_or(options.timeout)) {}

    upstream::Upstream upstream;
    rpc::Invoker invoker;
    rpc::PlainPolicy policy;
    rpc::Caller caller;
    std::function<asio::awaitable<void>()> watch = [this] { return upstream.liveness().run(); };
    bool is_watch_running = false;
};

UpstreamSet::UpstreamSet(const Options& options, const std::vector<LoadedUpstream>& loaded, const asio::any_io_executor& control,
                         const std::vector<asio::any_io_executor>& loops, asio::thread_pool& workers, const endpoints::Site& site,
                         endpoints::UpstreamTable& table) {
    const auto add = [&options, &table](endpoints::UpstreamEntry entry, const UpstreamSpec& spec) {
        entry.allow_get = allow_get_of(options, spec);
        entry.forward_headers = forward_headers_of(options, spec);
        entry.refuses_unknown = spec.refuses_unknown.value_or(spec.kind != UpstreamKind::octane);
        table.add(entry);
    };
    for (const auto& one : loaded) {
        if (one.spec.kind == UpstreamKind::octane) {
            auto& front =
                *octanes_.emplace_back(std::make_unique<OctaneFront>(octane_of(options, one), control, loops, workers, site));
            add({&front.octane().caller(), &front.octane().policy(), &front.context()}, one.spec);
        } else {
            auto& plain = *plain_.emplace_back(std::make_unique<Plain>(options, one, control));
            add({&plain.caller, &plain.policy, nullptr}, one.spec);
        }
    }
}

UpstreamSet::~UpstreamSet() = default;

void UpstreamSet::start(const std::function<void()>& on_end) {
    for (const auto& octane : octanes_) octane->start(on_end);
    for (const auto& plain : plain_) {
        plain->is_watch_running = true;
        telemetry::start_task(plain->upstream.liveness().executor(), "connection watch",
                              telemetry::keep_running("connection watch", plain->watch), [of = plain.get(), on_end] {
                                  of->is_watch_running = false;
                                  on_end();
                              });
    }
}

void UpstreamSet::stop() {
    for (const auto& octane : octanes_) {
        octane->octane().caller().streams().close();
        octane->stop();
    }
    for (const auto& plain : plain_) {
        plain->caller.streams().close();
        plain->upstream.liveness().stop();
    }
}

void UpstreamSet::stop_hubs() {
    for (const auto& octane : octanes_) octane->stop_hub();
}

bool UpstreamSet::has_session() const {
    return std::ranges::any_of(octanes_, [](const auto& octane) { return octane->is_session_running(); });
}

bool UpstreamSet::has_watch() const {
    return std::ranges::any_of(octanes_, [](const auto& octane) { return octane->is_watch_running(); }) ||
           std::ranges::any_of(plain_, [](const auto& plain) { return plain->is_watch_running; });
}

void UpstreamSet::close() {
    for (const auto& octane : octanes_) octane->octane().close();
    for (const auto& plain : plain_) {
        plain->policy.close();
        plain->invoker.close();
        plain->upstream.close();
    }
}

bool UpstreamSet::shutdown() {
    close();  // all of them, before the first is waited for
    bool is_clean = true;
    for (const auto& octane : octanes_) is_clean = octane->octane().shutdown() && is_clean;
    for (const auto& plain : plain_) is_clean = plain->upstream.shutdown() && is_clean;
    return is_clean;
}

std::optional<std::uint64_t> UpstreamSet::epoch_for(std::string_view path) const {
    if (octanes_.empty()) return std::nullopt;
    for (const auto& octane : octanes_) {
        const auto& name = octane->octane().name();
        if (path.size() > name.size() + 1 && path[name.size() + 1] == '/' && path.substr(1, name.size()) == name)
            return octane->octane().epoch();
    }
    return octanes_.front()->octane().epoch();
}

}  // namespace octane::app
