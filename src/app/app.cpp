#include "app/app.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <thread>
#include <utility>

#include "app/own_names.hpp"
#include "app/process_setup.hpp"
#include "app/reload.hpp"
#include "app/upstream_set.hpp"
#include "base/nearest.hpp"
#include "endpoints/compat_logs.hpp"
#include "endpoints/header_names.hpp"
#include "endpoints/health.hpp"
#include "endpoints/log_files.hpp"
#include "endpoints/request_stats.hpp"
#include "endpoints/routes.hpp"
#include "frames/large_buffers.hpp"
#include "http/server.hpp"
#include "http/tls.hpp"
#include "telemetry/log.hpp"
#include "telemetry/log_level.hpp"
#include "telemetry/task.hpp"

namespace octane::app {
namespace asio = boost::asio;
using telemetry::Level;

namespace {

constexpr std::chrono::seconds kMemoryLook{5};
constexpr std::chrono::seconds kDrain{5};               // docs/api.md §1
constexpr std::chrono::milliseconds kLastAnswers{600};  // what is cut off after that is told so
constexpr std::chrono::milliseconds kClosing{200};      // and closed
constexpr const char* kControlFailed = "A handler of the control thread failed";

unsigned cores() {
    return std::max(1U, std::thread::hardware_concurrency());
}

// `more` is in lower case.
void add_unlisted(std::vector<std::string>& names, const std::vector<std::string>& more) {
    for (const auto& name : more) {
        const auto is_same = [&name](const std::string& listed) { return base::lowered(listed) == name; };
        if (std::ranges::none_of(names, is_same)) names.push_back(name);
    }
}

http::AccessOptions make_access_options(const Options& options) {
    http::AccessOptions result;
    result.allow_origins = options.allow_origins;
    result.frame_ancestors = options.frame_ancestors;
    result.trusted_proxies = options.trusted_proxies;
    result.token = options.token;
    result.own_names = own_names();
    result.is_open = endpoints::is_probe;
    result.token_cookie = endpoints::kTokenCookie;
    result.request_headers.assign(endpoints::kRequestHeaders.begin(), endpoints::kRequestHeaders.end());
    add_unlisted(result.request_headers, options.forward_headers);
    for (const auto& upstream : options.upstreams) add_unlisted(result.request_headers, upstream.forward_headers);
    result.exposed_headers.assign(endpoints::kExposedHeaders.begin(), endpoints::kExposedHeaders.end());
    return result;
}

std::shared_ptr<asio::ssl::context> make_tls(const Options& options) {
    return options.tls_cert.empty() ? nullptr : http::make_tls_context(options.tls_cert.string(), options.tls_key.string());
}

http::ServerOptions make_server_options(const Options& options, std::size_t file_limit) {
    constexpr std::size_t kShare = 8;
    http::ServerOptions result;
    const auto connections = fit_connections(options.max_connections, file_limit);
    result.max_connections = connections.most;
    result.max_refused = connections.refused;
    result.max_per_client = options.max_connections_per_client.value_or(std::max<std::size_t>(1, connections.most / kShare));
    result.counts_loopback = options.max_connections_per_client.has_value();
    if (connections.most < options.max_connections) {
        telemetry::log(Level::warn, "Fewer connections can be served than --max-connections says: the limit of open files is low",
                       {{"connections", std::uint64_t{connections.most}}, {"open_files", std::uint64_t{file_limit}}});
    }
    result.host = options.host;
    result.port = options.port;
    result.max_body = options.max_body;
    result.body_memory = options.body_memory;
    result.tls = make_tls(options);
    return result;
}

http::ServerHooks make_hooks(endpoints::RequestStats& requests, const UpstreamSet& upstreams,
                             std::function<void()> on_all_closed) {
    http::ServerHooks hooks;
    hooks.add_headers = [&upstreams](const http::Request& request, std::string& lines) {
        const auto epoch = upstreams.epoch_for(request.path);
        if (epoch) lines.append("X-Octane-Epoch: ").append(std::to_string(*epoch)).append("\r\n");
    };
    hooks.on_response = [&requests](const http::Request& request, int status, std::chrono::steady_clock::duration took) {
        requests.count(endpoints::surface_of(request.verb, request.path), status, took);
    };
    hooks.on_all_closed = std::move(on_all_closed);
    hooks.on_exception = [](std::string_view what) {
        telemetry::log(Level::error, "A request failed inside the proxy", {{"reason", what}});
    };
    return hooks;
}

std::vector<asio::any_io_executor> executors_of(http::Loops& loops) {
    std::vector<asio::any_io_executor> all;
    for (std::size_t i = 0; i < loops.size(); ++i) all.push_back(loops.at(i).get_executor());
    return all;
}

}  // namespace

std::vector<std::string> warnings_of(const std::vector<LoadedUpstream>& upstreams) {
    std::vector<std::string> all;
    for (const auto& one : upstreams) all.insert(all.end(), one.schemas.warnings.begin(), one.schemas.warnings.end());
    return all;
}

// Of those that the proxy's own paths leave nothing.
void warn_of_hidden(const std::vector<endpoints::OwnRoute>& routes, const http::Router& router) {
    for (const auto& route : routes) {
        http::Request any;
        any.path = route.path.sample("~");
        if (router.find(route.verb, any.path).yields && !endpoints::is_page_log(any)) continue;
        telemetry::log(
            Level::warn, "A route of the configuration cannot be called",
            {{"route", route.name}, {"reason", route.path.text() + " is a path of the proxy's own, which counts first"}});
    }
}

// Members are in the order of construction; what is declared later uses what stands before it and ends first.
struct App::Impl {
    Impl(const Options& given, ReadOptions read, std::size_t file_limit)
        : options(given),
          read_again(std::move(read)),
          loaded(load_upstreams(given)),
          control_guard(asio::make_work_guard(control)),
          loops(given.threads == 0 ? cores() : given.threads),
          workers(std::max(2U, cores() - 1)),
          site{OCTANE_VERSION,
               warnings_of(loaded),
               given.web_root,
               std::chrono::steady_clock::now(),
               requests,
               [this] { return server.connections(); },
               workers,
               std::make_shared<endpoints::LogFiles>(given.state_dir.empty() ? given.state_dir : given.state_dir / "logs")},
          upstreams(given, loaded, control.get_executor(), executors_of(loops), workers, site, site.upstreams),
          server(loops, make_routes(), std::make_shared<const http::AccessPolicy>(make_access_options(given)),
                 make_server_options(given, file_limit),
                 make_hooks(requests, upstreams, [this] { asio::post(control, [this] { look_at_end(); }); })),
          signals(control, SIGINT, SIGTERM),
          hangups(control) {
        site.refusals = [this] { return &server.refusals(); };
        auto own = make_own_routes(given.routes);
        warn_of_hidden(own, *make_routes());
        bindings = std::make_shared<endpoints::Bindings>(site.upstreams, std::move(own));
        site.bindings = bindings;
        bindings->refresh();
        for (const auto& entry : site.upstreams.entries())
            entry.caller->invoker().upstream().liveness().on_change(
                [this](const auto&) { asio::post(control, [this] { bindings->refresh(); }); });  // once the state counts
#ifdef SIGHUP
        hangups.add(SIGHUP);
#endif
    }

    std::shared_ptr<const http::Router> make_routes() const {
        auto router = std::make_shared<http::Router>();
        endpoints::add_routes(*router, site);
        return router;
    }

    void start();
    void say_what_starts() const;
    void say_what_is_loaded(const LoadedUpstream& one) const;
    void look_at_end() {
        has_ended.cancel();
    }
    void watch_memory();
    void await_hangup();
    void read_options_again();
    asio::awaitable<void> stop();
    asio::awaitable<void> wait_until(bool (*is_true)(const Impl&), std::chrono::steady_clock::time_point deadline);
    void run_control();
    void run_what_is_left();

    Options options;  // what counts now
    ReadOptions read_again;
    std::vector<LoadedUpstream> loaded;
    endpoints::RequestStats requests;
    asio::io_context control{1};  // the strand of callback sessions, connection watches and the signals: one thread
    asio::executor_work_guard<asio::io_context::executor_type> control_guard;
    http::Loops loops;
    asio::thread_pool workers;  // encoders, files; ends before the loops: what it still holds belongs to their connections
    endpoints::Site site;
    std::shared_ptr<endpoints::Bindings> bindings;
    UpstreamSet upstreams;
    http::Server server;
    asio::signal_set signals;
    asio::signal_set hangups;
    asio::steady_timer memory_timer{control};
    asio::steady_timer has_ended{control};  // cancelled whenever something that stop() waits for may have ended
    MemoryCare memory_care;                 // control thread
};

void App::Impl::say_what_is_loaded(const LoadedUpstream& one) const {
    const bool is_own = one.spec.name == kOctaneName && options.wants_octane;
    upstream::ChannelOptions channel;
    channel.host = one.spec.host;
    channel.port = one.spec.port;
    telemetry::log(Level::info, "Upstream",
                   {{"name", one.spec.name},
                    {"kind", one.spec.kind == UpstreamKind::octane ? "octane" : "grpc"},
                    {"address", upstream::address_of(channel)},
                    {"host_from", is_own ? options.octane_host_reason : "its section or --upstream"},
                    {"schema", one.schemas.schemas.empty() ? "asked of the server" : "loaded"}});
    for (const auto& schema : one.schemas.schemas) {
        telemetry::log(Level::info, "Schema loaded",
                       {{"name", schema->name()}, {"services", std::uint64_t{schema->services().size()}}});
    }
}

void App::Impl::say_what_starts() const {
    telemetry::log(Level::info, "octane-proxy " OCTANE_VERSION " starts",
                   {{"upstreams", std::uint64_t{loaded.size()}},
                    {"timeout_ms", std::int64_t{options.timeout.count()}},
                    {"max_body", std::uint64_t{options.max_body}},
                    {"body_memory", std::uint64_t{options.body_memory}},
                    {"max_message", std::uint64_t{options.max_message}}});
    if (!options.config_file.empty()) telemetry::log(Level::info, "Options read", {{"file", options.config_file}});
    for (const auto& one : loaded) say_what_is_loaded(one);
    for (const auto& warning : site.warnings) telemetry::log(Level::warn, warning);
    if (is_open_to_others(options.host) && options.token.empty()) {
        telemetry::log(Level::warn,
                       "Anyone who reaches this machine can use Octane through this proxy; --token FILE asks for a token, --host "
                       "127.0.0.1 keeps it local",
                       {{"host", options.host}});
    }
}

void App::Impl::start() {
    say_what_starts();
    upstreams.start([this] { look_at_end(); });
    watch_memory();
    await_hangup();
    signals.async_wait([this](const boost::system::error_code& error, int signal) {
        if (error) return;
        signals.clear();
        for (const int number : {SIGINT, SIGTERM}) end_at_once_on(number);
        telemetry::log(Level::info, "Going down", {{"signal", signal}});
        telemetry::start_task(control.get_executor(), "shutdown", stop(), [this] { control.stop(); });
    });
    loops.start();
    server.start();
    std::cout << "listening on " << (options.tls_cert.empty() ? "http://" : "https://") << server.address() << std::endl;
}

// What was large and is used no more goes back to the system.
void App::Impl::watch_memory() {
    memory_timer.expires_after(kMemoryLook);
    memory_timer.async_wait([this](const boost::system::error_code& error) {
        if (error) return;
        watch_memory();
        const bool should_trim = memory_care.should_trim(read_heap_use());
        asio::post(workers, [should_trim] {
            frames::large_buffers().drop_unused();
            if (should_trim) trim_heap();
        });
    });
}

void App::Impl::await_hangup() {
    hangups.async_wait([this](const boost::system::error_code& error, int) {
        if (error) return;
        read_options_again();
        await_hangup();
    });
}

// All of what can change, or nothing of it: a mistake anywhere leaves everything as it was.
void App::Impl::read_options_again() {
    try {
        const auto parsed = read_again();
        if (!parsed.options) throw std::invalid_argument(parsed.message);
        const auto changes = compare_options(options, *parsed.options);
        Options now = take_live_options(options, *parsed.options);
        auto access = std::make_shared<const http::AccessPolicy>(make_access_options(now));
        if (auto tls = make_tls(now)) server.set_tls(std::move(tls));
        server.set_access(std::move(access));
        telemetry::set_log_level(now.log.level);
        options = std::move(now);
        telemetry::log(Level::info, "Options were read anew",
                       {{"changed", changes.live.empty() ? "nothing" : changes.live},
                        {"certificate", options.tls_cert.empty() ? "none" : "read anew"}});
        if (!changes.needs_start.empty()) {
            telemetry::log(Level::warn, "Options have changed that count only after a restart",
                           {{"options", changes.needs_start}});
        }
    } catch (const std::exception& error) {
        telemetry::log(Level::error, "Options could not be read anew: everything stays as it was", {{"reason", error.what()}});
    }
}

asio::awaitable<void> App::Impl::wait_until(bool (*is_true)(const Impl&), std::chrono::steady_clock::time_point deadline) {
    while (!is_true(*this) && std::chrono::steady_clock::now() < deadline) {
        has_ended.expires_at(deadline);
        const auto [error] = co_await has_ended.async_wait(asio::as_tuple(asio::use_awaitable));
        static_cast<void>(error);
    }
}

// Stop accepting, say goodbye to viewers, let calls end, give the callback back, tell who still waits, then close what is left.
asio::awaitable<void> App::Impl::stop() {
    const auto deadline = std::chrono::steady_clock::now() + kDrain;
    hangups.cancel();
    server.stop_accepting();
    memory_timer.cancel();
    upstreams.stop();
    const auto has_drained = [](const Impl& self) { return self.server.connections() == 0 && !self.upstreams.has_session(); };
    co_await wait_until(has_drained, deadline);
    upstreams.close();
    co_await wait_until(has_drained, std::chrono::steady_clock::now() + kLastAnswers);
    upstreams.stop_hubs();
    server.close_all();
    co_await wait_until(
        [](const Impl& self) {
            return self.server.connections() == 0 && !self.upstreams.has_session() && !self.upstreams.has_watch();
        },
        std::chrono::steady_clock::now() + kClosing);
}

void App::Impl::run_control() {
    telemetry::run_handlers(kControlFailed, [this] { control.run(); });
}

// What was handed over too late for the loops, on this thread and while what it uses lives. A handler may hand over another.
void App::Impl::run_what_is_left() {
    constexpr int kMostRounds = 100;
    for (int round = 0; round < kMostRounds; ++round) {
        std::size_t handlers = loops.poll();
        control.restart();
        telemetry::run_handlers(kControlFailed, [&] { handlers += control.poll(); });
        if (handlers == 0) return;
    }
}

App::App(const Options& options, ReadOptions read_again) {
    ignore_broken_pipes();
    const auto file_limit = raise_file_limit();
    telemetry::configure_logging(options.log);
    impl_ = std::make_unique<Impl>(options, std::move(read_again), file_limit);
}

App::~App() = default;

void App::run() {
    impl_->start();
    impl_->run_control();
    const bool is_clean = impl_->upstreams.shutdown();  // while the loops still run: what is left of its calls ends on them
    impl_->loops.stop();
    impl_->workers.stop();
    impl_->workers.join();
    impl_->run_what_is_left();
    if (!is_clean) telemetry::log(Level::warn, "gRPC still holds calls that Octane does not take; they are left to the system");
    telemetry::log(Level::info, "Stopped");
    if (is_clean) return;
    telemetry::finish_logging();
    std::_Exit(0);  // what is stuck outlives everything: no destructor may run under it
}

}  // namespace octane::app
